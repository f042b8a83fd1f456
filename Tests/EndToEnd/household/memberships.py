"""An auth service that knows who is in which space: a small server of ours."""

import contextlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Memberships:
    """Who is in which space, by user: `{"u-anna": {"space-home": "admin"}}`."""

    CACHE = 1.0  # seconds for which the server believes an answer: the shortest there is

    def __init__(self, port):
        self._roles, self._lock = {}, threading.Lock()
        self.asked = 0
        self.is_down = False
        self.settings = {
            "plugins": {"spaces": {
                "enabled": True, "authURL": f"http://127.0.0.1:{port}", "cacheFor": f"{self.CACHE:.0f}s",
            }},
        }  # fmt: skip

    def set(self, user, roles):
        """From now on the user has these roles, by space."""
        with self._lock:
            self._roles[user] = dict(roles)

    def of(self, user):
        with self._lock:
            return dict(self._roles.get(user, {}))

    def answer(self, path):
        user = path.split("/")[-2]
        self.asked += 1
        memberships = [{"organizationId": space, "role": role} for space, role in self.of(user).items()]
        return json.dumps({"userId": user, "memberships": memberships}).encode()

    @staticmethod
    @contextlib.contextmanager
    def serve():
        """The service, answering on a port of its own."""

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True
            wbufsize = -1

            def do_GET(self):
                body = b"" if service.is_down else service.answer(self.path)
                self.send_response(503 if service.is_down else 200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        class Listener(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

        server = Listener(("127.0.0.1", 0), Handler)
        service = Memberships(server.server_address[1])
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield service
        finally:
            server.shutdown()
            server.server_close()
            thread.join()
