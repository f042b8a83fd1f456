"""Replays in which one request follows the other, so that the file's order is the order of commits."""

from .fold import Replica, records
from .mismatch import Mismatch
from .oracle import Log, Reader


class Device:
    """One installation in one app, with its chain of cursors and its own copy of the records."""

    def __init__(self, user, client, app, log):
        self.user, self.client, self.app = user, client, app
        self.reader = Reader(log, client)
        self.replica = Replica()

    def apply(self, changes):
        for change in changes:
            self.replica.apply(change)


class Replay:
    """The household's requests in the file's order, every answer checked as it comes."""

    def __init__(self, api, requests, anonymous=frozenset(), twice=False):
        """`anonymous`: clients that send no client id. `twice`: every push is sent again, byte for byte."""
        self.api, self.requests, self.anonymous, self.twice = api, requests, anonymous, twice
        self.logs, self.devices, self.snapshots = {}, {}, []
        self.repeated = 0

    def run(self, after_push=None):
        for request in self.requests:
            device = self._device(request)
            try:
                self._push(device, request)
                if after_push:
                    after_push(device, request)
            except Mismatch as mismatch:
                raise mismatch.within(f"request {request.number}") from None

    def log(self, user, app):
        return self.logs.setdefault((user, app), Log(f"{user}/{app}"))

    def catch_up(self):
        """Every device asks for what came after its last push, and must then hold the oracle's records."""
        for device in self.devices.values():
            self._follow(device)
            log = device.reader.log
            compare_records(device.replica.records(), records(e.change for e in log.entries), str(device.reader))

    def _device(self, request):
        if request.device not in self.devices:
            client = None if request.client in self.anonymous else request.client
            log = self.log(request.user, request.app)
            self.devices[request.device] = Device(request.user, client, request.app, log)
        return self.devices[request.device]

    def _push(self, device, request):
        reader = device.reader
        before = reader.copy()
        places, kept = self._commit(device, request)
        since, version = before.cursor, request.schema_version
        first = self.api.push(device.user, device.app, device.client, since, request.raw_changes, version)
        self._judge(request, first)
        # Others' changes that the answer brings were committed before this push.
        taken = reader.take(first, pushed=places)
        if self.twice:
            again = self.api.push(device.user, device.app, device.client, since, request.raw_changes, version)
            self._judge(request, again)
            retried = before.copy()
            try:
                retried.take(again, pushed=places)
            except Mismatch as mismatch:
                raise mismatch.within("sent again") from None
            if retried.position != reader.position:
                raise Mismatch("sent again: the answer reaches less far than the first time")
            self.repeated += 1
            if self.repeated % 2:  # either answer may be the one that arrives
                device.reader = reader = retried
        device.apply(taken)
        device.apply(kept)
        if request.number % 7 == 0 and device.client is not None:
            self.snapshots.append((device, before))
        if reader.position < len(reader.log.entries):
            self._follow(device)

    def _commit(self, device, request):
        """The places of the request's changes in the pusher's log, and those changes."""
        return device.reader.log.append(request.changes, device.client), request.changes

    def _judge(self, request, answer):
        """Mismatch unless the answer rejects what it should."""

    def _follow(self, device):
        """Empty pushes until hasMore is absent."""
        while True:
            answer = self.api.push(device.user, device.app, device.client, device.reader.cursor)
            device.apply(device.reader.take(answer))
            if not answer.has_more:
                return

    def reread(self):
        """Asks again from cursors of long ago: what was delivered then is a prefix of what comes now."""
        for device, before in self.snapshots:
            answer = self.api.push(device.user, device.app, device.client, before.cursor)
            before.copy().take(answer)
        return len(self.snapshots)


def compare_records(got, expected, whose):
    """Mismatch with the first records that differ."""
    if got == expected:
        return
    evidence = []
    for key in sorted(got.keys() | expected.keys()):
        mine, wanted = got.get(key, {}), expected.get(key, {})
        for name in sorted(mine.keys() | wanted.keys(), key=str):
            if mine.get(name) != wanted.get(name):
                evidence.append(f"{'/'.join(key)}.{name}: expected {wanted.get(name)}, got {mine.get(name)}")
    raise Mismatch(f"{whose}: the folded records differ in {len(evidence)} fields", *evidence)
