"""RFC 3339 timestamps as instants that compare exactly, whatever their offset or number of fraction digits."""

import calendar
import re

_form = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:[Zz]|([+-])(\d\d):(\d\d))\Z", re.ASCII
)

_BEYOND_ALL_TIMESTAMPS = 10**12


def instant(text):
    """(seconds since the epoch, fraction digits without trailing zeros); ValueError when unreadable."""
    match = _form.match(text)
    if not match:
        raise ValueError(f"not an RFC 3339 timestamp: {text!r}")
    year, month, day, hour, minute, second, fraction, sign, offset_hours, offset_minutes = match.groups()
    seconds = calendar.timegm((int(year), int(month), int(day), int(hour), int(minute), int(second)))
    if sign:
        offset = (int(offset_hours) * 60 + int(offset_minutes)) * 60
        seconds += -offset if sign == "+" else offset
    return seconds, (fraction or "").rstrip("0")


def arrival(place):
    """Stands for the cursor of the change at a place of the log: later than every timestamp, in the log's order.

    The fixture's timestamps lie months before any cursor that a server mints today.
    """
    return _BEYOND_ALL_TIMESTAMPS, f"{place:012d}"
