"""The command line: fills a database, asks, and prints a line for each statement that read changes."""

import argparse
import os
import sys
import tempfile
import time
from contextlib import ExitStack

from history.postgres import Postgres
from household.client import NoAnswer, Tokens
from household.mismatch import Mismatch
from household.server import Server
from household.watchdog import Watchdog

from .plans import Log
from .questions import questions
from .rows import explain_from_now_on, fill

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
_LONGEST = 1500.0  # seconds
_FEW = 2  # buffers that a row may cost, each being on a page of its own
_START = 20  # buffers that a statement may cost besides: the index's levels, and what planning reads


def main():
    options = _options()
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="mana-sync-explain-", dir=options.folder))
        log = os.path.join(folder, "postgres.log")
        stack.enter_context(Watchdog(_LONGEST, [log, os.path.join(folder, "server.log")]))
        postgres = Postgres(folder)
        stack.callback(postgres.end)
        settings = {"storage": {"engine": "postgres", "postgres": {"url": postgres.url}}}
        server = Server(os.path.abspath(options.binary), folder, settings=settings)
        stack.callback(server.abandon)
        server.start()
        server.stop()
        began = time.monotonic()
        fill(postgres, options.rows)
        print(f"{options.rows} rows in {time.monotonic() - began:.0f} s", flush=True)
        explain_from_now_on(postgres)
        postgres.crash()  # the session of ours is to begin anew, too
        server.start()
        results = [_told(question, server, postgres, log) for question in questions()]
    print(f"{sum(results)} passed, {len(results) - sum(results)} failed")
    return 0 if all(results) else 1


def _told(question, server, postgres, path):
    """Asks, twice so that nothing is planned for the first time, and prints what it took; whether it was as it should be."""
    tokens, log = Tokens(), Log(path)
    try:
        for _ in range(2):
            if callable(question.ask):
                question.ask(server, tokens)
            else:
                for statement in question.ask:
                    postgres.ask(statement)
            # Those in functions are told of, too; that of the page is the one that the question is about.
            plans = log.plans(lambda found: any(question.index in plan.indexes for plan in found))
    except (Mismatch, NoAnswer) as error:
        print(f"failed  {question.name}: {error}", *getattr(error, "evidence", ())[:3], sep="\n    ", flush=True)
        return False
    passed = True
    for plan in plans:
        indexes = "+".join(sorted({index or kind for kind, index in plan.scans}))
        is_right = _is_right(question, plan)
        passed = passed and is_right
        print(
            f"{'passed' if is_right else 'failed'}  {question.name}: {indexes}, {plan.rows} rows,"
            f" {plan.buffers} buffers, {plan.milliseconds:.2f} ms", flush=True,
        )  # fmt: skip
        if not is_right:
            print(f"    {plan.query[:600]}", flush=True)
    return passed


def _is_right(question, plan):
    """The index of the question, or another one that finds a single row; no more rows and buffers than an index makes necessary."""
    by_index = all(index is not None for _, index in plan.scans)
    own = plan.indexes == {question.index} or plan.rows <= 1
    return by_index and own and plan.rows <= question.rows and plan.buffers <= _START + _FEW * plan.rows


def _options():
    parser = argparse.ArgumentParser(prog="explain", description="The server's own statements on many rows: which index, how much was read.")
    parser.add_argument("--rows", type=int, default=1_000_000, help="how many changes there are (default: a million)")
    parser.add_argument("--binary", default=os.path.join(ROOT, ".build", "release", "mana-sync"), help="the server")
    parser.add_argument("--folder", help="where the database goes (default: the system's place for temporary files)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
