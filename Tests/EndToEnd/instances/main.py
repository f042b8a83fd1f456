"""The command line: runs every check against one binary. Prints, last, `N passed, N failed`."""

import os
import random
import sys
import tempfile
import time
import traceback

from household.client import NoAnswer
from household.fixture import load
from household.mismatch import Mismatch
from household.watchdog import Watchdog

from .checks import CHECKS
from .pair import Pair

FIXTURE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "Fixtures", "changesets.jsonl")
_LONGEST = 300.0  # seconds of one check


def main():
    binary, seed = os.path.abspath(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else str(random.randrange(10**6))
    if not os.access(binary, os.X_OK):
        sys.exit(f"{binary} is no program")
    requests = load(FIXTURE)
    results = [_told(name, check, binary, requests, seed) for name, check in CHECKS.items()]
    print(f"{sum(results)} passed, {len(results) - sum(results)} failed")
    return 0 if all(results) else 1


def _told(name, check, binary, requests, seed):
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="mana-sync-instances-") as folder:
        logs = [os.path.join(folder, pattern) for pattern in ("*/server.log", "postgres.log")]
        with Watchdog(_LONGEST, logs):
            pair = Pair(binary, folder)
            try:
                pair.start()
                line = check(pair, requests, seed)
            except (Mismatch, NoAnswer) as error:
                evidence = error.evidence if isinstance(error, Mismatch) else []
                print(f"failed  {name}: {error}, seed {seed}", *evidence, *pair.last_lines(), sep="\n    ", flush=True)
                return False
            except Exception:
                print(f"failed  {name}, seed {seed}:", flush=True)
                traceback.print_exc()
                return False
            finally:
                pair.abandon()
    print(f"passed  {name}: {line} in {time.monotonic() - began:.1f} s", flush=True)
    return True


if __name__ == "__main__":
    sys.exit(main())
