"""What clients ask, and which index has to answer it."""

from typing import NamedTuple

from household.client import API, HTTPTransport
from household.eventstream import EventStream

from .rows import APP, COMMON, HEAVY, SPACE

_LATE = "2026-01-01T00:05:00.000000Z"


class Question(NamedTuple):
    name: str
    index: str
    ask: object  # what makes the server ask it, or a statement
    rows: int = 1000  # the most that it may read


def questions():
    for user in (COMMON, HEAVY):
        for since, part in ((None, "from the beginning"), (_LATE, "from the middle")):
            yield Question(f"an app of {user}'s, {part}", "sync_changes_by_app", _empty_push(user, since), 1010)
            yield Question(f"a table of {user}'s, {part}", "sync_changes_by_table", _pull(user, since, 100), 110)
        yield Question(f"two tables of {user}'s", "sync_changes_by_table", _stream(user), 2020)
        yield Question(f"a push of {user}'s, and what is new", "sync_changes_by_app", _push(user), 1010)
        yield Question(f"all of {user}'s, in order", "sync_changes_by_user", _statement(user, _WHOLE_LOG), 1000)
    yield Question("a space's app, from the middle", "sync_changes_by_space", _statement(COMMON, _SPACE), 1000)
    yield Question("the last place of a space's app", "sync_changes_by_space", _statement(COMMON, _LAST_OF_SPACE), 1)


def _empty_push(user, since):
    return lambda server, tokens: _api(server, tokens).push(user, APP, "fresh", since)


def _pull(user, since, limit):
    return lambda server, tokens: _api(server, tokens).pull(user, APP, "fresh", since, "t3", limit)


def _push(user):
    change = '{"table":"t3","id":"new","op":"insert","data":{"text":"new"}}'
    return lambda server, tokens: _api(server, tokens).push(user, APP, "fresh", _LATE, [change])


def _stream(user):
    def ask(server, tokens):
        token = tokens.token(user, HTTPTransport(server.port))
        stream = EventStream(server.port, APP, token, "fresh", _LATE, ["t3", "t4"], timeout=20)
        next(iter(stream))
        stream.cut()

    return ask


def _api(server, tokens):
    return API(HTTPTransport(server.port), tokens)


# Parts of larger statements, put under the role and the settings of a transaction of the server's.
_WHOLE_LOG = "SELECT * FROM sync_changes WHERE user_id = '{user}' AND created_at > 'epoch' ORDER BY created_at LIMIT 1000"
_SPACE = f"""SELECT * FROM sync_changes WHERE space_id = '{SPACE}' AND app_id = '{APP}' AND created_at > '{_LATE}'
ORDER BY created_at LIMIT 1000"""

_LAST_OF_SPACE = f"""SELECT max(l.created_at) FROM unnest(ARRAY['{SPACE}']) AS s (id) CROSS JOIN LATERAL (
SELECT c.created_at FROM sync_changes AS c WHERE c.space_id = s.id AND c.app_id = '{APP}' ORDER BY c.created_at DESC LIMIT 1) AS l"""


def _statement(user, sql):
    return [
        "BEGIN", f"SELECT sync_enter('mana_sync_app', '{user}', '', '5s', '30s')",
        f"SELECT set_config('app.current_user_space_ids', '[\"{SPACE}\"]', true)", sql.format(user=user), "COMMIT",
    ]  # fmt: skip
