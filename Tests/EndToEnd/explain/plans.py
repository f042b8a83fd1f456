"""What auto_explain wrote into the database's log."""

import json
import re
import time
from typing import NamedTuple

from household.mismatch import Mismatch

_plan = re.compile(r"duration: ([\d.]+) ms  plan:\n((?:\t.*\n)+)")
_TABLE = "sync_changes"


class Plan(NamedTuple):
    query: str
    milliseconds: float
    scans: tuple  # (node type, index or None), of the table of changes
    sorts: int
    rows: int  # that the scans gave
    buffers: int

    @property
    def indexes(self):
        return {index for _, index in self.scans}


class Log:
    """The log from now on."""

    def __init__(self, path):
        self._path = path
        self._seen = self._size()

    def plans(self, wanted, patience=5.0):
        """What was run since the last call and touched the table, as soon as there is as much as is `wanted`."""
        deadline = time.monotonic() + patience
        while True:
            with open(self._path, "rb") as file:
                file.seek(self._seen)
                text = file.read().decode("utf-8", errors="replace")
            found = [_read(float(took), json.loads(plan)) for took, plan in _plan.findall(text)]
            found = [plan for plan in found if plan.scans]
            if wanted(found):
                self._seen = self._size()
                return found
            if time.monotonic() > deadline:
                raise Mismatch("the log does not tell of the statement", *[plan.query for plan in found])
            time.sleep(0.02)

    def _size(self):
        with open(self._path, "rb") as file:
            return file.seek(0, 2)


def _read(milliseconds, told):
    nodes = list(_nodes(told["Plan"]))
    scans = [node for node in nodes if node.get("Relation Name") == _TABLE or _TABLE in node.get("Index Name", "")]
    scans = [node for node in scans if node["Node Type"] != "ModifyTable"]
    return Plan(
        told["Query Text"], milliseconds,
        tuple((node["Node Type"], node.get("Index Name")) for node in scans if node["Node Type"] != "Bitmap Heap Scan"),
        sum(node["Node Type"] == "Sort" for node in nodes),
        sum(node["Actual Rows"] * node["Actual Loops"] for node in scans),
        told["Plan"].get("Shared Hit Blocks", 0) + told["Plan"].get("Shared Read Blocks", 0),
    )  # fmt: skip


def _nodes(node):
    yield node
    for child in node.get("Plans", ()):
        yield from _nodes(child)
