"""What goes wrong on purpose, one thing after the other, each of a kind before any comes again."""

import os
import random
import signal
import threading
import time


class Faults:
    """Disturbs servers, their database and their clock until told to stop, at most `pause` seconds between two faults."""

    def __init__(self, history, servers, postgres, clock, seed, pause=0.6):
        self.history, self.servers, self.postgres, self.clock = history, servers, postgres, clock
        self.pause = pause
        self.random = random.Random(f"{seed}-faults")
        self.kinds = {"kill -9": self._kill, "SIGTERM and restart": self._restart}
        if postgres:
            self.kinds |= {
                "backend terminated in mid-push": self._terminate, "backend stopped between insert and commit": self._stop,
                "LISTEN connection cut": self._deafen, "database crashed": self._crash,
            }  # fmt: skip
        if clock.can_step:
            self.kinds["clock stepped"] = self._step

    def run(self, stop):
        deck = []
        while not stop.wait(self.random.uniform(0.1, self.pause)):
            if not deck:
                deck = list(self.kinds)
                # The stops and terminations are cheap and their moment is chance: many of them.
                deck += [kind for kind in deck if kind.startswith(("backend", "clock"))] * 2
                self.random.shuffle(deck)
            kind = deck.pop()
            if self.kinds[kind]() is not False:
                self.history.fault(kind)

    def _kill(self):
        server = self.random.choice(self.servers)
        server.kill()
        time.sleep(self.random.uniform(0, 0.2))
        server.start()

    def _restart(self):
        server = self.random.choice(self.servers)
        server.stop()
        server.start()

    def _step(self):
        self.clock.step(self.random.choice((-3500, -1800, -60, -2, 0, 2, 60, 1800, 3600, 7200)))

    def _held(self):
        """A backend stopped in mid-push, where chance allows."""
        for _ in range(40):
            for pid in self.postgres.busy_backends()[:1]:
                if not _send(pid, signal.SIGSTOP):
                    continue
                # It may hold what the question needs: then it goes on, before the question is given up.
                release = threading.Timer(1.5, _send, (pid, signal.SIGCONT))
                release.start()
                try:
                    if self.postgres.has_written(pid):
                        return pid
                finally:
                    release.cancel()
                _send(pid, signal.SIGCONT)
        return None

    def _stop(self):
        pid = self._held()
        if pid is None:
            return False
        time.sleep(self.random.choice((0.02, 0.1, 0.5, 1.0)))
        _send(pid, signal.SIGCONT)

    def _terminate(self):
        pid = self._held()
        if pid is None:
            return False
        self.postgres.terminate(pid)
        _send(pid, signal.SIGCONT)

    def _deafen(self):
        pids = self.postgres.listeners()
        for pid in pids:
            self.postgres.terminate(pid)
        return bool(pids)

    def _crash(self):
        self.postgres.crash()


def _send(pid, number):
    try:
        os.kill(pid, number)
        return True
    except ProcessLookupError:
        return False
