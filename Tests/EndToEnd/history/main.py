"""The command line of the history checker."""

import argparse
import os
import random
import sys
import tempfile
from contextlib import ExitStack

from household.server import Server

from .clock import SteppedClock
from .door import quiet_port
from .faults import Faults
from .postgres import Postgres
from .record import History
from .run import Run
from .selftest import self_test

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))


def main():
    options = _options()
    if options.self_test:
        return self_test()
    if not os.access(options.binary, os.X_OK):
        print(f"{options.binary} is not there; build it (swift build -c release) or name one with --binary")
        return 1
    print(f"{options.engine}, {options.seconds:g} s, seed {options.seed}", flush=True)
    history = History()
    with ExitStack() as stack:
        servers, faults = set_up(stack, options, history)
        Run(history, [server.port for server in servers], options.seed).run(options.seconds, faults)
        if history.kinds:
            for server in servers:
                print("the server's last lines:", *server.last_lines(), sep="\n    ")
    return report(history)


def set_up(stack, options, history):
    """The servers, started, and what disturbs them."""
    folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="mana-sync-history-", ignore_cleanup_errors=True))
    clock, postgres = SteppedClock(folder), None
    binary, settings = os.path.abspath(options.binary), {}
    if options.engine == "postgres":
        postgres = Postgres(folder, clock)
        stack.callback(postgres.end)
        settings = {"storage": {"engine": "postgres", "postgres": {"url": postgres.url}}}
    else:
        binary = clock.wrap(binary)
    settings["plugins"] = {"devIssuer": {"keyFile": os.path.join(folder, "dev-issuer.key")}}
    servers = []
    for number in range(2 if postgres else 1):
        own = os.path.join(folder, f"server-{number}")
        os.mkdir(own)
        servers.append(Server(binary, own, settings=settings))
        servers[-1].port = quiet_port()
        stack.callback(servers[-1].abandon)
        servers[-1].start()
    if postgres:
        history.faults["instances over one database"] = len(servers)
    if not clock.can_step:
        print("the clock is not stepped: libfaketime is not installed (apt-get install faketime)")
    return servers, Faults(history, servers, postgres, clock, options.seed)


def report(history):
    """Prints what was done, what was disturbed, and what was broken; the exit code."""
    history.counts["changes read"] = sum(len(chain.numbers) for chain in history.chains)
    for title, found in (("operations", history.counts), ("faults", history.faults), ("violations", history.kinds)):
        told = ", ".join(f"{count} {name}" for name, count in sorted(found.items()))
        print(f"{title}: {told or 'none'}")
    for kind, evidence in history.violations:
        print(f"  {kind}", *evidence, sep="\n      ")
    return 1 if history.kinds else 0


def _options():
    parser = argparse.ArgumentParser(
        prog="check-history", description="Many clients and faults; then the proof that what they saw fits one log."
    )
    parser.add_argument("--engine", default="sqlite", choices=["sqlite", "postgres"])
    parser.add_argument("--seconds", type=float, default=60, help="how long the clients and faults go on (default: 60)")
    parser.add_argument("--seed", default=str(random.SystemRandom().randrange(10**6)), help="of the clients' and faults' choices")
    parser.add_argument("--binary", default=os.path.join(ROOT, ".build", "release", "mana-sync"), help="the server")
    parser.add_argument("--self-test", action="store_true", help="show that the checker finds what broken stores do")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
