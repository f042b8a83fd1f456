"""WebSocket (RFC 6455) without extensions: a client that is strict about what a server may send, and the frames of both."""

import base64
import hashlib
import os
import struct

from .client import NoAnswer
from .lines import Connection
from .mismatch import Mismatch

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
_OPCODES = frozenset((CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG))
_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class Closed(Exception):
    """The closing handshake was done; `code` is None when the close frame had none."""

    def __init__(self, code, reason):
        super().__init__(f"closed with {code} {reason!r}")
        self.code, self.reason = code, reason


class WebSocket:
    """One connection. `receive` is for one thread, which also answers pings; `send` may be another's."""

    def __init__(self, port, path, headers=None, timeout=None):
        """Connects and does the opening handshake; Refused when the server answers with a status of its own."""
        key = base64.b64encode(os.urandom(16)).decode("ascii")
        self._connection = Connection(port, timeout=timeout)
        try:
            fields = {
                "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Key": key, "Sec-WebSocket-Version": "13",
            }  # fmt: skip
            _check_handshake(self._connection.get(path, {**fields, **(headers or {})}, expected=101), key)
        except BaseException:
            self._connection.close()
            raise

    def send(self, text):
        self._connection.send(frame(TEXT, text.encode("utf-8"), mask=os.urandom(4)))

    def send_frame(self, opcode, payload=b"", final=True):
        self._connection.send(frame(opcode, payload, mask=os.urandom(4), final=final))

    def receive(self):
        """The next text message. Closed after the server's close, NoAnswer when the connection just ends."""
        message = None
        while True:
            opcode, final, payload = read_frame(self._connection.exactly, masked=False)
            if opcode == PING:
                self.send_frame(PONG, payload)
            elif opcode == CLOSE:
                self._end(payload)
            elif opcode == PONG:
                continue
            elif opcode == BINARY:
                raise Mismatch("a binary message, where only text is spoken", payload[:60])
            elif (opcode == CONTINUATION) != (message is not None):
                raise Mismatch("a fragment out of its message", opcode)
            else:
                message = (message or b"") + payload
                if final:
                    return _utf8(message, "a text message")

    def receive_pong(self):
        """The payload of a pong that must come before anything else."""
        opcode, _, payload = read_frame(self._connection.exactly, masked=False)
        if opcode != PONG:
            raise Mismatch("no pong", opcode, payload)
        return payload

    def close(self, code=1000, reason=""):
        """Says goodbye, and waits for the server to say it too and to end the connection; gives what it said."""
        self.send_frame(CLOSE, struct.pack("!H", code) + reason.encode("utf-8"))
        try:
            while True:
                self.receive()
        except Closed as closed:
            return closed

    def cut(self):
        """Ends the connection without a word."""
        self._connection.close()

    def _end(self, payload):
        closed = Closed(*read_close(payload))
        try:
            self.send_frame(CLOSE, payload[:2])
            if not self._connection.ended():
                raise Mismatch("bytes behind a close frame")
        except NoAnswer:
            pass  # reset instead of ended: the close frame has been said all the same
        self._connection.close()
        raise closed


def accept_key(key):
    """What the server answers to a Sec-WebSocket-Key (section 4.2.2)."""
    return base64.b64encode(hashlib.sha1((key + _GUID).encode("ascii")).digest()).decode("ascii")


def frame(opcode, payload=b"", mask=None, final=True):
    """The bytes of a frame, masked where a mask is given (section 5.2)."""
    masked = 0x80 if mask is not None else 0
    head = bytes([(0x80 if final else 0) | opcode])
    length = len(payload)
    if length < 126:
        head += bytes([masked | length])
    elif length < 65536:
        head += struct.pack("!BH", masked | 126, length)
    else:
        head += struct.pack("!BQ", masked | 127, length)
    return head + payload if mask is None else head + mask + _masked(payload, mask)


def read_frame(exactly, masked):
    """(opcode, final, payload) of the next frame; Mismatch where it is not as RFC 6455 demands of this side."""
    first, second = exactly(2)
    opcode, final, length = first & 0x0F, bool(first & 0x80), second & 0x7F
    if first & 0x70:
        raise Mismatch("a frame with a reserved bit, and no extension was agreed", hex(first))
    if opcode not in _OPCODES:
        raise Mismatch("a frame with a reserved opcode", hex(opcode))
    if bool(second & 0x80) != masked:
        raise Mismatch("a frame without a mask" if masked else "a server's frame with a mask")
    if opcode >= CLOSE and (not final or length > 125):
        raise Mismatch("a control frame that is fragmented or longer than 125 bytes")
    if length == 126:
        (length,) = struct.unpack("!H", exactly(2))
        shortest = length >= 126
    elif length == 127:
        (length,) = struct.unpack("!Q", exactly(8))
        shortest = 65536 <= length < 1 << 63
    else:
        shortest = True
    if not shortest:
        raise Mismatch("a frame's length is not in its shortest form", length)
    if not masked:
        return opcode, final, exactly(length)
    mask = exactly(4)
    return opcode, final, _masked(exactly(length), mask)


def read_close(payload):
    """(code or None, reason) of a close frame (section 5.5.1 and 7.4)."""
    if not payload:
        return None, ""
    if len(payload) == 1:
        raise Mismatch("a close frame with half a code")
    (code,) = struct.unpack("!H", payload[:2])
    if not (1000 <= code <= 1014 and code not in (1004, 1005, 1006) or 3000 <= code < 5000):
        raise Mismatch(f"a close frame with the code {code}, which must not be sent")
    return code, _utf8(payload[2:], "a close frame's reason")


def _check_handshake(fields, key):
    tokens = [token.strip().lower() for token in fields.get("connection", "").split(",")]
    if fields.get("upgrade", "").lower() != "websocket" or "upgrade" not in tokens:
        raise Mismatch("101 without the upgrade that was asked for", fields)
    if fields.get("sec-websocket-accept") != accept_key(key):
        raise Mismatch("Sec-WebSocket-Accept is not the key's", fields.get("sec-websocket-accept"))
    for name in ("sec-websocket-extensions", "sec-websocket-protocol"):
        if name in fields:
            raise Mismatch(f"{name} was answered, and none was offered", fields[name])


def _masked(payload, mask):
    if not payload:
        return b""
    key = int.from_bytes(mask * (len(payload) // 4 + 1), "big") >> (8 * (4 - len(payload) % 4))
    return (int.from_bytes(payload, "big") ^ key).to_bytes(len(payload), "big")


def _utf8(data, what):
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise Mismatch(f"{what} is not UTF-8", data[:60]) from None
