"""Readers that stop reading: they cost nobody anything, and lack nothing once they go on."""

import threading

from .changes import pushed, received
from .client import API, HTTPTransport
from .follow import StreamFollower
from .gate import Gate
from .live import Stop
from .mismatch import Mismatch

_USER, _APP, _PUSHES, _CHANGES = "u-emil", "notes", 50, 200
_PATIENCE = 20.0


def run(server, tokens):
    """10,000 changes past two stopped readers, of which one goes on and one is still there when the server drains."""
    opened, never, up = threading.Event(), threading.Event(), Gate()
    swift = StreamFollower(_USER, "swift", _APP, server.port, tokens, up)
    slow = StreamFollower(_USER, "slow", _APP, server.port, tokens, up, stopped=opened)
    lost = StreamFollower(_USER, "lost", _APP, server.port, tokens, up, stopped=never)
    readers = (swift, slow, lost)
    try:
        for reader in readers:
            reader.start()
            reader.wait_until_connected(_PATIENCE)
        before = server.resident_bytes()
        due, size = _push(API(HTTPTransport(server.port), tokens))
        _check(swift, due)
        if slow.count() or lost.count():
            raise Mismatch("a stopped reader has read")
        grown = server.resident_bytes() - before
        opened.set()
        _check(slow, due)
        for reader in readers:
            reader.draining = True
        stopping = Stop(server)
        for reader in (swift, slow):
            reader.wait_for_farewell(_PATIENCE)
            _check(reader, due)
        stopping.result()
    finally:
        opened.set()
        never.set()
        up.abandon()
        for reader in readers:
            reader.stop()
    return (
        f"{len(due)} changes, {size / 2**20:.0f} MiB, past two stopped readers: the server's memory grew by"
        f" {grown / 2**20:.0f} MiB; one read them all, one held up the drain for {stopping.seconds:.1f} s"
    )


def _push(api):
    """Pushes 10,000 changes of about 1.5 KiB; gives what must come, and the bytes."""
    due, since, size = [], None, 0
    for push in range(_PUSHES):
        numbers = range(push * _CHANGES, (push + 1) * _CHANGES)
        raws = [
            f'{{"table":"{"pages" if number // 70 % 2 else "notes"}","id":"n-{number}","op":"insert",'
            f'"data":{{"n":{number}.0,"text":"{chr(97 + number % 26) * 1500}"}}}}'
            for number in numbers
        ]
        size += sum(map(len, raws))
        answer = api.push(_USER, _APP, "writer", since, raws)
        since = answer.synced_until
        due += map(pushed, raws)
    return due, size


def _check(reader, due):
    reader.wait_for(len(due), _PATIENCE)
    got = [received(raw)[1] for raw in reader.received[reader.chain]]
    if got != due:
        place = next((place for place, (a, b) in enumerate(zip(got, due)) if a != b), min(len(got), len(due)))
        raise Mismatch(f"{reader}: has {len(got)} changes of {len(due)}; the first that differs is {place}")
