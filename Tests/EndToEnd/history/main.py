"""The command line of the history checker."""

import argparse
import os
import random
import signal
import sys
import tempfile
from contextlib import ExitStack

from household.memberships import Memberships
from household.server import Server
from household.watchdog import Watchdog

from .clock import SteppedClock
from .door import quiet_port
from .faults import Faults
from .postgres import Postgres
from .record import History
from .run import Run
from .selftest import self_test

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
# Seconds after which there is no hope: for the self-test, and for what a run does before and after its own time.
_SELF_TEST, _REST = 600.0, 240.0
_SHORT, _LONG = 60.0, 1200.0


def main():
    options = _options()
    if options.self_test:
        with Watchdog(_SELF_TEST):
            return self_test()
    if not os.access(options.binary, os.X_OK):
        print(f"{options.binary} is not there; build it (swift build -c release) or name one with --binary")
        return 1
    print(f"{options.engine}, {options.seconds:g} s, seed {options.seed}", flush=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # so that what was started is ended
    history = History()
    with ExitStack() as stack:
        folder = tempfile.TemporaryDirectory(prefix="mana-sync-history-", ignore_cleanup_errors=True)
        folder = stack.enter_context(folder)
        logs = [os.path.join(folder, name) for name in ("*/server.log", "postgres.log")]
        stack.enter_context(Watchdog(2 * options.seconds + _REST, logs))
        service = stack.enter_context(Memberships.serve()) if options.spaces else None
        servers, faults = set_up(stack, folder, options, history, service)
        Run(history, [server.port for server in servers], options.seed, service=service).run(options.seconds, faults)
        if history.kinds:
            for server in servers:
                print("the server's last lines:", *server.last_lines(), sep="\n    ")
    return report(history)


def set_up(stack, folder, options, history, service=None):
    """The servers, started, and what disturbs them."""
    clock, postgres = SteppedClock(folder), None
    binary, settings, environment = os.path.abspath(options.binary), {}, {}
    if options.engine == "postgres":
        postgres = Postgres(folder, clock)
        stack.callback(postgres.end)
        settings = {"storage": postgres.settings}
    else:
        environment = clock.environment
    plugins = dict(service.settings["plugins"]) if service else {}
    settings["plugins"] = {"devIssuer": {"keyFile": os.path.join(folder, "dev-issuer.key")}, **plugins}
    servers = []
    for number in range(2 if postgres else 1):
        own = os.path.join(folder, f"server-{number}")
        os.mkdir(own)
        servers.append(Server(binary, own, settings=settings, environment=environment))
        servers[-1].port = quiet_port()
        stack.callback(servers[-1].abandon)
        servers[-1].start()
    if postgres:
        history.faults["instances over one database"] = len(servers)
    if not clock.can_step:
        print("the clock is not stepped: there is no C compiler")
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
    parser.add_argument("--seconds", type=float, help="how long the clients and faults go on (default: 60)")
    parser.add_argument("--long", action="store_true", help="the same for twenty minutes")
    parser.add_argument("--seed", default=str(random.SystemRandom().randrange(10**6)), help="of the clients' and faults' choices")
    parser.add_argument("--binary", default=os.path.join(ROOT, ".build", "release", "mana-sync"), help="the server")
    parser.add_argument("--spaces", action="store_true", help="with spaces, which one user joins and leaves all the time")
    parser.add_argument("--self-test", action="store_true", help="show that the checker finds what broken stores do")
    options = parser.parse_args()
    options.seconds = options.seconds or (_LONG if options.long else _SHORT)
    return options


if __name__ == "__main__":
    sys.exit(main())
