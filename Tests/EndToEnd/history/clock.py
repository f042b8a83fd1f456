"""A wall clock that can be stepped, for a process of its own: libfaketime, where it is installed."""

import glob
import os
from contextlib import suppress


class SteppedClock:
    """Programs started by a wrapper of `wrap` see the wall clock with an offset. Monotonic clocks run on as they are."""

    def __init__(self, folder):
        self._library = next(iter(sorted(glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1"))), None)
        self._folder, self._offset = folder, os.path.join(folder, "clock")
        self.step(-3600)  # tokens are made before the first step, at the earliest time there will be

    @property
    def can_step(self):
        return self._library is not None

    def step(self, seconds):
        """The clock jumps to so many seconds from the real time."""
        new = self._offset + ".new"
        with open(new, "w", encoding="ascii") as file:
            file.write(f"{seconds:+d}\n")
        os.chmod(new, 0o644)
        os.replace(new, self._offset)

    def environment(self):
        if not self.can_step:
            return {}
        return {
            "LD_PRELOAD": self._library, "FAKETIME_TIMESTAMP_FILE": self._offset, "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1", "DONT_FAKE_MONOTONIC": "1", "FAKETIME_DONT_RESET": "1",
        }  # fmt: skip

    @staticmethod
    def forget_the_dead():
        """Removes what the library keeps in shared memory for processes that were killed: later ones of their numbers would take it for theirs."""
        for path in glob.glob("/dev/shm/*faketime_s*_*"):
            pid = path.rpartition("_")[2]
            if pid.isdigit() and not os.path.exists(f"/proc/{pid}"):
                with suppress(FileNotFoundError, PermissionError):
                    os.unlink(path)

    def wrap(self, binary):
        """A program that takes `serve --config FILE` and is `binary` under this clock."""
        if not self.can_step:
            return binary
        path = os.path.join(self._folder, "with-clock")
        settings = " ".join(f"{name}='{value}'" for name, value in self.environment().items())
        with open(path, "w", encoding="utf-8") as file:
            # Swift programs lose their arguments under libfaketime.
            file.write(f"#!/bin/sh\nMANA_SYNC_CONFIG=\"$3\" {settings} exec '{binary}'\n")
        os.chmod(path, 0o755)
        return path
