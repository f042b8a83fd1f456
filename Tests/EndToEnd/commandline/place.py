"""A folder of its own with the binary to run in it."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import threading
import time

from household.client import HTTPTransport, NoAnswer

from .checks import Failed, equal

PATIENCE = 20.0  # seconds, for whatever must happen soon
_port_lock = threading.Lock()


class Place:
    """Where one check runs. Nothing of the caller's environment but PATH and TMPDIR gets in."""

    def __init__(self, binary, folder):
        self.binary, self.folder = binary, folder

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name), "wb") as file:
            file.write(text.encode() if isinstance(text, str) else text)
        return name

    def read(self, name):
        with open(self.path(name), "rb") as file:
            return file.read()

    def run(self, *arguments, **environment):
        """The exit code, and what was written to stdout and to stderr."""
        done = subprocess.run(
            [self.binary, *arguments],
            cwd=self.folder,
            env=_environment(environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PATIENCE,
            check=False,
        )
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    def refused(self, *arguments, code=78, **environment):
        """What was written to stderr by a command that must fail so, and print nothing else."""
        actual, out, err = self.run(*arguments, **environment)
        equal(actual, code, f"the exit code of {' '.join(arguments)}, which wrote {err!r},")
        equal(out, "", "stdout")
        return err

    def good(self, *arguments, **environment):
        """What a command that must succeed prints."""
        code, out, err = self.run(*arguments, **environment)
        equal(code, 0, f"the exit code of {' '.join(arguments)}, which wrote {err!r},")
        return out

    def configure(self, **sections):
        """Writes mana-sync.yaml for a server with everything on; `sections` replace its sections."""
        content = {
            "server": {"port": free_port()},
            "kernel": {"unfulfilled": ["metered"]},
            "plugins": {name: {"enabled": True} for name in ("sync", "metrics", "devIssuer")},
        }
        content.update(sections)
        self.write("mana-sync.yaml", json.dumps(content))  # JSON is YAML
        return content["server"]["port"]

    @contextlib.contextmanager
    def serving(self, port, *arguments, probe="/health/ready", **environment):
        """A server that is ready, or answers `probe` with 200; it is killed at the end unless it has ended before."""
        with open(self.path("server.log"), "ab") as log:
            process = subprocess.Popen(
                [self.binary, *(arguments or ("serve", "--config", "mana-sync.yaml"))],
                cwd=self.folder,
                env=_environment(environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        try:
            wait_until(lambda: process.poll() is not None or get(port, probe)[0] == 200, "the server does not become ready")
            if process.poll() is not None:
                raise Failed(f"the server left with {process.returncode}: {self.log()}")
            yield process
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()

    def log(self):
        return self.read("server.log").decode()


def stop(process, signum=signal.SIGTERM, within=PATIENCE):
    """Asks a server to end; it must do so within seconds, with 0."""
    process.send_signal(signum)
    try:
        equal(process.wait(within), 0, f"the exit code after {signal.Signals(signum).name}")
    except subprocess.TimeoutExpired:
        raise Failed(f"the server runs on {within} s after {signal.Signals(signum).name}") from None


def get(port, path, method="GET", headers=None, body=b""):
    """The status and the body; (0, b"") without an answer."""
    transport = HTTPTransport(port, timeout=10)
    try:
        return transport.request(method, path, headers or {}, body)
    except NoAnswer:
        return 0, b""
    finally:
        transport.close()


def wait_until(condition, complaint):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise Failed(complaint)
        time.sleep(0.01)


def free_port():
    with _port_lock, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _environment(variables):
    kept = {name: os.environ[name] for name in ("PATH", "TMPDIR", "LD_LIBRARY_PATH") if name in os.environ}
    return {**kept, **variables}
