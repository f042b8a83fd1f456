"""What is true of two servers over one database."""

import json
import time

from household.client import API, HTTPTransport, Tokens
from household.follow import SocketFollower, StreamFollower
from household.gate import Gate
from household.live import LiveRun
from household.mismatch import Mismatch

_ROUNDS = 20
_PATIENCE = 20.0  # seconds that a device may hear nothing of what it lacks


def wakes(pair, requests, seed):
    """A push at one server wakes a stream and a socket at the other, both ways, before and after the servers were deaf, and those of that time once they hear again. No socket is closed."""
    tokens, delays, up = Tokens(), [], Gate()
    devices = [_Listening(port, tokens, up) for port in pair.ports]
    try:
        for device in devices:
            device.start()
        for round_ in range(_ROUNDS):
            if round_ == _ROUNDS // 2:
                pair.deafen({0, 1})
                pushed = [device.push(tokens, f"while deaf at {device.port}") for device in devices]
                pair.heal()
                for device in devices:
                    device.wait_for(len(pushed))
            for pusher, hearer in (devices, devices[::-1]):
                began = time.monotonic()
                pusher.push(tokens, f"round {round_}")
                hearer.wait_for(1)
                delays.append(time.monotonic() - began)
                pusher.wait_for(1)
    finally:
        up.abandon()
        for device in devices:
            device.stop()
    delays.sort()
    milliseconds = [f"{delays[len(delays) * part // 100] * 1000:.1f}" for part in (50, 95)]
    return f"{len(delays)} pushes, each told at the other server {' (95%: '.join(milliseconds)}) ms later, once"


class _Listening:
    """A stream and a socket of one user at one server, and what both must have."""

    def __init__(self, port, tokens, up):
        self.port, self._due = port, 0
        app = "house"
        self._followers = [
            StreamFollower("ada", None, app, port, tokens, up),
            SocketFollower("ada", None, app, port, tokens, up, {app: ["notes"]}),
        ]

    def start(self):
        for follower in self._followers:
            follower.start()
        for follower in self._followers:
            follower.wait_until_connected(_PATIENCE)

    def push(self, tokens, text):
        api = API(HTTPTransport(self.port), tokens)
        change = {"table": "notes", "id": text, "op": "insert", "data": {"text": text}}
        answer = api.push("ada", "house", f"device at {self.port}", None, [json.dumps(change, separators=(",", ":"))])
        api.transport.close()
        return answer

    def wait_for(self, more):
        """Until both have so many changes more, and not one of them twice."""
        self._due += more
        for follower in self._followers:
            follower.wait_for(self._due, _PATIENCE)
            (chain,) = follower.received.values()
            if len(chain) != self._due or len(set(chain)) != self._due:
                raise Mismatch(f"{follower} at {self.port}: {len(chain)} changes, {self._due} are due", *chain[-2:])

    def stop(self):
        for follower in self._followers:
            follower.stop()


class InstancesRun(LiveRun):
    """A concurrent replay, each device and each follower at one of the servers, which are deaf to one another in between."""

    def __init__(self, pair, tokens, requests, seed):
        super().__init__(pair, tokens, requests, seed)
        self._faults = 0

    def _crash(self, point):
        """Not a crash: the connections by which the servers hear of one another are cut while devices push."""
        if not self._reached(point):
            return
        self._faults += 1
        if self._faults % 2:
            self.server.cut()
            return
        self.server.deafen({0, 1} if self._faults % 4 else {0})
        self._reached(min(point + len(self.requests) // 20, len(self.requests)))
        self.server.heal()


def household(pair, requests, seed):
    """All devices of a household at once, half of them at each server, followed live at both; at the end both drain."""
    run = InstancesRun(pair, Tokens(), requests, seed)
    run.run()
    return f"{run.kills} times deaf, {run.settled} pauses; {run.told()}; all heard that the servers drain"


CHECKS = {"wakes": wakes, "household": household}
