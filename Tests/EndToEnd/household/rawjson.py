"""Splits JSON text into slices without ever rewriting it: what was between two commas stays as it was sent."""

import json
import re


def _refuse(name):
    raise ValueError(f"{name} is not JSON")


# Numbers stay text: 1e400 and 9007199254740993 must not pass through a float on their way to a comparison.
_decoder = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=_refuse)
_scan = _decoder.scan_once
_skip = re.compile(r"[ \t\r\n]*").match
_string_or_space = re.compile(r'("[^"\\]*(?:\\.[^"\\]*)*")|[ \t\r\n]+', re.DOTALL)


def value_end(text, start):
    """The offset behind the JSON value that begins at `start`; ValueError when there is none."""
    try:
        return _scan(text, start)[1]
    except StopIteration as stop:
        raise ValueError(f"no JSON value at offset {stop.value}") from None


def decoded(raw):
    """The value of one JSON text, numbers as their own text."""
    start = _skip(raw, 0).end()
    try:
        value, end = _scan(raw, start)
    except StopIteration as stop:
        raise ValueError(f"no JSON value at offset {stop.value}") from None
    if _skip(raw, end).end() != len(raw):
        raise ValueError(f"text behind the JSON value at offset {end}")
    return value


def elements(raw):
    """The raw slices of an array's elements, in order."""
    return [slice_ for _, slice_ in _children(raw, "[", "]", named=False)]


def members(raw):
    """The (name, raw slice) pairs of an object, in order, repeated names included."""
    return list(_children(raw, "{", "}", named=True))


def member_map(raw):
    """The raw slices of an object by name; of a name that occurs twice the last one counts, as in JSON.parse."""
    return dict(members(raw))


def compact(raw):
    """The text without whitespace outside strings: the only thing that a server may drop from a payload."""
    return _string_or_space.sub(r"\1", raw)


def _children(raw, opening, closing, named):
    position = _skip(raw, 0).end()
    if raw[position : position + 1] != opening:
        raise ValueError(f"expected {opening} at offset {position}")
    position = _skip(raw, position + 1).end()
    found = []
    if raw[position : position + 1] == closing:
        return _whole(raw, position + 1, found)
    while True:
        name = None
        if named:
            if raw[position : position + 1] != '"':
                raise ValueError(f"expected a member name at offset {position}")
            end = value_end(raw, position)
            name = decoded(raw[position:end])
            position = _skip(raw, end).end()
            if raw[position : position + 1] != ":":
                raise ValueError(f"expected : at offset {position}")
            position = _skip(raw, position + 1).end()
        end = value_end(raw, position)
        found.append((name, raw[position:end]))
        position = _skip(raw, end).end()
        delimiter = raw[position : position + 1]
        if delimiter == closing:
            return _whole(raw, position + 1, found)
        if delimiter != ",":
            raise ValueError(f"expected , or {closing} at offset {position}")
        position = _skip(raw, position + 1).end()


def _whole(raw, end, found):
    if _skip(raw, end).end() != len(raw):
        raise ValueError(f"text behind the {'object' if raw.lstrip()[0] == '{' else 'array'} at offset {end}")
    return found
