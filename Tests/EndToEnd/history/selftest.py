"""The checker checked: a faithful store has nothing to hide, and each broken one is found out within seconds."""

import os
import tempfile
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from household.client import HTTPTransport, Tokens
from household.memberships import Memberships
from household.server import Server
from household.watchdog import Watchdog

from .brokenspaces import FAULTS as SPACE_FAULTS, SpacesServer
from .brokenstore import FAULTS
from .door import quiet_port
from .faults import Faults
from .record import History
from .run import Run
from .shared import SharedRun

BROKEN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "broken-server")
_SECONDS = 2.5
_LONGEST = 240.0  # seconds of one trial


def self_test():
    with ProcessPoolExecutor(os.cpu_count(), get_context("spawn")) as pool:
        results = [_told(*result) for result in pool.map(_trial, [None, *FAULTS])]
        results += [_told(*result) for result in pool.map(_spaces_trial, [None, *SPACE_FAULTS])]
    print(f"{sum(results)} passed, {len(results) - sum(results)} failed")
    return 0 if all(results) else 1


def _trial(fault):
    with Watchdog(_LONGEST):
        return _result(fault)


def _result(fault):
    """What a fault is called, whether there is one, and what was found of it in so many seconds."""
    if fault is None:
        history, seconds = _history([], patience=20), None
    else:
        began = time.monotonic()
        for attempt in range(12):  # where a kill hits is chance
            history = _history([fault], attempt)
            if history.kinds:
                break
        seconds = time.monotonic() - began
    name = f"{fault} ({FAULTS[fault]})" if fault else "a faithful store"
    return name, fault is not None, history.kinds, history.violations, seconds


def _history(faults, attempt=0, patience=3):
    history = History()
    with tempfile.TemporaryDirectory(prefix="mana-sync-history-", ignore_cleanup_errors=True) as folder:
        server = Server(BROKEN, folder, faults)
        try:
            server.port = quiet_port()
            server.start()
            disturbing = Faults(history, [server], None, _Steady(), f"self-test-{attempt}", pause=0.2)
            Run(history, [server.port], f"self-test-{attempt}", patience=patience).run(_SECONDS, disturbing)
        finally:
            server.abandon()
    return history


def _spaces_trial(fault):
    with Watchdog(_LONGEST):
        began = time.monotonic()
        for attempt in range(4 if fault else 1):
            history = _spaces_history(fault, attempt)
            if history.kinds:
                break
        name = f"{fault} ({SPACE_FAULTS[fault]})" if fault else "a faithful store of spaces"
        return name, fault is not None, history.kinds, history.violations, time.monotonic() - began if fault else None


def _spaces_history(fault, attempt):
    history = History()
    with Memberships.serve() as service, SpacesServer(service, fault).serve() as port:
        tokens = Tokens()
        for user in ("mia", "max", "joy", "xan"):
            tokens.token(user, HTTPTransport(port))
        run = SharedRun(history, [port], tokens, service, f"self-test-{attempt}", is_small=True)
        stop = threading.Event()
        threads = [threading.Thread(target=part, args=(stop,), daemon=True) for part in run.parts()]
        for thread in threads:
            thread.start()
        time.sleep(_SECONDS)
        stop.set()
        for thread in threads:
            thread.join(20)
        run.finish()
    return history


class _Steady:
    """A clock that nobody steps: the fake server's does not need it."""

    can_step = False


def _told(name, is_broken, kinds, violations, seconds):
    passed = bool(kinds) == is_broken
    found = ", ".join(f"{count} {kind}" for kind, count in kinds.most_common(3)) or "nothing"
    after = f" in {seconds:.1f} s" if seconds else ""
    print(f"{'passed' if passed else 'failed'}  {name}: found {found}{after}", flush=True)
    if not passed:
        for kind, evidence in violations:
            print(f"  {kind}", *evidence, sep="\n      ")
    return passed
