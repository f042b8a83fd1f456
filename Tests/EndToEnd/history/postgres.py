"""A PostgreSQL of the run's own: a fresh cluster in a temporary folder, on a free port, and what can be done to its backends."""

import glob
import os
import pwd
import signal
import subprocess
import threading

from household.mismatch import Mismatch

from .door import quiet_port


class Postgres:
    """Started on making; ended by `stop`. Refuses to run as root, so that it then belongs to the user postgres."""

    def __init__(self, folder, clock=None):
        binaries = sorted(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda path: int(path.split("/")[-2]))
        if not binaries:
            raise Mismatch("there is no PostgreSQL under /usr/lib/postgresql: apt-get install postgresql")
        self._binaries, self._clock, self._process, self._psql, self._stalled = binaries[-1], clock, None, None, []
        self._owner = pwd.getpwnam("postgres") if os.geteuid() == 0 else None
        self._data, self._log = os.path.join(folder, "postgres"), os.path.join(folder, "postgres.log")
        os.chmod(folder, 0o755)
        os.mkdir(self._data, 0o700)
        if self._owner:
            os.chown(self._data, self._owner.pw_uid, self._owner.pw_gid)
        self.port = quiet_port()
        self._run("initdb", "--pgdata", self._data, "--username", "postgres", "--auth", "trust", "--no-locale", "--no-sync",
                  "--encoding", "UTF8")  # fmt: skip
        self.start()
        self.ask("CREATE ROLE listener LOGIN")

    @property
    def url(self):
        return self._url("postgres")

    @property
    def settings(self):
        """The servers' section `storage`."""
        return {"engine": "postgres", "postgres": {"url": self.url, "listenURL": self._url("listener")}}

    def _url(self, login):
        return f"postgres://{login}@127.0.0.1:{self.port}/postgres"

    def start(self):
        settings = [f"port={self.port}", "listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off", "max_connections=60"]
        arguments = [word for setting in settings for word in ("-c", setting)]
        with open(self._log, "ab") as log:
            self._process = self._spawn("postgres", "-D", self._data, *arguments, environment=self._clock.environment if self._clock else {},
                                        stdout=log, stderr=log, stdin=subprocess.DEVNULL)  # fmt: skip
        self._run("pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port), tries=200)

    def crash(self):
        """All of its processes die without a goodbye, and it comes back over what they left."""
        self.end(signal.SIGQUIT)
        self.start()

    def end(self, how=signal.SIGINT):
        self._end_session()
        if self._process.poll() is None:
            self._process.send_signal(how)
            try:
                self._process.wait(30)
            except subprocess.TimeoutExpired:
                # It kills backends that do not end, stopped ones too, five seconds later.
                self._process.send_signal(signal.SIGQUIT)
                self._process.wait(30)

    def _end_session(self):
        if self._psql is not None:
            self._psql.kill()
            self._psql.communicate()
            self._psql = None

    def ask(self, query, patience=20.0):
        """The lines that a query gives within so many seconds, over one session that stays."""
        if self._psql is None:
            self._psql = subprocess.Popen(
                [f"{self._binaries}/psql", "-XAtq", "-d", self.url], text=True, bufsize=1,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            )  # fmt: skip
        lines, late = [], threading.Timer(patience, self._give_up)
        late.start()
        try:
            self._psql.stdin.write(f"{query};\n\\echo end\n")
            while (line := self._psql.stdout.readline()) != "end\n":
                if not line:
                    raise Mismatch(f"psql ended with {self._psql.wait()}, -9 if after {patience:g} s", query, *lines, *self._stalled, *self._last_lines())
                lines.append(line.rstrip("\n"))
        except BaseException:
            self._end_session()
            raise
        finally:
            late.cancel()
        return lines

    def _give_up(self):
        """Ends a session that gives no answer, and keeps what the server's processes were doing."""
        self._stalled = subprocess.run(
            ["ps", "-o", "pid,stat,wchan:30,args", "--ppid", str(self._process.pid)], capture_output=True, text=True
        ).stdout.splitlines()  # fmt: skip
        self._psql.kill()

    def _last_lines(self):
        with open(self._log, encoding="utf-8", errors="replace") as log:
            return log.read().splitlines()[-30:]

    def busy_backends(self):
        """Process ids of the servers' backends, the working ones first."""
        return self._pids("backend_type = 'client backend' AND usename <> 'listener'", "(state = 'active') DESC, random()")

    def listeners(self):
        """Those of the sessions that the servers listen by, under a login of their own."""
        return self._pids("usename = 'listener'", "random()")

    def has_written(self, pid):
        """Whether a backend stands between its first insert and its commit."""
        return self.ask(f"SELECT 1 FROM pg_stat_activity WHERE pid = {pid} AND backend_xid IS NOT NULL") == ["1"]

    def terminate(self, pid):
        self.ask(f"SELECT pg_terminate_backend({pid})")

    def _pids(self, which, order):
        query = f"SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND {which} ORDER BY {order} LIMIT 5"
        return [int(line) for line in self.ask(query)]

    def _run(self, program, *arguments, tries=1):
        for _ in range(tries):
            process = self._spawn(program, *arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                if process.wait(60) == 0:
                    return
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(10)
            threading.Event().wait(0.05 if tries > 1 else 0)
        raise Mismatch(f"{program} failed")

    def _spawn(self, program, *arguments, environment=None, **options):
        owner = {"user": self._owner.pw_uid, "group": self._owner.pw_gid, "extra_groups": []} if self._owner else {}
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        path = f"{self._binaries}/{program}"
        return subprocess.Popen([path, *arguments], cwd="/", env={**inherited, **(environment or {})}, **owner, **options)
