"""The checker checked: a faithful store has nothing to hide, and each broken one is found out within seconds."""

import os
import tempfile
import time

from household.server import Server

from .brokenstore import FAULTS
from .faults import Faults
from .record import History
from .run import Run

BROKEN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "broken-server")
_SECONDS = 2.5


def self_test():
    results = [_told("a faithful store", _history([]), expected=False)]
    for fault, meaning in FAULTS.items():
        began = time.monotonic()
        for attempt in range(3):  # where a kill hits is chance
            history = _history([fault], attempt)
            if history.kinds:
                break
        results.append(_told(f"{fault} ({meaning})", history, expected=True, seconds=time.monotonic() - began))
    print(f"{sum(results)} passed, {len(results) - sum(results)} failed")
    return 0 if all(results) else 1


def _history(faults, attempt=0):
    history = History()
    with tempfile.TemporaryDirectory(prefix="mana-sync-history-", ignore_cleanup_errors=True) as folder:
        server = Server(BROKEN, folder, faults)
        try:
            server.start()
            disturbing = Faults(history, [server], None, _Steady(), f"self-test-{attempt}")
            Run(history, [server.port], f"self-test-{attempt}", patience=3).run(_SECONDS, disturbing)
        finally:
            server.abandon()
    return history


class _Steady:
    """A clock that nobody steps: the fake server's does not need it."""

    can_step = False


def _told(name, history, expected, seconds=None):
    passed = bool(history.kinds) == expected
    found = ", ".join(f"{count} {kind}" for kind, count in history.kinds.most_common(3)) or "nothing"
    time_ = f" in {seconds:.1f} s" if seconds else f" in {history.counts['pushes acknowledged']} pushes"
    print(f"{'passed' if passed else 'failed'}  {name}: found {found}{time_}", flush=True)
    if not passed:
        for kind, evidence in history.violations:
            print(f"  {kind}", *evidence, sep="\n      ")
    return passed
