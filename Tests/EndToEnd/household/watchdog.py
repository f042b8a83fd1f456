"""A hard end for a run of checks: when its time is up, it says where everything stood, and ends the process."""

import faulthandler
import glob
import os
import shutil
import signal
import subprocess
import sys
import threading

_LINES = 12  # of each log
_STACKS = 20.0  # seconds that a debugger may take for one process


class Watchdog:
    """`logs`: patterns of files whose ends are told of. Called off by leaving the context."""

    def __init__(self, seconds, logs=()):
        self._seconds, self._logs = seconds, logs
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True

    def __enter__(self):
        self._timer.start()
        return self

    def __exit__(self, *_):
        self._timer.cancel()

    def _end(self):
        pids = descendants(os.getpid())
        try:
            print(f"no end within {self._seconds:g} s; the threads of the checks:", flush=True)
            faulthandler.dump_traceback(sys.stdout, all_threads=True)
            for pid in pids:
                print(f"process {pid}:", *_threads(pid), sep="\n    ", flush=True)
            for path in sorted(path for pattern in self._logs for path in glob.glob(pattern)):
                print(f"the end of {os.path.basename(path)}:", *_last_lines(path), sep="\n    ", flush=True)
        finally:
            for pid in pids:
                _send(pid, signal.SIGKILL)
            os._exit(1)


def descendants(pid):
    """The processes that a process started, and those that they started."""
    found = []
    for path in glob.glob(f"/proc/{pid}/task/*/children"):
        for child in map(int, _text(path).split()):
            found += [child, *descendants(child)]
    return found


def _threads(pid):
    """Where a process's threads are: by the debugger where there is one, else what each waits for in the kernel."""
    yield _text(f"/proc/{pid}/cmdline").replace("\0", " ")[:200]
    if shutil.which("gdb") and "postgres" not in _text(f"/proc/{pid}/comm"):
        command = ["gdb", "--batch", "-p", str(pid), "-ex", "thread apply all backtrace 12"]
        try:
            told = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=_STACKS, check=False)
            yield from (line for line in told.stdout.splitlines() if line.startswith(("Thread", "#")))
            return
        except subprocess.TimeoutExpired:
            yield "the debugger comes to no end"
    for task in sorted(glob.glob(f"/proc/{pid}/task/*")):
        state = _text(f"{task}/stat").rpartition(")")[2].split()[:1]
        yield " ".join([_text(f"{task}/comm").strip(), *state, _text(f"{task}/wchan"), _text(f"{task}/syscall").split(" ")[0]])


def _last_lines(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read().splitlines()[-_LINES:]


def _text(path):
    """What a file of /proc says; nothing where the process is gone, or the file another's."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""


def _send(pid, number):
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass
