"""Runs every check against one binary. Prints what failed and, last, `N passed, N failed`."""

import concurrent.futures
import os
import sys
import tempfile

from . import backup, billing, configuration, database, deployment, invocation, operator, process, serving  # noqa: F401  (they register their checks)
from .checks import CHECKS, Failed, Skipped
from .place import Place

_AT_ONCE = 4


def _run(binary, function):
    with tempfile.TemporaryDirectory(prefix="mana-sync-commands-") as folder:
        function(Place(binary, os.path.realpath(folder)))


def main():
    binary = os.path.abspath(sys.argv[1])
    if not os.access(binary, os.X_OK):
        sys.exit(f"{binary} is no program")
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(_AT_ONCE) as pool:
        results = [(sentence, pool.submit(_run, binary, function)) for sentence, function in CHECKS]
        for sentence, result in results:
            try:
                result.result()
                print(f"ok      {sentence}")
            except Skipped as reason:
                print(f"skipped {sentence}: {reason}")
            except Failed as failure:
                failed += 1
                print(f"FAILED  {sentence}\n        {failure}")
            except Exception as error:  # a check that breaks is a check that fails
                failed += 1
                print(f"FAILED  {sentence}\n        {type(error).__name__}: {error}")
    print(f"{len(CHECKS) - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
