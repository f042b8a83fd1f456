"""A wall clock that can be stepped, for programs of the run's own."""

import os
import shutil
import subprocess

_SOURCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "stepped_clock.c")


class SteppedClock:
    """Programs started with `environment` see the wall clock with an offset. Monotonic clocks run on as they are.

    It is a library of forty lines and not libfaketime, which reads a file at each question: where PostgreSQL's signal handlers ask for the time,
    that allocates within an allocation, and backends died of their broken heap.
    """

    def __init__(self, folder):
        self._offset, self._library = os.path.join(folder, "clock"), os.path.join(folder, "stepped_clock.so")
        compiler = next(filter(shutil.which, ("clang", "cc", "gcc")), None)
        self.can_step = compiler is not None
        if self.can_step:
            subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", self._library, _SOURCE, "-ldl"], check=True)
        with open(self._offset, "wb") as file:
            file.write(bytes(8))
        self.step(-3600)  # tokens are made before the first step, at the earliest time there will be

    def step(self, seconds):
        """The clock jumps to so many seconds from the real time."""
        with open(self._offset, "r+b", buffering=0) as file:
            file.write((seconds * 1_000_000).to_bytes(8, "little", signed=True))

    @property
    def environment(self):
        return {"LD_PRELOAD": self._library, "STEPPED_CLOCK": self._offset} if self.can_step else {}
