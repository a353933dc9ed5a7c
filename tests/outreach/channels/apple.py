"""Who is at the other end of APNs? A real HTTP/2 server on a free port, which speaks nothing else and keeps what it hears."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import DataReceived, RequestReceived, StreamEnded

from tests.outreach.channels.provider import Heard, Provider


@contextmanager
def listening_http2() -> Iterator[Provider]:
    """A provider that is spoken to in clear text, from the first byte on in HTTP/2."""
    provider = Provider()
    bound = socket.create_server(("127.0.0.1", 0))
    provider.url = f"http://127.0.0.1:{bound.getsockname()[1]}"
    threads: list[threading.Thread] = []
    accepting = threading.Thread(target=_accept, args=(bound, provider, threads))
    accepting.start()
    try:
        yield provider
    finally:
        bound.shutdown(socket.SHUT_RDWR)
        bound.close()
        accepting.join()
        for thread in threads:
            thread.join()


def _accept(bound: socket.socket, provider: Provider, threads: list[threading.Thread]) -> None:
    while True:
        try:
            connection, _ = bound.accept()
        except OSError:
            return
        thread = threading.Thread(target=_serve, args=(connection, provider))
        threads.append(thread)
        thread.start()


def _serve(connection: socket.socket, provider: Provider) -> None:
    spoken = H2Connection(H2Configuration(client_side=False, header_encoding="utf-8"))
    spoken.initiate_connection()
    heads: dict[int, dict[str, str]] = {}
    bodies: dict[int, bytes] = {}
    with connection, suppress(OSError):
        connection.sendall(spoken.data_to_send())
        while data := connection.recv(65_536):
            for event in spoken.receive_data(data):
                if isinstance(event, RequestReceived):
                    heads[event.stream_id] = {str(name): str(value) for name, value in event.headers or []}
                    bodies[event.stream_id] = b""
                elif isinstance(event, DataReceived):
                    bodies[event.stream_id] += event.data or b""
                    spoken.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
                elif isinstance(event, StreamEnded):
                    head = heads.pop(event.stream_id)
                    heard = Heard(method=head[":method"], target=head[":path"], headers=head, body=bodies.pop(event.stream_id))
                    status, said = provider.answer(heard)
                    provider.heard.append(heard)
                    if said is None:
                        return
                    content = json.dumps(said).encode() if said else b""
                    answered = [(":status", str(status)), ("apns-id", f"id-{len(provider.heard)}")]
                    spoken.send_headers(event.stream_id, answered, end_stream=not content)
                    if content:
                        spoken.send_data(event.stream_id, content, end_stream=True)
            connection.sendall(spoken.data_to_send())
