"""The fake server as a process: `serve --config FILE [FAULT…]`, started, killed and restarted like the real one."""

import json
import signal
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from .fake import FakeServer
from .fakelive import FakeLive


def main(arguments, store=FakeServer):
    """`store`: what makes the server of a journal's path and its faults."""
    with open(arguments[3], encoding="utf-8") as file:
        config = json.load(file)
    fake = store(config["storage"]["sqlite"]["path"] + ".journal", arguments[4:])
    live = FakeLive(fake)
    fake.news = live.news

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1

        def do_GET(self):
            if live.serve(self):
                return
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            with live.news:
                before = fake.now()
                status, answer = fake.handle(self.command, self.path, self.headers, body)
                if fake.now() != before:
                    live.news.notify_all()
            self.send_response(status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        do_POST = do_GET

        def log_message(self, *_):
            pass

    class Listener(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 128

    server = Listener((config["server"]["host"], config["server"]["port"]), Handler)

    def stop():
        live.drain()
        server.shutdown()

    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=stop).start())
    server.serve_forever()


if __name__ == "__main__":
    main(sys.argv)
