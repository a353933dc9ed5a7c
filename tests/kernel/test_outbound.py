"""Does the one HTTP client reach what it may, refuse what it must, and end in time?"""

import gzip
import logging
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.support.certificates import self_signed
from uems.kernel.errors import UemsError
from uems.kernel.outbound import Outbound, OutboundError, host_of, is_allowed
from uems.kernel.settings import Settings

PRIVATE = Settings(allow_private_outbound=True)


class Shop(BaseHTTPRequestHandler):
    """The other side. ``seen`` collects what came in: method, path, headers, body."""

    protocol_version = "HTTP/1.1"
    seen: list[tuple[str, str, dict[str, str], bytes]]

    def _take(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        self.seen.append((self.command, self.path, {k.lower(): v for k, v in self.headers.items()}, body))
        route: Callable[[], None] = getattr(self, "at_" + self.path.strip("/").partition("?")[0].partition("/")[0], self.at_ok)
        route()

    do_GET = do_POST = do_PUT = _take

    def _answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def at_ok(self) -> None:
        self._answer(200, b'{"ok":true}', content_type="application/json")

    def at_status(self) -> None:
        _, status, *wait = self.path.strip("/").partition("?")[0].split("/")
        headers = {"retry_after": wait[0].replace("_", " ")} if wait else {}
        self._answer(int(status), b"", **headers)

    def at_to(self) -> None:
        status, _, target = self.path.removeprefix("/to/").partition("/")
        self._answer(int(status), location=target)

    def at_loop(self) -> None:
        self._answer(302, location="/loop")

    def at_big(self) -> None:
        self._answer(200, b"x" * 3_000_000)

    def at_bomb(self) -> None:
        self._answer(200, gzip.compress(b"\0" * 50_000_000), content_encoding="gzip")

    def at_zipped(self) -> None:
        self._answer(200, gzip.compress(b"hello"), content_encoding="gzip")

    def at_cut(self) -> None:
        self._answer(200, gzip.compress(b"hello" * 1000)[:-4], content_encoding="gzip")

    def at_nothing(self) -> None:
        self._answer(200, b"", content_encoding="gzip")

    def at_drip(self) -> None:
        self.send_response(200)
        self.send_header("content-length", "1000")
        self.end_headers()
        for _ in range(100):
            try:
                self.wfile.write(b"x")
                self.wfile.flush()
            except OSError:
                return
            time.sleep(0.05)

    def at_drop(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def shop() -> Iterator[ThreadingHTTPServer]:
    yield from _serving(None)


def _serving(tls: ssl.SSLContext | None) -> Iterator[ThreadingHTTPServer]:
    handler = type("Handler", (Shop,), {"seen": []})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        if tls:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def client() -> Iterator[Outbound]:
    with Outbound(PRIVATE, resolve_name=_names) as found:
        yield found


def _names(host: str, port: int) -> list[str]:
    if host == "nowhere.example":
        raise socket.gaierror(socket.EAI_NONAME, "unknown")
    if host == "later.example":
        raise socket.gaierror(socket.EAI_AGAIN, "try again")
    return ["127.0.0.1"] if host.endswith(".example") else [host]


def _url(server: ThreadingHTTPServer, path: str, host: str = "127.0.0.1", scheme: str = "http") -> str:
    return f"{scheme}://{host}:{server.server_port}{path}"


def _seen(server: ThreadingHTTPServer) -> list[tuple[str, str, dict[str, str], bytes]]:
    handler: Any = server.RequestHandlerClass
    found: list[tuple[str, str, dict[str, str], bytes]] = handler.seen
    return found


def _fails(code: str, call: Callable[[], object], *, permanent: bool) -> OutboundError:
    with pytest.raises(OutboundError) as caught:
        call()
    assert (caught.value.code, caught.value.permanent) == (code, permanent)
    return caught.value


def test_a_call_sends_json_and_reads_the_answer(shop: ThreadingHTTPServer, client: Outbound) -> None:
    answer = client.request("POST", _url(shop, "/hook?x=1"), json={"名": "值"}, headers={"X-Key": "k"})
    assert (answer.status, answer.ok, answer.json()) == (200, True, {"ok": True})
    method, path, headers, body = _seen(shop)[0]
    assert (method, path, body) == ("POST", "/hook?x=1", '{"名":"值"}'.encode())
    assert (headers["content-type"], headers["x-key"], headers["accept-encoding"]) == ("application/json", "k", "identity")


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.9.1", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "169.254.1.1", "100.64.0.1",
        "100.100.100.200", "192.0.0.192", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1",
        "168.63.129.16", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1", "fec0::1", "2001:db8::1",
        "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1",
        "2002:7f00:1::", "2001:0:4136:e378:8000:63bf:80ff:fffe", "nonsense", "",
    ],
)  # fmt: skip
def test_addresses_that_are_not_public_are_refused(address: str) -> None:
    assert not is_allowed(address, private=False)


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "114.114.114.114", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_public_addresses_are_allowed(address: str) -> None:
    assert is_allowed(address, private=False)
    assert is_allowed(address, private=True)


def test_the_operator_opens_private_networks_but_never_metadata_or_multicast() -> None:
    assert all(is_allowed(a, private=True) for a in ("127.0.0.1", "10.1.2.3", "192.168.1.1", "::1", "fd12::1", "::ffff:10.0.0.1"))
    refused = ("169.254.169.254", "::ffff:169.254.169.254", "fd00:ec2::254", "224.0.0.1", "0.0.0.0", "fe80::1", "100.100.100.200")
    assert not any(is_allowed(a, private=True) for a in refused)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "0177.0.0.1", "127.1", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "0"]
)
def test_a_private_address_is_refused_in_every_spelling_before_anything_is_sent(shop: ThreadingHTTPServer, host: str) -> None:
    with Outbound(Settings()) as client:
        error = _fails_any(lambda: client.request("GET", _url(shop, "/ok", host)))
    assert error.permanent
    assert error.code in ("outbound_refused", "outbound_unknown_host", "outbound_bad_url")
    assert _seen(shop) == []


def _fails_any(call: Callable[[], object]) -> OutboundError:
    with pytest.raises(OutboundError) as caught:
        call()
    return caught.value


def test_a_redirect_into_the_private_network_is_refused(shop: ThreadingHTTPServer) -> None:
    # The first host counts as public here; the second is what a redirect may not reach.
    def resolve(host: str, port: int) -> list[str]:
        return ["127.0.0.1"] if host == "shop.example" else ["169.254.169.254"]

    with Outbound(PRIVATE, resolve_name=resolve) as client:
        url = _url(shop, f"/to/302/{_url(shop, '/latest', 'metadata.example')}", "shop.example")
        error = _fails("outbound_refused", lambda: client.request("GET", url), permanent=True)
    assert "metadata.example" in error.message
    assert len(_seen(shop)) == 1


def test_the_address_that_was_judged_is_the_one_that_is_called(shop: ThreadingHTTPServer) -> None:
    answers = iter([["127.0.0.1"], ["127.0.0.2"], ["127.0.0.3"]])

    with Outbound(PRIVATE, resolve_name=lambda host, port: next(answers)) as client:
        assert client.request("GET", _url(shop, "/ok", "rebind.example")).ok
    assert next(answers) == ["127.0.0.2"]  # the name was asked for once
    assert _seen(shop)[0][2]["host"] == f"rebind.example:{shop.server_port}"


def test_allowed_addresses_of_a_name_are_tried_in_turn(shop: ThreadingHTTPServer) -> None:
    with Outbound(PRIVATE, resolve_name=lambda host, port: ["169.254.169.254", "127.0.0.9", "127.0.0.1"]) as client:
        assert client.request("GET", _url(shop, "/ok", "many.example")).ok


@pytest.mark.parametrize(
    ("status", "permanent", "wait"),
    [("400", True, None), ("401", True, None), ("404", True, None), ("408", False, None), ("429/30", False, 30.0), ("500", False, None),
     ("501", True, None), ("503/999999999999", False, 86_400.0), ("429/soon", False, None), ("304", True, None),
     ("503/Wed,_21_Oct_2015_07:28:00_GMT", False, 0.0)],
)  # fmt: skip
def test_a_status_says_whether_a_retry_makes_sense(
    shop: ThreadingHTTPServer, client: Outbound, status: str, permanent: bool, wait: float | None
) -> None:
    answer = client.request("GET", _url(shop, f"/status/{status}"))
    error = _fails("outbound_status", answer.require_ok, permanent=permanent)
    assert error.retry_after_seconds == wait


def test_errors_of_the_way_say_whether_a_retry_makes_sense(shop: ThreadingHTTPServer, client: Outbound) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    _fails("outbound_unreachable", lambda: client.request("GET", f"http://127.0.0.1:{port}/"), permanent=False)
    _fails("outbound_unreachable", lambda: client.request("GET", _url(shop, "/drop")), permanent=False)
    _fails("outbound_unknown_host", lambda: client.request("GET", "http://nowhere.example/"), permanent=True)
    _fails("outbound_unknown_host", lambda: client.request("GET", "http://later.example/"), permanent=False)
    _fails("outbound_redirects", lambda: client.request("GET", _url(shop, "/loop")), permanent=True)
    for url in ("ftp://a.example/", "file:///etc/passwd", "http://", "gopher://a.example", "//a.example", "http://[::1"):
        _fails("outbound_bad_url", lambda url=url: client.request("GET", url), permanent=True)  # type: ignore[misc]
    _fails("outbound_bad_url", lambda: client.request("GET", _url(shop, "/ok"), headers={"X": "a\r\nB: c"}), permanent=True)
    _fails("outbound_bad_url", lambda: client.request("POST", _url(shop, "/ok"), json=float("nan")), permanent=True)


def test_a_slow_answer_ends_at_the_deadline_however_often_a_byte_comes(shop: ThreadingHTTPServer, client: Outbound) -> None:
    _fails("outbound_timeout", lambda: client.request("GET", _url(shop, "/drip"), seconds=0.3), permanent=False)


def test_a_name_that_is_never_resolved_ends_at_the_deadline() -> None:
    release = threading.Event()

    def never(host: str, port: int) -> list[str]:
        release.wait(20)
        return []

    with Outbound(PRIVATE, resolve_name=never) as client:
        _fails("outbound_timeout", lambda: client.request("GET", "http://slow.example/", seconds=0.1), permanent=False)
    release.set()


def test_a_large_answer_is_not_read_to_its_end(shop: ThreadingHTTPServer, client: Outbound) -> None:
    _fails("outbound_too_large", lambda: client.request("GET", _url(shop, "/big")), permanent=True)
    _fails("outbound_too_large", lambda: client.request("GET", _url(shop, "/bomb")), permanent=True)
    assert client.request("GET", _url(shop, "/zipped")).body == b"hello"
    assert len(client.request("GET", _url(shop, "/big"), max_bytes=5_000_000).body) == 3_000_000


def test_a_packed_answer_that_was_cut_off_is_not_taken_for_the_whole(shop: ThreadingHTTPServer, client: Outbound) -> None:
    _fails("outbound_bad_answer", lambda: client.request("GET", _url(shop, "/cut")), permanent=False)
    assert client.request("GET", _url(shop, "/nothing")).body == b""


def test_credentials_do_not_follow_a_redirect_to_another_host(shop: ThreadingHTTPServer, client: Outbound) -> None:
    secret = {"Authorization": "Bearer s3cret", "X-Api-Key": "s3cret", "Cookie": "a=s3cret", "Accept": "text/plain"}
    there = _url(shop, "/end", "other.example")
    assert client.request("GET", _url(shop, f"/to/302/{there}", "first.example"), headers=secret).ok
    assert not any("s3cret" in value for value in _seen(shop)[1][2].values())
    assert _seen(shop)[1][2]["accept"] == "text/plain"
    assert client.request("GET", _url(shop, "/to/302//end", "first.example"), headers=secret).ok
    assert _seen(shop)[3][2]["x-api-key"] == "s3cret"


def test_a_body_is_sent_on_only_where_the_redirect_keeps_it(shop: ThreadingHTTPServer, client: Outbound) -> None:
    assert client.request("POST", _url(shop, "/to/307//end"), content=b"body").ok
    assert _seen(shop)[1][:2] == ("POST", "/end")
    assert _seen(shop)[1][3] == b"body"
    error = _fails("outbound_redirects", lambda: client.request("POST", _url(shop, "/to/302//end"), content=b"body"), permanent=True)
    assert "Use the final address" in error.message


def test_secrets_reach_neither_logs_nor_messages(shop: ThreadingHTTPServer, client: Outbound, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    url = f"http://user:s3cret@127.0.0.1:{shop.server_port}/s3cret/path?token=s3cret"
    answer = client.request("GET", url, headers={"Authorization": "s3cret"})
    errors = [_fails_any(lambda: client.request("GET", "http://s3cret@[/s3cret"))]
    errors.append(_fails_any(client.request("GET", _url(shop, "/status/500?token=s3cret")).require_ok))
    assert "s3cret" not in caplog.text + repr(answer) + "".join(str(error.as_json()) for error in errors)


def test_proxies_of_the_environment_are_not_used(shop: ThreadingHTTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    with Outbound(PRIVATE) as client:
        assert client.request("GET", _url(shop, "/ok")).ok


def test_the_certificate_must_be_of_the_name_that_was_called(tmp_path: Path) -> None:
    certificate, key = self_signed(tmp_path, "shop.example")
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    served.load_cert_chain(certificate, key)
    trusting = ssl.create_default_context(cafile=str(certificate))
    servers = _serving(served)
    server = next(servers)
    with Outbound(PRIVATE, tls=trusting, resolve_name=_names) as client:
        assert client.request("GET", _url(server, "/ok", "shop.example", "https")).ok
        error = _fails("outbound_tls", lambda: client.request("GET", _url(server, "/ok", "other.example", "https")), permanent=True)
        assert "ostname mismatch" in error.message
        downgrade = _url(server, f"/to/302/http://shop.example:{server.server_port}/", "shop.example", "https")
        _fails("outbound_refused", lambda: client.request("GET", downgrade), permanent=True)
    with Outbound(PRIVATE, resolve_name=_names) as client:
        _fails("outbound_tls", lambda: client.request("GET", _url(server, "/ok", "shop.example", "https")), permanent=True)
    next(servers, None)


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://hooks.example/secret/path?x=1", "https://hooks.example"),
        ("http://hooks.example:8080/", "http://hooks.example:8080"),
        ("https://8.8.8.8/", "https://8.8.8.8"),
        ("https://rebound.localhost.example/", "https://rebound.localhost.example"),
    ],
)
def test_of_an_address_that_is_kept_only_the_host_is_shown(url: str, host: str) -> None:
    assert host_of(url, private=False) == host_of(url, private=True) == host


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/x",
        "http://LOCALHOST:9/x",
        "http://10.1.2.3/",
        "http://[::1]/",
        "http://[::ffff:192.168.1.1]/",
        "http://169.254.169.254/",
    ],
)
def test_an_address_within_is_not_kept_unless_the_operator_allows_it(url: str) -> None:
    with pytest.raises(UemsError, match="UEMS_ALLOW_PRIVATE_OUTBOUND") as caught:
        host_of(url, private=False)
    assert caught.value.code == "invalid"
    assert host_of(url, private=True)


@pytest.mark.parametrize("url", ["ftp://a/b", "https://me:pw@a/", "nonsense", "http://", "https://a/" + "x" * 2_000, "http://[::"])
def test_what_cannot_be_called_is_not_kept_and_not_repeated(url: str) -> None:
    with pytest.raises(UemsError) as caught:
        host_of(url, private=True)
    assert caught.value.code == "invalid"
    assert "pw" not in caught.value.message
