"""The checks checked: each is shown a server with one thing wrong, and must find it."""

import os
import re
import tempfile

from .audit import audit
from .awkward import requests as awkward_requests
from .client import API, HTTPTransport, Tokens
from .corruptions import CORRUPTIONS
from .crash import CrashRun
from .fake import FakeServer
from .fakelive import FAULTS as LIVE_FAULTS
from .fixture import tables
from .live import LiveRun
from .mismatch import Mismatch
from .rawjson import elements, member_map
from .sequential import Replay
from .server import Server

FAKE = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "fake-server")


class InProcess:
    """The fake server without a network, one answer spoilt on its way."""

    def __init__(self, fake, spoil=None):
        self._fake, self._spoil = fake, spoil
        self.spoilt = 0

    def request(self, method, path, headers, body=b""):
        status, text = self._fake.handle(method, path, headers, body)
        if self._spoil and not self.spoilt and path.startswith("/sync/"):
            text = self._corrupt(text.decode("utf-8")).encode("utf-8")
        return status, text

    def _corrupt(self, text):
        changes = elements(member_map(text)["serverChanges"])
        joined = ",".join(changes)
        envelope = text.replace(f'"serverChanges":[{joined}]', '"serverChanges":[]', 1)
        spoilt = self._spoil(changes, envelope)
        if spoilt is None:
            return text
        self.spoilt += 1
        changes, envelope = spoilt
        return envelope.replace('"serverChanges":[]', f'"serverChanges":[{",".join(changes)}]', 1)


def trials(requests):
    """Name to function; each gives its line or throws Mismatch when the checks saw nothing."""
    some = _one_household(requests[:90])
    found = {"a faithful server": lambda: _passes(some)}
    for name, spoil in CORRUPTIONS.items():
        found[name] = lambda spoil=spoil: _caught(some, spoil=spoil)
    for fault in ("deaf", "echoing", "overtaking"):
        found[f"a server that is {fault}"] = lambda fault=fault: _caught(some, faults=[fault])
    found["a faithful server, killed"] = lambda: _crash(requests[:300])
    for fault in ("deaf", "forgetful", "halves"):
        found[f"a server that is {fault}, killed"] = lambda fault=fault: _crash_caught(requests[:300], fault)
    found["a faithful server, followed live"] = lambda: _live(requests[:200])
    for fault in LIVE_FAULTS:
        found[f"a live server that is {fault}"] = lambda fault=fault: _live_caught(requests[:200], fault)
    return found


def _one_household(requests):
    """Real requests and awkward ones in one replay, numbered anew."""
    return [request._replace(number=n) for n, request in enumerate([*awkward_requests(), *requests], 1)]


def _read_everything(requests, transport, twice=True):
    replay = Replay(API(transport, Tokens()), requests, twice=twice)
    replay.run()
    replay.catch_up()
    replay.reread()
    devices = [(device.user, device.client, device.app) for device in replay.devices.values()]
    for limit in (None, 7):
        audit(replay.api, replay.logs, devices, tables(requests), limit)


def _passes(requests):
    _read_everything(requests, InProcess(FakeServer()))
    return "nothing found"


def _caught(requests, spoil=None, faults=()):
    transport = InProcess(FakeServer(faults=faults), spoil)
    try:
        _read_everything(requests, transport)
    except Mismatch as mismatch:
        return f"found: {_brief(mismatch)}"
    raise Mismatch("went unseen" if transport.spoilt or faults else "was never planted")


def _crash(requests, faults=(), seed="self-test"):
    with tempfile.TemporaryDirectory(prefix="mana-sync-self-test-") as folder:
        server = Server(FAKE, folder, faults)
        try:
            server.start()
            run = CrashRun(server, Tokens(), requests, seed)
            run.run()
            logs = run.logs()
            audit(API(HTTPTransport(server.port), Tokens()), logs, list(run.devices), tables(requests))
            server.stop()
        finally:
            server.abandon()
    return "nothing found"


def _crash_caught(requests, fault):
    """Where a kill hits is chance, so a fault has three runs to show itself in."""
    for attempt in range(3):
        try:
            _crash(requests, [fault], f"self-test-{attempt}")
        except Mismatch as mismatch:
            return f"found: {_brief(mismatch)}"
    raise Mismatch("went unseen")


def _live(requests, faults=(), patience=10.0):
    with tempfile.TemporaryDirectory(prefix="mana-sync-self-test-") as folder:
        server = Server(FAKE, folder, faults)
        try:
            server.start()
            LiveRun(server, Tokens(), requests, "self-test", kills=1, patience=patience).run()
        finally:
            server.abandon()
    return "nothing found"


def _live_caught(requests, fault):
    try:
        _live(requests, [fault], patience=1.0)
    except Mismatch as mismatch:
        return f"found: {_brief(mismatch)}"
    raise Mismatch("went unseen")


def _brief(mismatch):
    return re.sub(r"\s+", " ", mismatch.summary)[:110]
