"""All devices at once, and a server killed in the middle: what was acknowledged stays, the rest is all or nothing."""

import random
import threading
import time

from .changes import received
from .client import API, HTTPTransport
from .concurrent import ConcurrentDevice
from .gate import Abandoned, Gate
from .mismatch import Mismatch
from .oracle import Log


class CrashRun:
    """One concurrent replay with `kills` kills, spread over its length."""

    def __init__(self, server, tokens, requests, seed, kills=6):
        self.server, self.tokens, self.requests = server, tokens, requests
        self.kills, self.stored_unanswered, self.in_flight = kills, 0, 0
        self._random = random.Random(seed)
        self._gate, self._failures = Gate(), []
        self._answered, self._progress = 0, threading.Condition()
        self._owner = {}  # (user, app, Change) -> (device, place among the device's changes)
        by_device = {}
        for request in requests:
            by_device.setdefault(request.device, []).append(request)
        for device, own in by_device.items():
            for place, change in enumerate(change for request in own for change in request.changes):
                self._owner[device[0], device[2], change] = (device, place)
        if len(self._owner) != sum(len(request.changes) for request in requests):
            raise Mismatch("the file repeats a change, so a stored one could not be told from its twin")
        self.devices = {
            device: ConcurrentDevice(device, own, server.port, tokens, self._gate, seed, self._count)
            for device, own in by_device.items()
        }

    def run(self):
        threads = [threading.Thread(target=self._drive, args=(device,)) for device in self.devices.values()]
        for thread in threads:
            thread.start()
        try:
            self._disturb()
        finally:
            if self._failures:
                self._gate.abandon()
            for thread in threads:
                thread.join()
        if self._failures:
            raise self._failures[0]

    def logs(self):
        """The logs as a client without an id reads them, checked against the file; each device's chain against them."""
        api = API(HTTPTransport(self.server.port), self.tokens)
        logs = {}
        for device in self.devices.values():
            device.catch_up(api)
        for user, app in dict.fromkeys((request.user, request.app) for request in self.requests):
            raws = self._read(api, user, app)
            logs[user, app] = self._log(user, app, raws)
        for device in self.devices.values():
            _check_chain(device, logs[device.user, device.app])
        return logs

    def _disturb(self):
        """What happens to the server while the devices are at it."""
        points = [len(self.requests) * (kill + 1) // (self.kills + 1) for kill in range(self.kills)]
        for number, point in enumerate(points):
            # Every third kill comes right after the restart from the one before.
            self._crash(point if number % 3 != 2 else 0)

    def _drive(self, device):
        try:
            device.run()
        except Abandoned:
            pass
        except BaseException as error:  # noqa: B902 - carried to the main thread, which raises it
            self._failures.append(error)
            self._gate.abandon()
            self._count(0)

    def _count(self, by):
        with self._progress:
            self._answered += by
            self._progress.notify_all()

    def _reached(self, point):
        """Waits until so many requests have been answered; False when a device has failed instead."""
        with self._progress:
            self._progress.wait_for(lambda: self._answered >= point or self._failures)
        return not self._failures

    def _crash(self, point):
        if not self._reached(point):
            return
        # Not a wait for anything: the moment of the kill within a commit is left to chance.
        time.sleep(self._random.uniform(0, 0.004))
        self.server.kill()
        self._gate.close_and_wait()
        try:
            self._restart()
            self._check_after_restart()
        except BaseException:
            self._gate.abandon()
            raise
        self._gate.open()

    def _restart(self):
        self.server.start()

    def _read(self, api, user, app):
        raws, since = [], None
        while True:
            answer = api.push(user, app, None, since)
            raws += answer.changes
            since = answer.synced_until
            if not answer.has_more:
                return raws

    def _check_after_restart(self):
        api = API(HTTPTransport(self.server.port), self.tokens)
        present = {device: set() for device in self.devices}
        for user, app in dict.fromkeys((device[0], device[2]) for device in self.devices):
            for raw in self._read(api, user, app):
                device, place = self._find(user, app, raw)
                if place in present[device]:
                    raise Mismatch(f"after a crash: stored twice for {device}", raw)
                present[device].add(place)
        for key, device in self.devices.items():
            certain = sum(len(request.changes) for request, _, _ in device.acknowledged)
            possible = {certain} | {certain + size for size in (device.attempts.sizes if device.attempts else ())}
            found = len(present[key])
            if present[key] != set(range(found)):
                raise Mismatch(f"after a crash: {device} has holes in what was stored")
            if found < certain:
                raise Mismatch(f"after a crash: {device} lost {certain - found} acknowledged changes")
            if found not in possible:
                raise Mismatch(f"after a crash: {device} has a request in halves", f"{found} stored, not in {possible}")
            self.in_flight += len(possible) > 1
            self.stored_unanswered += found > certain

    def _find(self, user, app, raw):
        _, change = received(raw)
        try:
            return self._owner[user, app, change]
        except KeyError:
            raise Mismatch(f"{user}/{app}: a stored change is not in the file", raw) from None

    def _log(self, user, app, raws):
        log, log_name = Log(f"{user}/{app}"), f"{user}/{app}"
        times, next_place, latest_start = {}, {}, 0.0
        for device in self.devices.values():
            if (device.user, device.app) == (user, app):
                spans = [(sent, done) for request, sent, done in device.acknowledged for _ in request.changes]
                times[device.user, device.client, device.app] = spans
                next_place[device.user, device.client, device.app] = 0
        for raw in raws:
            device, place = self._find(user, app, raw)
            if place != next_place[device]:
                kind = "is stored twice or late" if place < next_place[device] else "comes before an older one"
                raise Mismatch(f"{log_name}: change {place} of {device} {kind}", raw)
            next_place[device] += 1
            sent, done = times[device][place]
            if done < latest_start:
                raise Mismatch(f"{log_name}: a push that was answered before another began stands behind it", raw)
            latest_start = max(latest_start, sent)
            log.append([received(raw)[1]], device[1])
            log.entries[-1].check(raw)
        for device, count in next_place.items():
            if count != len(times[device]):
                raise Mismatch(f"{log_name}: {len(times[device]) - count} changes of {device} are missing")
        return log


def _check_chain(device, log):
    due = [entry.wire_raw for entry in log.entries if entry.client != device.client]
    if device.received == due:
        return
    for place, (expected, got) in enumerate(zip(due + [None], device.received + [None])):
        if expected != got:
            raise Mismatch(f"{device}: its chain leaves the log at change {place}", f"log {expected}", f"got {got}")
    raise Mismatch(f"{device}: its chain has {len(device.received)} changes, the log {len(due)} of others")
