"""The household's fake server with event ids and refusals, and with what only a history can show to be wrong."""

import json
import random
import sys
import time
import uuid

from household import fakehttp
from household.fake import FakeServer, cursor, microseconds
from household.rawjson import decoded, elements, member_map

FAULTS = {
    "late": "a push's places are given before others that are seen first: below the cursors of those who read meanwhile",
    "wallclock": "the same, and a page's cursor is the wall clock after the query",
    "twice": "a full page's last change comes again on the next",
    "reordered": "a page has two changes in another order than the log",
    "forgetful": "what was acknowledged is not in the journal when the server is killed",
    "deaf": "a repeated push is stored again",
    "halves": "a kill leaves half of a push",
    "lenient": "a change is told to be rejected, and stored",
    "partial": "a push that is refused leaves its first changes",
    "backward": "a page with nothing behind it now and then has an older cursor",
    "shrinking": "an old cursor's page now and then lacks its first change",
    "stale": "a page now and then is of a moment ago",
}


class BrokenStore(FakeServer):
    """Faithful without faults; `FAULTS` says what each fault does."""

    def __init__(self, journal=None, faults=()):
        self._owners = {}  # event id -> user
        self._chance = random.Random(0)
        super().__init__(journal, faults)

    def handle(self, method, target, headers, body):
        if method != "POST" or not target.startswith("/sync/"):
            return super().handle(method, target, headers, body)
        user = headers["Authorization"].removeprefix("Bearer ")
        own = member_map(body.decode("utf-8"))
        raws = elements(own["changes"])
        if any('"op":"upsert"' in raw for raw in raws):
            if "partial" not in self.faults:
                return 400, b"{}"
            self._with(super().handle, method, target, headers, own, raws[:1])
            return 400, b"{}"
        strange = [self._owners.get(_event_id(raw), user) != user for raw in raws]
        rejected = [{"index": at, "error": "event_conflict"} for at, is_strange in enumerate(strange) if is_strange]
        if "lenient" not in self.faults:
            raws = [raw for raw, is_strange in zip(raws, strange) if not is_strange]
        status, answer = self._with(super().handle, method, target, headers, own, raws)
        if rejected:
            answer = answer[:-1] + b',"rejected":' + json.dumps(rejected).encode() + b"}"
        return status, answer

    @staticmethod
    def _with(handle, method, target, headers, own, raws):
        body = {**own, "changes": f"[{','.join(raws)}]"}
        text = "{" + ",".join(f'"{name}":{raw}' for name, raw in body.items()) + "}"
        return handle(method, target, headers, text.encode("utf-8"))

    def _store(self, user, app, client, since, raws, version):
        is_new = lambda event_id: event_id not in self._owners or "lenient" in self.faults and self._owners[event_id] != user
        new = [raw for raw in raws if "deaf" in self.faults or is_new(_event_id(raw))]
        return super()._store(user, app, client, since, new, version)

    def _remember(self, key, since, stored, version, known):
        for _, _, (raw, _) in stored:
            if event_id := _event_id(raw):
                self._owners[event_id] = key[0]
        if self.faults & {"late", "wallclock"} and self.news is not None and self._chance.random() < 0.2:
            self.news.wait_for(lambda: False, 0.03)  # others read and write meanwhile
        stored = [(place, _event_id(raw) or event_id, (raw, count)) for place, event_id, (raw, count) in stored]
        super()._remember(key, since, stored, version, known)
        rows = self._rows.get(key[:2], [])
        rows.sort(key=lambda row: row.cursor)

    def _page(self, user, app, client, since, limit, table, mine=frozenset()):
        text = super()._page(user, app, client, since, limit, table, mine).decode("utf-8")
        own = member_map(text)
        changes, until, more = elements(own["serverChanges"]), decoded(own["syncedUntil"]), "hasMore" in own
        now_and_then = self._chance.random() < 0.1
        if "wallclock" in self.faults and not more:
            until = cursor(max(time.time_ns() // 1000, self._clock))
        elif "twice" in self.faults and more:
            until = cursor(microseconds(until) - 1)
        elif "reordered" in self.faults and now_and_then:
            changes[:2] = changes[1::-1]
        elif "backward" in self.faults and now_and_then and not more:
            until = cursor(max(0, microseconds(until) - 1_000_000))
        elif "shrinking" in self.faults and now_and_then and len(changes) > 1:
            changes = changes[1:]
        elif "stale" in self.faults and now_and_then and not more:
            changes, until = [], since or cursor(0)
        tail = ',"hasMore":true' if more else ""
        return f'{{"serverChanges":[{",".join(changes)}],"conflicts":[],"syncedUntil":"{until}"{tail}}}'.encode("utf-8")


def _event_id(raw):
    own = member_map(raw)
    return str(uuid.UUID(decoded(own["eventId"]))) if "eventId" in own else None


if __name__ == "__main__":
    fakehttp.main(sys.argv, BrokenStore)
