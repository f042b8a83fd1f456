"""All devices at once, followed live by others and by themselves, the server killed in the middle and drained at the end."""

import threading
import time

from .changes import received
from .client import API, HTTPTransport
from .crash import CrashRun
from .follow import SocketFollower, StreamFollower
from .fold import Replica, records
from .gate import Gate
from .mismatch import Mismatch
from .sequential import compare_records

_PATIENCE = 20.0  # seconds that a device may hear nothing of what it lacks


class LiveRun(CrashRun):
    """A concurrent replay with followers. Between the kills it pauses, and each follower must then have what is due to it."""

    def __init__(self, server, tokens, requests, seed, kills=4, patience=_PATIENCE):
        super().__init__(server, tokens, requests, seed, kills)
        self.patience, self.settled = patience, 0
        self._due = {}  # follower -> chain -> what it had to have when all had settled last
        self._up = Gate()  # where followers wait while the server is down
        self.followers = _followers(requests, server.port, tokens, self._up)
        self._writers = {}  # (user, app) -> clients that push
        for user, client, app in self.devices:
            self._writers.setdefault((user, app), set()).add(client)

    def run(self):
        try:
            for follower in self.followers:
                follower.start()
            for follower in self.followers:
                follower.wait_until_connected(self.patience)
            super().run()
            self._settle()
            self._check_records(self.logs())
            self._drain()
        finally:
            self._up.abandon()
            for follower in self.followers:
                follower.stop()

    def told(self):
        """A line about what the followers did."""
        streams = [follower for follower in self.followers if isinstance(follower, StreamFollower)]
        sockets = [follower for follower in self.followers if isinstance(follower, SocketFollower)]
        told = lambda followers: sum(follower.told for follower in followers)
        had = lambda followers: sum(follower.count() for follower in followers)
        return (
            f"{len(streams)} streams brought {had(streams)} changes in {told(streams)} events,"
            f" {len(sockets)} sockets told {told(sockets)} times of {had(sockets)}"
        )

    def _check_records(self, logs):
        """What each follower makes of its changes is what the oracle makes of the log."""
        for follower in self.followers:
            for (user, app), log in logs.items():
                chains = [raws for (of, _), raws in follower.received.items() if of == app and user == follower.user]
                if not chains:
                    continue
                replica = Replica()
                for raw in (raw for raws in chains for raw in raws):
                    replica.apply(received(raw)[1])
                visible = [
                    entry.change for entry in log.entries if _is_due(follower, app, entry.change, entry.client)
                ]
                compare_records(replica.records(), records(visible), str(follower))

    def _disturb(self):
        steps = 2 * self.kills + 1
        for step in range(1, steps):
            point = len(self.requests) * step // steps
            if step % 2:
                if self._reached(point):
                    self._pause()
            else:
                self._crash(point)

    def _pause(self):
        """No pushes for a while, so that everybody can have heard of all of them."""
        self._gate.close_and_wait()
        try:
            self._settle()
        except BaseException:
            self._gate.abandon()
            raise
        self._gate.open()

    def _restart(self):
        self._up.close_and_wait()
        super()._restart()
        self._up.open()

    def _settle(self):
        """Every follower hears of everything that is stored by now, and of nothing twice."""
        api = API(HTTPTransport(self.server.port), self.tokens)
        stored = {}
        for user, app in self._writers:
            for raw in self._read(api, user, app):
                device, _ = self._find(user, app, raw)
                stored.setdefault((user, app), []).append((raw, received(raw)[1], device[1]))
        api.transport.close()
        for follower in self.followers:
            self._due[follower] = due = _due(follower, stored)
            follower.wait_for(sum(map(len, due.values())), self.patience)
            _compare(follower, due)
            if isinstance(follower, StreamFollower) and follower.has_more:
                raise Mismatch(f"{follower}: the last event says hasMore, and there is no more")
            if isinstance(follower, SocketFollower) and follower.told and self._hears_only_itself(follower):
                raise Mismatch(f"{follower}: told of its own pushes, {follower.told} times")
        self.settled += 1

    def _hears_only_itself(self, follower):
        return all(self._writers[follower.user, app] <= {follower.client} for app in follower.tables)

    def _drain(self):
        for follower in self.followers:
            follower.draining = True
        stopping = Stop(self.server)
        for follower in self.followers:
            follower.wait_for_farewell(self.patience)
            _compare(follower, self._due[follower])  # nothing came after what was due
        stopping.result()


class Stop(threading.Thread):
    """SIGTERM, and the wait for the server's end beside what else happens."""

    def __init__(self, server):
        super().__init__(daemon=True)
        self._server, self._failure, self.seconds = server, None, None
        self.start()

    def run(self):
        began = time.monotonic()
        try:
            self._server.stop()
        except Mismatch as mismatch:
            self._failure = mismatch
        self.seconds = time.monotonic() - began

    def result(self):
        self.join()
        if self._failure:
            raise self._failure


def _followers(requests, port, tokens, up):
    """Of each pushing device and of a fresh one a stream; of each app, and of all apps, sockets with and without a client id."""
    common, own = (port, tokens, up), {}
    for request in requests:
        for change in request.changes:
            own.setdefault(request.user, {}).setdefault(request.app, {})[change.table] = True
    own = {user: {app: list(names) for app, names in apps.items()} for user, apps in own.items()}
    devices = list(dict.fromkeys(request.device for request in requests))
    found = [StreamFollower(*device, *common) for device in devices]
    for user, apps in own.items():
        found.append(SocketFollower(user, None, None, *common, apps))
        for app, names in apps.items():
            found.append(StreamFollower(user, None, app, *common))
            found.append(SocketFollower(user, "fresh-socket", app, *common, apps))
            if len(names) > 1:
                found.append(StreamFollower(user, "fresh-stream", app, *common, collections=names[::2]))
    for user, client in dict.fromkeys((user, client) for user, client, _ in devices):
        found.append(SocketFollower(user, client, None, *common, own[user]))
    return found


def _due(follower, stored):
    """By chain, the raw changes that the follower must have."""
    due = {chain: [] for chain in follower.received}
    for (user, app), entries in stored.items():
        for raw, change, client in entries if user == follower.user else ():
            if _is_due(follower, app, change, client):
                due[(app, None) if (app, None) in due else (app, change.table)].append(raw)
    return due


def _is_due(follower, app, change, client):
    return follower.wants(app, change) and (follower.client is None or client != follower.client)


def _compare(follower, due):
    for chain, expected in due.items():
        got, whose = follower.received[chain], f"{follower}, {chain[1] or 'its tables'}"
        if got == expected:
            continue
        for place, (want, have) in enumerate(zip(expected + [None], got + [None])):
            if want != have:
                again = "; it came before" if have in got[:place] else ""
                where = f"leaves the log at change {place} of {len(expected)}{again}"
                raise Mismatch(f"{whose}: {where}", f"log {want}", f"got {have}")
        raise Mismatch(f"{whose}: {len(got)} changes, {len(expected)} are due")
