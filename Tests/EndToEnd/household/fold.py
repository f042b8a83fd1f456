"""Last writer wins, twice: as a device does it, change by change, and as the oracle does it, over the whole log.

Two ways of computing the same records (protocol.md, "Last writer wins"), so that their equality says something.
"""

from .instants import arrival, instant
from .rawjson import decoded, member_map

PRESENCE = None  # the field name under which an insert says that the record exists, even without any field


def writes(change, place):
    """([(field name, raw value, instant)], instant of deletion or None) of the change at a place of the log."""
    found, deleted = [], None
    if change.data is not None and change.data.startswith("{"):
        data = member_map(change.data)
        when = _data_instant(data) or arrival(place)
        found.append((PRESENCE, "", when))
        found += [(name, raw, when) for name, raw in data.items()]
    for field in change.fields or ():
        found.append((field.name, field.value, instant(field.timestamp)))
    if change.op == "delete":
        deleted = instant(change.deleted_at) if change.deleted_at else arrival(place)
    return found, deleted


def _data_instant(data):
    for name in ("updatedAt", "createdAt"):
        if data.get(name, "").startswith('"'):
            return instant(decoded(data[name]))
    return None


class Replica:
    """The records of one device, kept up to date change by change."""

    def __init__(self):
        self._fields = {}  # (table, id) -> {field: (instant, raw value)}
        self._deleted = {}  # (table, id) -> instant
        self._place = 0

    def apply(self, change):
        key = (change.table, change.id)
        found, deleted = writes(change, self._place)
        self._place += 1
        if deleted is not None and deleted > self._deleted.get(key, (-(10**12), "")):
            self._deleted[key] = deleted
            kept = self._fields.get(key, {})
            self._fields[key] = {name: write for name, write in kept.items() if write[0] > deleted}
        gone = self._deleted.get(key)
        record = self._fields.setdefault(key, {})
        for name, value, when in found:
            if gone is not None and when <= gone:
                continue
            if name not in record or when >= record[name][0]:
                record[name] = (when, value)

    def records(self):
        return {
            key: {name: value for name, (_, value) in record.items()} for key, record in self._fields.items() if record
        }


def records(changes):
    """The records that a whole log, in commit order, amounts to."""
    histories = {}
    for place, change in enumerate(changes):
        found, deleted = writes(change, place)
        history = histories.setdefault((change.table, change.id), ([], []))
        history[0].extend((when, place, name, value) for name, value, when in found)
        if deleted is not None:
            history[1].append(deleted)
    result = {}
    for key, (found, deletions) in histories.items():
        last_deletion = max(deletions, default=None)
        record = {}
        for when, _, name, value in sorted(found, key=lambda write: write[:2]):
            if last_deletion is None or when > last_deletion:
                record[name] = value
        if record:
            result[key] = record
    return result
