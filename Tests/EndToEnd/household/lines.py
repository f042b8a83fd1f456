"""The beginning of an HTTP response that does not end: for streams and sockets, which http.client is not made for."""

import socket

from .client import NoAnswer
from .mismatch import Mismatch

_LONGEST_LINE = 16384


class Refused(Exception):
    """The server answered with another status than the one that opens what was asked for."""

    def __init__(self, status, headers, body):
        super().__init__(f"refused with {status}: {body[:300]!r}")
        self.status, self.headers, self.body = status, headers, body


class Connection:
    """One TCP connection, read in lines and counted bytes; a cut one is a NoAnswer."""

    def __init__(self, port, receive_buffer=None, timeout=None):
        try:
            self._socket = socket.socket()
            if receive_buffer is not None:
                self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
            self._socket.settimeout(timeout)
            self._socket.connect(("127.0.0.1", port))
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError as error:
            self._socket.close()
            raise NoAnswer(f"connecting: {error!r}") from error
        self._input = self._socket.makefile("rb", buffering=65536)

    def get(self, path, headers, expected):
        """Sends a GET and reads the response's head; its fields by lower-case name. Refused for another status."""
        fields = {"Host": "127.0.0.1", **headers}
        head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        self.send(f"GET {path} HTTP/1.1\r\n{head}\r\n".encode("ascii"))
        version, status, *_ = (self.line() + "  ").split(" ")
        if version != "HTTP/1.1" or not status.isdigit():
            raise Mismatch(f"GET {path} was answered with no HTTP/1.1 response", version)
        found = {}
        while line := self.line():
            name, colon, value = line.partition(":")
            if not colon or name != name.strip() or name.lower() in found:
                raise Mismatch(f"GET {path}: a header line that is none or comes twice", line)
            found[name.lower()] = value.strip()
        if int(status) != expected:
            raise Refused(int(status), found, self.exactly(int(found.get("content-length", "0"))))
        return found

    def send(self, data):
        try:
            self._socket.sendall(data)
        except OSError as error:
            raise NoAnswer(f"sending: {error!r}") from error

    def line(self):
        """The next line without its CRLF."""
        text = self._read(lambda: self._input.readline(_LONGEST_LINE))
        if not text.endswith(b"\n"):
            raise NoAnswer("the connection ended in a line") if len(text) < _LONGEST_LINE else Mismatch("a line without end")
        if not text.endswith(b"\r\n"):
            raise Mismatch("a line that ends without CR", text)
        return text[:-2].decode("latin-1")

    def exactly(self, count):
        data = self._read(lambda: self._input.read(count))
        if len(data) != count:
            raise NoAnswer(f"the connection ended {count - len(data)} bytes early")
        return data

    def ended(self):
        """Waits for the peer's end; whether it came, and not more bytes."""
        return self._read(lambda: self._input.read(1)) == b""

    def close(self):
        """Ends the connection, also while another thread waits for its next byte."""
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self._socket.close()

    def _read(self, read):
        try:
            return read()
        except TimeoutError:
            raise Mismatch("nothing came for too long") from None
        except (OSError, ValueError) as error:  # ValueError: closed by another thread
            raise NoAnswer(f"receiving: {error!r}") from error
