"""Where devices wait while the server is down."""

import threading


class Gate:
    """Lets requests through while it is open, and lets one who closes it wait until none is under way."""

    def __init__(self):
        self._changed = threading.Condition()
        self._open = True
        self._under_way = 0
        self._broken = False

    def __enter__(self):
        with self._changed:
            self._changed.wait_for(lambda: self._open)
            if self._broken:
                raise Abandoned()
            self._under_way += 1

    def __exit__(self, *_):
        with self._changed:
            self._under_way -= 1
            self._changed.notify_all()

    def close_and_wait(self):
        with self._changed:
            self._open = False
            self._changed.wait_for(lambda: self._under_way == 0)

    def open(self):
        with self._changed:
            self._open = True
            self._changed.notify_all()

    def abandon(self):
        """Ends all who come, now and later: the scenario has failed elsewhere."""
        with self._changed:
            self._broken = self._open = True
            self._changed.notify_all()


class Abandoned(Exception):
    """The scenario ends before its time."""
