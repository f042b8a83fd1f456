"""Ways in which an answer can be wrong: each takes the answer's changes and envelope and spoils them, or gives None."""

import re


def _text(before, after):
    """One spelling in a change replaced by another that most JSON libraries hold for the same."""

    def spoil(changes, envelope):
        for place, raw in enumerate(changes):
            if before in raw:
                return changes[:place] + [raw.replace(before, after, 1)] + changes[place + 1 :], envelope
        return None

    return spoil


def _pattern(before, after):
    def spoil(changes, envelope):
        for place, raw in enumerate(changes):
            spoilt = re.sub(before, after, raw, count=1)
            if spoilt != raw:
                return changes[:place] + [spoilt] + changes[place + 1 :], envelope
        return None

    return spoil


def _order(rearrange):
    """The changes dropped, doubled or moved, where there are at least three."""
    return lambda changes, envelope: (rearrange(changes), envelope) if len(changes) > 2 else None


def _envelope(before, after, least=1):
    def spoil(changes, envelope):
        spoilt = re.sub(before, after, envelope, count=1)
        return (changes, spoilt) if spoilt != envelope and len(changes) >= least else None

    return spoil


CORRUPTIONS = {
    "the first change dropped": _order(lambda c: c[1:]),
    "a middle change dropped": _order(lambda c: c[:1] + c[2:]),
    "the last change dropped": _order(lambda c: c[:-1]),
    "a change doubled": _order(lambda c: c[:2] + c[1:]),
    "the last change doubled": _order(lambda c: c + c[-1:]),
    "a pair swapped": _order(lambda c: [c[1], c[0]] + c[2:]),
    "1.0 made 1": _text('"value":1.0,', '"value":1,'),
    "0.10 made 0.1": _text('"value":0.10,', '"value":0.1,'),
    "-0 made 0": _text('"value":-0,', '"value":0,'),
    "1e400 made null": _text("1e400", "null"),
    "1E+2 made 100": _text("1E+2", "100"),
    "a big integer rounded": _text("9007199254740993", "9007199254740992"),
    "a digit changed": _pattern(r'("order":\d*)[0-8]([,}])', r"\g<1>9\2"),
    "keys sorted": _text('{"b":1,"a":2}', '{"a":2,"b":1}'),
    "a repeated key dropped": _text('{"a":1,"a":2}', '{"a":2}'),
    "an escape resolved": _text("\\u00e9", "é"),
    "a character escaped": _text('"é"', '"\\u00e9"'),
    "a slash's escape dropped": _text('"\\/"', '"/"'),
    "a lone surrogate replaced": _text('"\\ud800"', '"\ufffd"'),
    "U+0000 cut off": _text('"\\u0000"', '""'),
    "spaces in a string merged": _text("a  b", "a b"),
    "a timestamp's nanoseconds cut": _text("05.123456789Z", "05.123456Z"),
    "a timestamp's offset resolved": _text("T05:04:05+02:00", "T03:04:05Z"),
    "a deletion's time moved": _text('"deletedAt":"2026-01-01T00:00:00+01:00"', '"deletedAt":"2026-01-01T00:00:00Z"'),
    "an actor lost": _pattern(r',"actor":(null|true|1\.0)(?=[,}])', ""),
    "an origin lost": _pattern(r'"origin":"[^"]*",?', ""),
    "a space lost": _pattern(r'"spaceId":"[^"]*",("table"|"op"|"origin"|"data"|"fields"|"actor")', r"\1"),
    "a space made up": _pattern(r'("op":"[a-z]+",)(?!"deletedAt"|"spaceId")', r'\1"spaceId":"elsewhere",'),
    "a deletion's payload lost": _pattern(r'("op":"delete".*"data":)\{"a":1.0\}', r"\1{}"),
    "a field's name changed": _pattern(r'("fields":\{")', r"\1_"),
    "the other timestamp name": _pattern(r'"updatedAt":("[^"]*"\}\})', r'"at":\1'),
    "an unknown member": _pattern(r"^\{", '{"userId":"u-anna",'),
    "an eventId changed": _pattern(r'"eventId":"[0-9a-f]{8}', '"eventId":"00000000'),
    "schemaVersion lost": _pattern(r'"schemaVersion":1,', ""),
    "hasMore left out": _envelope(r',"hasMore":true', "", least=0),
    "hasMore too often": _envelope(r'("syncedUntil":"[^"]*")\}', r'\1,"hasMore":true}'),
    "a cursor without fraction": _envelope(r"\.\d{6}Z", "Z"),
    "a cursor from before": _envelope(r'"syncedUntil":"\d{4}', '"syncedUntil":"1999'),
    "a cursor of the next day": _envelope(r'"syncedUntil":"\d{4}', '"syncedUntil":"2999'),
    "a change rejected": _envelope(r"\}$", ',"rejected":[{"index":0,"error":"not_a_member"}]}'),
}
