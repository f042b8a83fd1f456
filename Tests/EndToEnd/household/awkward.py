"""Pushes that few JSON libraries survive: what must come back byte for byte, and folds that hang on commit order."""

import json

from .fixture import parse


def _changes():
    values = (
        "9007199254740993", "-0", "-0.0", "1e400", "1E+2", "1.0", "0.10", '"\\u0000"', '"\\ud800"', '"\\udc00\\ud800"',
        '"\\/"', '"/"', '"\\u00e9"', '"é"', '"\u2028"', "\"🧑‍🍳\"", "null", "true", "[]", "{}", '{"b":1,"a":2}',
        '{"a":1,"a":2}', '{"":{"":[ 1 , 2.50 ]}}', '"' + "x" * 5000 + '"', "[" * 400 + "]" * 400,
    )  # fmt: skip
    stamps = (
        "2026-01-02T03:04:05Z", "2026-01-02T03:04:05.1Z", "2026-01-02T03:04:05.123456789Z", "2026-01-02T05:04:05+02:00",
    )  # fmt: skip
    for number, value in enumerate(values):
        at = stamps[number % len(stamps)]
        data, field = f'{{"value":{value},"createdAt":"{at}"}}', f'{{"value":{value},"updatedAt":"{at}"}}'
        yield f'{{"table":"v","id":"{number}","op":"insert","data":{data},"actor":{value}}}'
        yield f'{{"table":"v","id":"{number}","op":"update","fields":{{"value":{field}}}}}'
    # The same bytes more than once in one request stay as many changes, whose order decides.
    same = '{"table":"o","id":"again","op":"insert","data":{"n":1}}'
    yield from (same, '{"table":"o","id":"again","op":"delete"}', same)
    # A change keeps every payload, also the ones that its op does not need.
    fields = '{"b":{"value":2.0,"at":"2026-01-02T03:04:05Z"},"c":{"updatedAt":"2026-01-01T00:00:00Z"}}'
    both = f'"data":{{"a":1.0}},"fields":{fields}'
    yield f'{{"table":"o","id":"both","op":"update",{both}}}'
    yield f'{{"table":"o","id":"both","op":"delete","deletedAt":"2026-01-01T00:00:00+01:00",{both}}}'
    # Where a space's name comes from, in order; strings only.
    yield '{"table":"s","id":"1","op":"insert","spaceId":"own","data":{"spaceId":"data"}}'
    yield '{"table":"s","id":"2","op":"insert","data":{"spaceId":"data"}}'
    yield '{"table":"s","id":"3","op":"insert","data":{"spaceId":7}}'
    field = '"fields":{"spaceId":{"value":"field","updatedAt":"2026-01-02T03:04:05Z"}}'
    yield f'{{"table":"s","id":"4","op":"update",{field}}}'
    # Members that occur twice, members that nobody knows, and whitespace wherever JSON allows it.
    yield '{"table":"x","table":"s","id":"5","op":"insert","data":{"n": 1 ,\t"m":[ ]},"unknown":[1.0]}'
    yield ' {\r\n"op" : "insert", "id":"6","table":"s" , "data" : { "k" : "a  b" } , "origin" : "user" } '


def requests():
    """Two devices of one user, a few changes a request, in turns."""
    changes = list(_changes())
    found = []
    for number, start in enumerate(range(0, len(changes), 8), 1):
        client = f"device-{number % 2}"
        outer = json.dumps({"app": "awkward", "user": "u-dora", "clientId": client})
        body = f'{{"clientId":"{client}","schemaVersion":1,"changes":[{",".join(changes[start : start + 8])}]}}'
        found.append(parse(f'{outer[:-1]},"body":{body}}}', number))
    return found
