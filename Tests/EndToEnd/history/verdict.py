"""Compares all that was sent and all that was read with the log as it is at the end."""

from .record import ABSENT, ACKNOWLEDGED


def judge(history, logs):
    """`logs`: of each scope the numbers of its changes in order, as a client without an id reads them from the beginning."""
    place = {}
    for scope, numbers in logs.items():
        for at, number in enumerate(numbers):
            if number in place:
                history.violation("a change is in the log twice", _told(history, number))
            place[number] = at
    _pushes(history, place)
    _copies(history, logs, place)
    for scope, numbers in logs.items():
        _order(history, scope, numbers)
        chains = [chain for chain in history.chains if chain.scope == scope]
        for chain in chains:
            _chain(history, chain, numbers, place)
        _cursors(history, scope, chains, numbers, place)


def _pushes(history, place):
    """Acknowledged pushes are there, rejected changes are not, and none of either is there in part, or altered."""
    pushes = {}
    for sent in history.sent:
        if sent.fate == ABSENT and sent.number in place:
            history.violation("a rejected change is in the log", _told(history, sent.number))
        elif sent.fate == ACKNOWLEDGED and sent.number not in place:
            history.violation("an acknowledged change is lost", _told(history, sent.number))
        if sent.push is not None:
            pushes[id(sent.push)] = sent.push
        if sent.number in place and f'"id":"{sent.expected().id}"' not in history.text(sent.number):
            history.violation("a change is stored otherwise than it was pushed", sent.raw, history.text(sent.number))
    for push in pushes.values():
        stored = [sent.fate == ABSENT or sent.number in place for sent in push.changes]
        due = [sent for sent in push.changes if sent.fate != ABSENT]
        if not any(sent.number in place for sent in due):
            continue
        size = stored.index(False) if False in stored else len(stored)
        if any(stored[size:]) and any(sent.number in place for sent in push.changes[size:]) or size not in push.sizes:
            history.violation("a push is stored in part", _told(history, push.changes[0].number), size, push.sizes)


def _copies(history, logs, place):
    """A change is in the log once.

    But for one that the protocol allows: without event ids a retry is compared with its client's latest stored push. A request
    whose client hung up, retried, was answered and pushed anew may be carried out only then, and is stored again; and having
    become the latest, it hides what came before it from a repetition of that.
    """
    for copy in history.sent:
        first = copy.copy_of
        if first is None or copy.number not in place or first.number not in place:
            continue
        between = logs[copy.scope][place[first.number] + 1 : place[copy.number]]
        others = (history.sent[number] for number in between)
        pushes = {(other.copy_of or other).push for other in others if other.writer is first.writer} - {None, first.push}
        overtook = first.push is not None and any(push.is_overdue or first.push.is_overdue for push in pushes)
        if first.event_id is None and overtook:
            history.count("changes stored again by a request that newer ones overtook (no event ids)")
        else:
            history.violation("one change under two event ids: stored twice", _told(history, first.number), first.push)


def _order(history, scope, numbers):
    """Changes of one push stand in its order; a push that was answered before another began stands before it."""
    latest, began_by, last_of_push = float("-inf"), None, {}
    for at, number in enumerate(numbers):
        sent = history.sent[number]
        if sent.sent is None:
            continue
        if sent.done < latest:
            history.violation("the log has an answered push behind a later one", _told(history, number), began_by)
        if sent.sent > latest:
            latest, began_by = sent.sent, _told(history, number)
        inner = sent.push.changes.index(sent) if sent.push else 0
        if inner < last_of_push.get(id(sent.push), -1):
            history.violation("a push's changes are in another order", _told(history, number))
        last_of_push[id(sent.push)] = inner


def _chain(history, chain, numbers, place):
    """The chain is the log without what is not for it: nothing missing, twice, or out of order; and nothing came late."""
    due = [number for number in numbers if chain.wants(history.sent[number])]
    got = list(chain.numbers)
    if got != due:
        missing, more = set(due) - set(got), len(got) - len(set(got))
        kind = (
            "a change is lost below a reader's cursor" if missing else
            "a change comes twice in a chain" if more else
            "a chain has what it should not" if set(got) - set(due) else "a chain is in another order than the log"
        )  # fmt: skip
        at = next((at for at, pair in enumerate(zip(due, got)) if pair[0] != pair[1]), min(len(due), len(got)))
        history.violation(
            kind, chain.name, f"{len(got)} of {len(due)}, {len(missing)} missing, {more} twice; they part at {at}",
            f"due {due[at:at + 3]}", f"got {got[at:at + 3]}", *[_told(history, number) for number in due[at : at + 1]],
        )  # fmt: skip
        return
    # The newest start of a reading that a change may still be missing from: its own acknowledgement.
    acknowledged = sorted((history.sent[number].done, at) for at, number in enumerate(due))
    reach, nearest = -1, 0
    for answer in chain.answers:
        if answer.began is None:
            continue
        while nearest < len(acknowledged) and acknowledged[nearest][0] < answer.began:
            reach = max(reach, acknowledged[nearest][1])
            nearest += 1
        if not answer.more and answer.count <= reach:
            history.violation("a reading lacks what was acknowledged before it", chain.name, answer, _told(history, due[reach]))


def _cursors(history, scope, chains, numbers, place):
    """Cursors of all chains cut one log: a later cursor never stands before an earlier one."""
    cuts = []
    for chain in chains:
        due = [place[number] for number in numbers if chain.wants(history.sent[number])]
        for answer in chain.answers:
            low = due[answer.count - 1] + 1 if 0 < answer.count <= len(due) else 0
            high = due[answer.count] if answer.count < len(due) else len(numbers)
            cuts.append((answer.cursor, low, high, chain.name))
    cuts.sort()
    lowest, of = 0, ""
    for cursor, low, high, name in cuts:
        if low > lowest:
            lowest, of = low, f"{name} at {cursor}"
        if lowest > high:
            history.violation("two cursors contradict each other", f"{name} at {cursor} lacks place {high}", of)


def _told(history, number):
    sent = history.sent[number]
    return f"tk-{number} ({sent.fate}) of {sent.writer}: {sent.raw[:120]}"
