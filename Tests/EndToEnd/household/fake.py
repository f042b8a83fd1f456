"""A second, tiny implementation of push and pull: what the checks are tried on, and what faults are planted in.

It keeps everything in memory and a journal, and is no measure of anything but the protocol's meaning.
"""

import json
import re
import time
import uuid
from urllib.parse import parse_qs, unquote, urlsplit

from .changes import pushed
from .instants import instant
from .rawjson import decoded, elements, member_map

PAGE = 1000


class Row:
    __slots__ = ("user", "app", "client", "cursor", "change", "wire")

    def __init__(self, user, app, client, cursor, change, wire):
        self.user, self.app, self.client, self.cursor = user, app, client, cursor
        self.change, self.wire = change, wire


class FakeServer:
    """`handle` answers a request; `faults` are what it does wrong: deaf, echoing, overtaking, forgetful, halves.

    Those of its streams and sockets are in fakelive.py.
    """

    def __init__(self, journal=None, faults=()):
        self.faults = frozenset(faults)
        self.news = None  # what its server holds while it handles a request
        self._rows, self._latest, self._clock = {}, {}, 0
        self._journal = None
        if journal:
            self._recover(journal)
            self._journal = open(journal, "a", encoding="utf-8")

    def handle(self, method, target, headers, body):
        url = urlsplit(target)
        if url.path == "/health/ready":
            return 200, b"{}"
        if url.path == "/dev/token":
            return 200, json.dumps({"token": json.loads(body)["sub"]}).encode()
        user = headers["Authorization"].removeprefix("Bearer ")
        match = re.fullmatch(r"/sync/([A-Za-z0-9._-]{1,64})(/pull)?", unquote(url.path))
        if not match:
            return 404, b"{}"
        if match[2]:
            query = parse_qs(url.query)
            limit = int(query.get("limit", ["1000"])[0])
            client = headers.get("X-Client-Id")
            return 200, self._page(user, match[1], client, query["since"][0], limit, query["collection"][0])
        return 200, self._push(user, match[1], headers, body)

    def rows(self, user, app, after, client=None, tables=None):
        """What came after a cursor, without the client's own, oldest first."""
        for row in self._rows.get((user, app), []):
            own = client is not None and row.client == client
            if row.cursor > after and not own and (tables is None or row.change.table in tables):
                yield row

    def apps(self, user):
        return [app for owner, app in self._rows if owner == user]

    def now(self):
        """The cursor of the last change of all."""
        return self._clock

    def _push(self, user, app, headers, body):
        own = member_map(body.decode("utf-8"))
        client = headers.get("X-Client-Id") or decoded(own.get("clientId", '""')) or None
        since = decoded(own.get("since", '""'))
        raws = elements(own["changes"])
        mine = self._store(user, app, client, since, raws, int(decoded(own.get("schemaVersion", "1"))))
        return self._page(user, app, client, since, PAGE, None, mine)

    def _store(self, user, app, client, since, raws, version):
        """Appends what is new; gives the cursors of all that this push carries, stored now or before."""
        key, occurrences, identities = (user, app, client), {}, []
        for raw in raws:
            occurrences[raw] = occurrences.get(raw, 0) + 1
            identities.append((raw, occurrences[raw]))
        latest_since, known = self._latest.get(key, (None, {}))
        if latest_since != since or "deaf" in self.faults:
            known = {}
        stored = []
        for identity in identities:
            if identity not in known:
                stored.append((self._tick(), str(uuid.uuid4()), identity))
        if not raws:
            return set()
        self._remember(key, since, stored, version, known)
        if self._journal and stored:
            self._record(key, since, stored, version)
        known = self._latest[key][1]
        return {known[identity] for identity in identities}

    def _remember(self, key, since, stored, version, known):
        user, app, client = key
        self._latest[key] = (since, {**known, **{identity: cursor for cursor, _, identity in stored}})
        for cursor, event_id, (raw, _) in stored:
            change = pushed(raw, version)
            row = Row(user, app, client, cursor, change, _wire(event_id, change))
            self._rows.setdefault((user, app), []).append(row)

    def _page(self, user, app, client, since, limit, table, mine=frozenset()):
        after = microseconds(since)
        rows = self._rows.get((user, app), [])
        found, more = [], False
        for row in rows:
            own = row.cursor in mine if client is None else row.client == client
            own = own and "echoing" not in self.faults
            if row.cursor <= after or own or (table and row.change.table != table):
                continue
            if len(found) == limit:
                more = True
                break
            found.append(row)
        until = found[-1].cursor if more else max(after, rows[-1].cursor if rows else 0)
        if "overtaking" in self.faults and not mine:
            until += 1_000_000
        text = ",".join(row.wire for row in found)
        tail = ',"hasMore":true' if more else ""
        return f'{{"serverChanges":[{text}],"conflicts":[],"syncedUntil":"{cursor(until)}"{tail}}}'.encode("utf-8")

    def _tick(self):
        self._clock = max(self._clock + 1, time.time_ns() // 1000)
        return self._clock

    def _record(self, key, since, stored, version):
        lines = [json.dumps([key, since, stored, version])]
        if "halves" in self.faults and len(stored) > 1:
            middle = len(stored) // 2
            lines = [json.dumps([key, since, part, version]) for part in (stored[:middle], stored[middle:])]
        for line in lines:
            self._journal.write(line + "\n")
            if "forgetful" not in self.faults:
                self._journal.flush()
            if len(lines) > 1:
                time.sleep(0.002)

    def _recover(self, journal):
        try:
            with open(journal, encoding="utf-8") as lines:
                for line in lines:
                    if line.endswith("\n"):
                        key, since, stored, version = json.loads(line)
                        key = tuple(key)
                        stored = [(cursor, event_id, tuple(identity)) for cursor, event_id, identity in stored]
                        latest_since, known = self._latest.get(key, (None, {}))
                        self._remember(key, since, stored, version, known if latest_since == since else {})
                        self._clock = max(self._clock, stored[-1][0])
        except FileNotFoundError:
            return


def _wire(event_id, change):
    text = {name: json.dumps(value) for name, value in (
        ("eventId", event_id), ("schemaVersion", change.schema_version), ("table", change.table), ("id", change.id),
        ("op", change.op), ("deletedAt", change.deleted_at), ("spaceId", change.space_id), ("origin", change.origin),
    ) if value is not None}  # fmt: skip
    if change.data is not None:
        text["data"] = change.data
    if change.actor is not None:
        text["actor"] = change.actor
    if change.fields is not None:
        inner = (
            f'{json.dumps(field.name)}:{{"value":{field.value},"updatedAt":{json.dumps(field.timestamp)}}}'
            for field in change.fields
        )
        text["fields"] = "{" + ",".join(inner) + "}"
    return "{" + ",".join(f'"{name}":{raw}' for name, raw in text.items()) + "}"


def cursor(microseconds):
    seconds, rest = divmod(microseconds, 1_000_000)
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f".{rest:06d}Z"


def microseconds(since):
    if not since:
        return 0
    seconds, fraction = instant(since)
    return seconds * 1_000_000 + int(fraction[:6].ljust(6, "0"))
