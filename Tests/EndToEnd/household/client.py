"""Push and pull over HTTP, as a device does it: kept-alive connections, bodies put together from raw slices."""

import http.client
import json
from urllib.parse import quote, urlencode

from .answers import answer
from .mismatch import Mismatch

BEGINNING = "1970-01-01T00:00:00.000Z"


class NoAnswer(Exception):
    """The request may or may not have been carried out."""


class HTTPTransport:
    """One kept-alive connection. Not for use by two threads at once."""

    def __init__(self, port, timeout=30):
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)

    def request(self, method, path, headers, body=b""):
        try:
            self._connection.request(method, path, body, headers)
            response = self._connection.getresponse()
            return response.status, response.read()
        except (OSError, http.client.HTTPException) as error:
            self._connection.close()
            raise NoAnswer(f"{method} {path}: {error!r}") from error

    def request_and_hang_up(self, method, path, headers, body):
        """Sends, waits until the answer has begun, and leaves without reading it."""
        try:
            self._connection.request(method, path, body, headers)
            self._connection.sock.recv(1)
        except (OSError, http.client.HTTPException):
            pass
        self._connection.close()
        raise NoAnswer(f"{method} {path}: hung up")

    def close(self):
        self._connection.close()


class Tokens:
    """One bearer token for each user, asked from the development issuer once and kept over restarts."""

    def __init__(self):
        self._known = {}

    def token(self, user, transport):
        if user not in self._known:
            body = json.dumps({"sub": user}).encode()
            status, text = transport.request("POST", "/dev/token", {"Content-Type": "application/json"}, body)
            if status != 200:
                raise Mismatch(f"POST /dev/token answered {status}", text[:300])
            self._known[user] = json.loads(text)["token"]
        return self._known[user]


class API:
    """The two routes, for any user and client."""

    def __init__(self, transport, tokens, may_reject=False):
        self.transport, self._may_reject = transport, may_reject
        self._tokens = tokens

    def push(self, user, app, client, since, raw_changes=(), schema_version=1, hang_up=False):
        body = push_body(client, since, raw_changes, schema_version)
        headers = self._headers(user)
        headers["Content-Type"] = "application/json"
        path = f"/sync/{app}"
        send = self.transport.request_and_hang_up if hang_up else self.transport.request
        return self._answer("POST", path, send("POST", path, headers, body))

    def pull(self, user, app, client, since, table, limit=None):
        query = {"collection": table, "since": since or BEGINNING}
        if limit is not None:
            query["limit"] = str(limit)
        headers = self._headers(user)
        if client is not None:
            headers["X-Client-Id"] = client
        path = f"/sync/{app}/pull?{urlencode(query, quote_via=quote)}"
        return self._answer("GET", path, self.transport.request("GET", path, headers))

    def _headers(self, user):
        return {"Authorization": f"Bearer {self._tokens.token(user, self.transport)}"}

    def _answer(self, method, path, response):
        status, body = response
        if status != 200:
            raise Mismatch(f"{method} {path} answered {status}", body[:300])
        try:
            return answer(body, self._may_reject)
        except Mismatch as mismatch:
            raise mismatch.within(f"{method} {path}") from None


def push_body(client, since, raw_changes, schema_version=1):
    """A changeset around changes whose bytes stay as they are."""
    envelope = {"clientId": client, "since": since, "schemaVersion": schema_version}
    head = json.dumps({name: value for name, value in envelope.items() if value is not None}, ensure_ascii=False)
    return f'{head[:-1]},"changes":[{",".join(raw_changes)}]}}'.encode("utf-8")
