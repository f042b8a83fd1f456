"""The answer to a push or a pull, split but not rewritten."""

from typing import NamedTuple

from .mismatch import Mismatch
from .rawjson import decoded, elements, member_map


class Answer(NamedTuple):
    changes: list  # raw text of each change
    synced_until: str
    has_more: bool
    rejected: tuple = ()  # raw text of each rejection


def answer(body, may_reject=False):
    """Reads a 200 answer's bytes; Mismatch when it is not what protocol.md says an answer is."""
    try:
        own = member_map(body.decode("utf-8"))
        has_more = decoded(own.pop("hasMore", "false"))
        rejected = elements(own.pop("rejected", "[]"))
        conflicts = elements(own.pop("conflicts"))
        result = Answer(elements(own.pop("serverChanges")), decoded(own.pop("syncedUntil")), has_more, tuple(rejected))
    except (ValueError, KeyError) as error:
        raise Mismatch(f"an answer is not as promised: {error!r}", body[:300]) from error
    if own:
        raise Mismatch(f"an answer has unknown members: {', '.join(own)}", body[:300])
    if rejected and not may_reject or conflicts:
        raise Mismatch("an answer rejects or conflicts, which nothing in the file deserves", rejected or conflicts)
    if has_more not in (True, False):
        raise Mismatch(f"hasMore is {has_more!r}")
    return result
