"""The recorded fortnight: one request a line, `{"app","user","clientId","body"}`, the body lacking only `since`."""

from typing import NamedTuple

from .changes import pushed
from .rawjson import decoded, elements, member_map


class Request(NamedTuple):
    number: int  # its line, from 1
    user: str
    client: str
    app: str
    schema_version: int
    raw_changes: tuple  # the pushed text of each change, untouched
    changes: tuple  # the Change that each must come back as

    @property
    def device(self):
        return (self.user, self.client, self.app)


def load(path):
    with open(path, encoding="utf-8", newline="\n") as lines:
        return [parse(line, number) for number, line in enumerate(lines, 1)]


def parse(line, number):
    outer = member_map(line)
    body = member_map(outer["body"])
    version = int(decoded(body.get("schemaVersion", "1")))
    raw_changes = tuple(elements(body["changes"]))
    return Request(
        number=number,
        user=decoded(outer["user"]),
        client=decoded(outer["clientId"]),
        app=decoded(outer["app"]),
        schema_version=version,
        raw_changes=raw_changes,
        changes=tuple(pushed(raw, version) for raw in raw_changes),
    )


def tables(requests):
    """The tables of each app, in order of first appearance."""
    found = {}
    for request in requests:
        for change in request.changes:
            found.setdefault(request.app, {})[change.table] = True
    return {app: list(names) for app, names in found.items()}
