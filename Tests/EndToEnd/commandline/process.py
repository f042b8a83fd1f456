"""The process: its port, its pid file, its end."""

import signal
import socket
import threading
import time

from .checks import Failed, check, contains, equal, exists
from .place import get, stop, wait_until
from .serving import pull, push, token_of


@check("a port that is taken ends the server with 1 and one line that names it")
def taken_port(place):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        place.configure(server={"port": port})
        error = place.refused("serve", "--config", "mana-sync.yaml", code=1)
    lines = [line for line in error.splitlines() if not line.startswith("{")]
    equal(len(lines), 1, f"the number of lines of {error!r}")
    contains(lines[0], f"127.0.0.1:{port}")
    exists(place.path("data/mana-sync.pid"), False)


@check("an address that this machine does not have ends the server with 1 and one line")
def foreign_address(place):
    place.configure(server={"host": "192.0.2.1", "port": 0}, plugins={"metrics": {"enabled": True}})
    lines = place.refused("serve", "--config", "mana-sync.yaml", code=1).splitlines()
    lines = [line for line in lines if not line.startswith("{")]
    equal(len(lines), 1, "the number of lines")
    contains(lines[0], "192.0.2.1")


@check("serve is what the server does without a command, and flags go with it")
def default_command(place):
    place.configure()
    port = place.configure()
    with place.serving(port, "--config", "mana-sync.yaml", "--port", str(port)) as process:
        stop(process)


@check("the pid file has the server's id while it runs, and is gone after SIGTERM and SIGINT")
def pid_file(place):
    port = place.configure()
    for signum in (signal.SIGTERM, signal.SIGINT):
        with place.serving(port) as process:
            equal(place.read("data/mana-sync.pid"), f"{process.pid}\n".encode(), "the pid file")
            stop(process, signum)
        exists(place.path("data/mana-sync.pid"), False)


@check("SIGHUP ends nothing, and the log says that it changes nothing")
def hangup(place):
    port = place.configure()
    with place.serving(port) as process:
        process.send_signal(signal.SIGHUP)
        wait_until(lambda: process.poll() is not None or "SIGHUP" in place.log(), "the log does not speak of SIGHUP")
        equal(process.poll(), None, "the exit code after SIGHUP")
        equal(get(port, "/health/live")[0], 200, "the status of /health/live")
        stop(process)


@check("the folders above the pid file are made; where that cannot be, the server says so and serves")
def pid_folder(place):
    port = place.configure()
    place.write("file", "")
    for path, is_written in (("run/mana/sync.pid", True), ("file/sync.pid", False)):
        place.configure(server={"port": port, "pidFile": path})
        with place.serving(port) as process:
            exists(place.path(path), is_written)
            stop(process)
        exists(place.path(path), False)
    contains(place.log(), "cannot write server.pidFile")


@check("SIGTERM ends the server within server.shutdownGrace, whatever peers hold open")
def grace(place):
    port = place.configure()
    place.configure(server={"port": port, "shutdownGrace": "1s"})
    with place.serving(port) as process, socket.create_connection(("127.0.0.1", port)) as idle, \
            socket.create_connection(("127.0.0.1", port)) as half:  # fmt: skip
        idle.sendall(b"GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n")
        contains(idle.recv(4096).decode(), "200 OK")
        half.sendall(b"POST /dev/token HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{")
        begun = time.monotonic()
        stop(process, within=5)
        if time.monotonic() - begun > 4:
            raise Failed("the server took longer than its grace")


@check("after kill -9 a restart has everything that was acknowledged, once")
def kill(place):
    port = place.configure()
    token = token_of(place, "alice")
    acknowledged = []
    with place.serving(port) as process:

        def work(name):
            for number in range(10_000):
                status, _ = push(place, port, token, [f"{name}-{number}"], client=f"laptop-{name}")
                if status != 200:
                    return
                acknowledged.append(f"{name}-{number}")

        workers = [threading.Thread(target=work, args=(name,)) for name in "abc"]
        for worker in workers:
            worker.start()
        while len(acknowledged) < 60 and any(worker.is_alive() for worker in workers):
            time.sleep(0.005)
        process.kill()
        for worker in workers:
            worker.join()
    exists(place.path("data/mana-sync.pid"))
    with place.serving(port) as process:
        status, answer = pull(port, token)
        records = [change["id"] for change in answer["serverChanges"]]
        equal((status, answer.get("hasMore", False)), (200, False))
        equal([record for record in acknowledged if record not in records], [], "what was lost")
        equal(len(records), len(set(records)), "the number of records")
        equal(get(port, "/health/ready")[0], 200, "the readiness")
        equal(place.read("data/mana-sync.pid"), f"{process.pid}\n".encode(), "the pid file")
        stop(process)
