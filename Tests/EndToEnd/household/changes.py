"""One change, as it was pushed and as it comes back, in a form in which the two must be equal."""

from typing import NamedTuple, Optional

from .mismatch import Mismatch
from .rawjson import compact, decoded, member_map, members

WIRE_MEMBERS = frozenset(
    "eventId schemaVersion table id op data fields deletedAt spaceId actor origin".split()
)


class Field(NamedTuple):
    name: str
    value: str  # compact raw JSON
    timestamp: str  # as it was sent


class Change(NamedTuple):
    """Everything that the protocol promises to hand on. Payloads are raw JSON text without outer whitespace."""

    table: str
    id: str
    op: str
    schema_version: int
    space_id: Optional[str]
    origin: Optional[str]
    deleted_at: Optional[str]
    actor: Optional[str]
    data: Optional[str]
    fields: Optional[tuple]  # of Field, by name

    def __str__(self):
        return f"{self.op} {self.table}/{self.id}"


def pushed(raw, changeset_version=1):
    """The change that a server must hand on for the pushed text (protocol.md, "POST /sync/{appId}")."""
    own = member_map(raw)
    data = _payload(own, "data")
    fields = _fields(own, ("updatedAt", "at"))
    return Change(
        table=decoded(own["table"]),
        id=decoded(own["id"]),
        op=decoded(own["op"]),
        schema_version=_version(own) or changeset_version or 1,
        space_id=_space(own, data, fields),
        origin=_text(own, "origin"),
        deleted_at=_text(own, "deletedAt"),
        actor=_payload(own, "actor"),
        data=data,
        fields=fields,
    )


def received(raw):
    """The event id and the change of one element of `serverChanges`; Mismatch when its shape is not the protocol's."""
    pairs = members(raw)
    own = dict(pairs)
    if len(own) != len(pairs):
        raise Mismatch("a change repeats a member", raw)
    for name in own:
        if name not in WIRE_MEMBERS:
            raise Mismatch(f"a change has the unknown member {name}", raw)
    for name in ("eventId", "schemaVersion", "table", "id", "op"):
        if name not in own:
            raise Mismatch(f"a change lacks {name}", raw)
    return decoded(own["eventId"]), Change(
        table=decoded(own["table"]),
        id=decoded(own["id"]),
        op=decoded(own["op"]),
        schema_version=_version(own),
        space_id=_text(own, "spaceId"),
        origin=_text(own, "origin"),
        deleted_at=_text(own, "deletedAt"),
        actor=_payload(own, "actor"),
        data=_payload(own, "data"),
        fields=_fields(own, ("updatedAt",)),
    )


def differences(expected, got):
    """Readable lines, one for each member in which two changes differ."""
    lines = []
    for name, want, have in zip(Change._fields, expected, got):
        if want == have:
            continue
        if name == "fields" and want and have:
            wanted, had = {f.name: f for f in want}, {f.name: f for f in have}
            for field in sorted(wanted.keys() | had.keys()):
                if wanted.get(field) != had.get(field):
                    lines.append(f"fields.{field}: expected {_short(wanted.get(field))}, got {_short(had.get(field))}")
        else:
            lines.append(f"{name}: expected {_short(want, have)}, got {_short(have, want)}")
    return lines


def _payload(own, name):
    raw = own.get(name)
    return None if raw is None else compact(raw)


def _text(own, name):
    raw = own.get(name)
    return None if raw is None else decoded(raw)


def _version(own):
    return int(decoded(own.get("schemaVersion", "0")))


def _fields(own, timestamp_keys):
    raw = own.get("fields")
    if raw is None:
        return None
    found = []
    for name, field in member_map(raw).items():
        inner = member_map(field)
        stamps = [decoded(inner[key]) for key in timestamp_keys if key in inner]
        found.append(Field(name, compact(inner.get("value", "null")), stamps[0] if stamps else None))
    return tuple(sorted(found))


def _space(own, data, fields):
    candidates = [own.get("spaceId")]
    if data is not None and data.startswith("{"):
        candidates.append(member_map(data).get("spaceId"))
    candidates += [field.value for field in fields or () if field.name == "spaceId"]
    for raw in candidates:
        if raw is not None and raw.startswith('"'):
            return decoded(raw)
    return None


def _short(value, other=None):
    """A value for a message: cut to where two long texts begin to differ."""
    text = repr(tuple(value)) if isinstance(value, tuple) else repr(value)
    if len(text) <= 160:
        return text
    start = 0
    if isinstance(value, str) and isinstance(other, str):
        while start < min(len(value), len(other)) and value[start] == other[start]:
            start += 1
        start = max(0, start - 40)
        return f"…{value[start:start + 120]!r}… (from character {start} of {len(value)})"
    return text[:160] + "…"
