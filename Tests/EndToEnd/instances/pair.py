"""The servers, their database, and the connections by which they hear of one another."""

import os
import time

from history.postgres import Postgres
from household.mismatch import Mismatch
from household.server import Server

_PATIENCE = 20.0  # seconds for the listening connections to be there, or gone
_FIRST_MARK = 40.0  # seconds until a server knows from where on to look for what it misses
_HAS_MARK = "can be looked for from now on"


class Pair:
    """Two servers that are one to their clients: whoever asks for the port gets that of the next."""

    def __init__(self, binary, folder):
        self.postgres = Postgres(folder)
        self.servers, self._asked = [], 0
        for number in range(2):
            # Each listens under a login of its own, that can be taken from it.
            self.postgres.ask(f"CREATE ROLE {_role(number)} LOGIN")
            own = os.path.join(folder, f"server-{number}")
            os.mkdir(own)
            keys = os.path.join(folder, "dev-issuer.key")
            listening = self.postgres.url.replace("postgres@", f"{_role(number)}@")
            settings = {
                "storage": {"engine": "postgres", "postgres": {"url": self.postgres.url, "listenURL": listening}},
                "plugins": {"devIssuer": {"keyFile": keys}},
            }
            self.servers.append(Server(binary, own, settings=settings))

    def start(self):
        for server in self.servers:
            server.start()
        self._wait_for_listeners({0, 1})
        self._wait_for_marks()

    @property
    def ports(self):
        return [server.port for server in self.servers]

    @property
    def port(self):
        self._asked += 1
        return self.ports[self._asked % 2]

    def cut(self):
        """Terminates both listening connections; they may come back at once."""
        for pid in self.postgres.ask("SELECT pid FROM pg_stat_activity WHERE usename LIKE 'listener%'"):
            self.postgres.terminate(pid)
        self._wait_for_listeners({0, 1})

    def deafen(self, numbers):
        """Takes from servers what they hear of the other by, until `heal`."""
        for number in numbers:
            self.postgres.ask(f"ALTER ROLE {_role(number)} NOLOGIN")
        for pid in self.postgres.ask("SELECT pid FROM pg_stat_activity WHERE usename LIKE 'listener%'"):
            self.postgres.terminate(pid)
        self._wait_for_listeners({0, 1} - set(numbers))

    def heal(self):
        for number in range(2):
            self.postgres.ask(f"ALTER ROLE {_role(number)} LOGIN")
        self._wait_for_listeners({0, 1})

    def stop(self):
        """SIGTERM to both; Mismatch unless each drains and leaves with 0."""
        for server in self.servers:
            server.stop()

    def last_lines(self):
        return [line for server in self.servers for line in server.last_lines()]

    def abandon(self):
        for server in self.servers:
            server.abandon()
        self.postgres.end()

    def _wait_for_listeners(self, numbers):
        """Until just these listen: a session is there that has sent LISTEN, or later asked whether it lives."""
        query = "SELECT usename FROM pg_stat_activity WHERE usename LIKE 'listener%' AND query ~* '^(listen|select 1$)' AND state = 'idle'"
        expected, deadline = sorted(map(_role, numbers)), time.monotonic() + _PATIENCE
        while (found := sorted(self.postgres.ask(query))) != expected:
            if time.monotonic() > deadline:
                raise Mismatch(f"{_PATIENCE:g} s later others listen than should", f"{found}, not {expected}")
            time.sleep(0.005)

    def _wait_for_marks(self):
        """Until both know from where on to look: what they miss before that closes sockets."""
        deadline = time.monotonic() + _FIRST_MARK
        while not all(any(_HAS_MARK in line for line in server.last_lines(1000)) for server in self.servers):
            if time.monotonic() > deadline:
                raise Mismatch(f"{_FIRST_MARK:g} s later a server has no mark", *self.last_lines())
            time.sleep(0.05)


def _role(number):
    return f"listener_{number}"
