"""The command line: runs scenarios against a binary, or the checks against themselves."""

import argparse
import contextlib
import os
import random
import sys
import tempfile
import time
import traceback
import unittest

from .client import NoAnswer
from .fixture import load
from .mismatch import Mismatch
from .scenarios import SCENARIOS
from .selftest import trials
from .server import Server

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
FIXTURE = os.path.join(ROOT, "Tests", "Fixtures", "changesets.jsonl")


def main():
    options = _options()
    if options.self_test:
        return _close(_unit_tests() + [_told(name, trial) for name, trial in trials(load(FIXTURE)).items()])
    if not os.access(options.binary, os.X_OK):
        print(f"{options.binary} is not there; build it (swift build -c release) or name one with --binary")
        return 1
    names = list(SCENARIOS) if options.scenario == "all" else [options.scenario]
    requests = load(FIXTURE)
    return _close([_told(name, lambda name=name: _run(name, options, requests)) for name in names])


def _options():
    parser = argparse.ArgumentParser(
        prog="replay", description="Replays a household's pushes over HTTP and compares every answer with an oracle."
    )
    parser.add_argument("--binary", default=os.path.join(ROOT, ".build", "release", "mana-sync"), help="the server")
    parser.add_argument("--scenario", default="all", choices=["all", *SCENARIOS], help="which part (default: all)")
    parser.add_argument(
        "--seed", default=str(random.SystemRandom().randrange(10**6)), help="of the crash scenario's choices"
    )
    parser.add_argument("--fault", action="append", default=[], help=argparse.SUPPRESS)
    parser.add_argument("--self-test", action="store_true", help="show that the checks find what they should")
    return parser.parse_args()


def _run(name, options, requests):
    """One scenario on a fresh server; its line, or Mismatch."""
    settings = getattr(SCENARIOS[name], "settings", {})
    beside = getattr(SCENARIOS[name], "beside", contextlib.nullcontext)
    with tempfile.TemporaryDirectory(prefix="mana-sync-replay-") as folder, beside() as service:
        server = Server(os.path.abspath(options.binary), folder, options.fault, service.settings if service else settings)
        server.service = service
        try:
            server.start()
            line = SCENARIOS[name](server, requests, options.seed)
            server.stop()
            return line + (f" (seed {options.seed})" if name in ("crash", "live") else "")
        except (Mismatch, NoAnswer) as error:
            evidence = error.evidence if isinstance(error, Mismatch) else []
            notes = [f"seed {options.seed}; the server's last lines:", *server.last_lines()]
            raise Mismatch(str(error), *evidence[:8 - min(4, len(notes))], *notes) from error
        finally:
            server.abandon()


def _told(name, part):
    """Runs a part and prints its line; whether it passed."""
    began = time.monotonic()
    try:
        line = part()
    except Mismatch as mismatch:
        print(f"failed  {name}: {mismatch.report()}", flush=True)
        return False
    except Exception:
        print(f"failed  {name}:", flush=True)
        traceback.print_exc()
        return False
    print(f"passed  {name}: {line} in {time.monotonic() - began:.1f} s", flush=True)
    return True


def _unit_tests():
    folder = os.path.join(ROOT, "Tests", "EndToEnd", "unit")
    suite = unittest.defaultTestLoader.discover(folder, top_level_dir=folder)
    result = unittest.TextTestRunner(stream=sys.stdout, verbosity=0).run(suite)
    failed = len(result.failures) + len(result.errors)
    return [True] * (result.testsRun - failed) + [False] * failed


def _close(results):
    print(f"{sum(results)} passed, {len(results) - sum(results)} failed")
    return 0 if results and all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
