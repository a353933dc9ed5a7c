"""Who is at the other end of a webhook? A real HTTP server on a free port that keeps what it hears."""

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest


class Ear(BaseHTTPRequestHandler):
    """The other side. heard: what it took; answer: what it says to the next call, 200 unless told otherwise; says: with which body."""

    protocol_version = "HTTP/1.1"
    heard: list[tuple[dict[str, str], bytes]]
    answer: Callable[[bytes], tuple[int, dict[str, str]]]
    says: Callable[[bytes], bytes] = staticmethod(lambda body: b"")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        status, headers = type(self).answer(body)
        type(self).heard.append(({k.lower(): v for k, v in self.headers.items()} | {"status": str(status)}, body))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        said = type(self).says(body)
        self.send_header("content-length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *given: Any) -> None:
        return


@pytest.fixture
def ear() -> Iterator[Any]:
    listening = type("MyEar", (Ear,), {"heard": [], "answer": staticmethod(lambda body: (200, {}))})
    server = ThreadingHTTPServer(("127.0.0.1", 0), listening)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    listening.url = f"http://127.0.0.1:{server.server_address[1]}/hooks/s3cret"  # type: ignore[attr-defined]
    yield listening
    server.shutdown()
    thread.join()
    server.server_close()
