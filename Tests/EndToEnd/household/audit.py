"""The reading after the replay: every device and fresh ones follow their cursors from the beginning."""

from collections import Counter

from .fold import Replica, records
from .mismatch import Mismatch
from .oracle import Reader
from .sequential import compare_records

FRESH_CLIENT = "fresh-9c2d4a"
# Ways to say "from the beginning" in a push; one without fraction, one with an offset and nanoseconds.
BEGINNINGS = (None, "", "1970-01-01T00:00:00Z", "1970-01-01T02:00:00.123456789+01:00")


def audit(api, logs, devices, tables, limit=None):
    """Follows every chain to its end. `devices`: (user, client id or None, app). Gives counts of what was read."""
    counts = Counter()
    readers = list(dict.fromkeys(devices))
    for user, app in logs:
        readers += [(user, None, app), (user, FRESH_CLIENT, app)]
    for number, (user, client, app) in enumerate(dict.fromkeys(readers)):
        log = logs[user, app]
        if limit is None:
            _by_push(api, user, client, app, log, BEGINNINGS[number % len(BEGINNINGS)], counts)
        for table in tables[app]:
            _by_pull(api, user, client, app, log, table, limit, counts)
        counts["chains"] += 1
    for log in logs.values():
        log.check_event_ids()
    return counts


def _by_push(api, user, client, app, log, since, counts):
    reader, replica = Reader(log, client), Replica()
    while True:
        answer = api.push(user, app, client, since)
        for change in reader.take(answer):
            replica.apply(change)
        since = reader.cursor
        counts["pages"] += 1
        counts["changes"] += len(answer.changes)
        if not answer.has_more:
            break
    visible = (entry.change for entry in log.entries if client is None or entry.client != client)
    compare_records(replica.records(), records(visible), str(reader))


def _by_pull(api, user, client, app, log, table, limit, counts):
    reader, earlier = Reader(log, client, table, limit or 1000), None
    while True:
        before = reader.copy()
        answer = api.pull(user, app, client, reader.cursor, table, limit)
        reader.take(answer)
        counts["pages"] += 1
        counts["changes"] += len(answer.changes)
        if counts["pages"] % 25 == 0:
            earlier = (before, answer)
        if not answer.has_more:
            break
    if earlier:
        _same_again(api, user, client, app, table, limit, *earlier)


def _same_again(api, user, client, app, table, limit, before, first):
    second = api.pull(user, app, client, before.cursor, table, limit)
    if second.changes != first.changes or second.has_more != first.has_more:
        raise Mismatch(f"{before}: the same since gave another page", first.changes[:2], second.changes[:2])
