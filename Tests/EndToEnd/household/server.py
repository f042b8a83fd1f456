"""The server under test: configured, started, waited for, killed, restarted."""

import json
import os
import signal
import socket
import subprocess
import time

from .client import HTTPTransport, NoAnswer
from .mismatch import Mismatch

_PATIENCE = 20.0  # seconds, to become ready and to drain


class Server:
    """One server process over one folder that holds its configuration, database, keys and log."""

    def __init__(self, binary, folder, faults=(), settings=None, environment=None):
        """`settings`: what the configuration has besides, as a tree of its sections; `environment`: variables of the process besides."""
        self._binary, self._folder, self._faults, self._settings = binary, folder, list(faults), settings or {}
        self._environment = environment or {}
        self._process = None
        self.port = None

    def start(self):
        """Starts the process and returns when it is ready; a first start takes another port when its own is taken."""
        for _ in range(3 if self.port is None else 1):
            port = self.port or _free_port()
            if self._run(port):
                self.port = port
                return
        raise Mismatch("the server does not become ready", *self.last_lines())

    def kill(self):
        """kill -9: nothing that the process meant to do later gets done."""
        self._process.kill()
        self._process.wait(_PATIENCE)

    def stop(self):
        """SIGTERM; Mismatch unless the server drains and leaves with 0."""
        self._process.send_signal(signal.SIGTERM)
        try:
            code = self._process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self.kill()
            raise Mismatch(f"the server did not stop within {_PATIENCE:.0f} s of SIGTERM", *self.last_lines()) from None
        if code != 0:
            raise Mismatch(f"the server left with {code} after SIGTERM", *self.last_lines())

    def abandon(self):
        """Makes sure that no process stays behind, whatever happened before."""
        if self._process is not None and self._process.poll() is None:
            self.kill()

    def resident_bytes(self):
        """What the process has in memory (VmRSS)."""
        with open(f"/proc/{self._process.pid}/status", encoding="ascii") as status:
            return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmRSS:"))

    def last_lines(self, count=6):
        try:
            with open(self._path("server.log"), encoding="utf-8", errors="replace") as log:
                return log.read().splitlines()[-count:]
        except FileNotFoundError:
            return []

    def _path(self, name):
        return os.path.join(self._folder, name)

    def _run(self, port):
        config = self._path("mana-sync.yaml")
        with open(config, "w", encoding="utf-8") as file:
            json.dump(_merged(self._configuration(port), self._settings), file, indent=2)  # JSON is YAML
        with open(self._path("server.log"), "ab") as log:
            self._process = subprocess.Popen(
                [self._binary, "serve", "--config", config, *self._faults],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={name: value for name, value in os.environ.items() if name not in _OVERRIDES} | self._environment,
            )
        return self._becomes_ready(port)

    def _becomes_ready(self, port):
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline and self._process.poll() is None:
            transport = HTTPTransport(port, timeout=2)
            try:
                if transport.request("GET", "/health/ready", {})[0] == 200 and self._process.poll() is None:
                    return True
            except NoAnswer:
                pass
            finally:
                transport.close()
            time.sleep(0.005)
        self.abandon()
        return False

    def _configuration(self, port):
        return {
            "server": {
                "host": "127.0.0.1", "port": port, "pidFile": self._path("mana-sync.pid"), "shutdownGrace": "5s",
            },
            "storage": {"engine": "sqlite", "sqlite": {"path": self._path("mana-sync.db")}},
            "kernel": {"unfulfilled": ["metered"]},
            "plugins": {
                "sync": {"enabled": True},
                "metrics": {"enabled": True},
                "devIssuer": {"enabled": True, "keyFile": self._path("dev-issuer.key")},
            },
        }


# Variables that override the file (operations.md): the caller's must not reach the server under test.
_OVERRIDES = frozenset(
    "PORT HOST DATABASE_URL JWKS_URL CORS_ORIGINS MANA_CREDITS_URL MANA_AUTH_URL MANA_SERVICE_KEY"
    " BILLING_EXEMPT_APPS MANA_API_KEYS MANA_SYNC_CONFIG".split()
)


def _merged(tree, other):
    """A tree with the values of another one in it."""
    branches = {name: _merged(tree[name], value) for name, value in other.items() if isinstance(tree.get(name), dict)}
    return {**tree, **other, **branches}


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
