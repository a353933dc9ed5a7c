"""How does a file of any size come in? Piece by piece from the request to the disk, hashed on the way, never whole in memory."""

from collections.abc import Callable
from typing import Protocol

from fastapi import Request
from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.concurrency import run_in_threadpool

from uems.collect.imports.vault import Incoming, Stored
from uems.kernel.errors import UemsError
from uems.kernel.settings import Settings

_WRITE_BYTES = 1 << 20
_HEADER_BYTES = 4_000


class _Body(Protocol):
    name: str

    def feed(self, data: bytes) -> bytes:
        """The bytes of the file that are in this piece of the body."""
        ...

    def end(self) -> None: ...


class _Raw:
    """The body is the file."""

    def __init__(self) -> None:
        self.name = ""

    def feed(self, data: bytes) -> bytes:
        return data

    def end(self) -> None:
        """There is no end mark."""


class _Form:
    """The first part with a file name is the file; other parts are passed over."""

    def __init__(self, boundary: bytes) -> None:
        self.name = ""
        self._found: list[bytes] = []
        self._headers: dict[bytes, bytes] = {}
        self._field = self._value = b""
        self._in_file = self._had_file = self._ended = False
        callbacks: dict[str, Callable[..., None]] = {
            "on_part_begin": self._begin,
            "on_header_field": self._on_field,
            "on_header_value": self._on_value,
            "on_header_end": self._on_header,
            "on_headers_finished": self._on_headers,
            "on_part_data": self._on_data,
            "on_part_end": self._part_end,
            "on_end": self._on_end,
        }
        self._parser = MultipartParser(boundary, callbacks)  # type: ignore[arg-type]

    def _begin(self) -> None:
        self._headers, self._field, self._value = {}, b"", b""

    def _on_field(self, data: bytes, start: int, end: int) -> None:
        self._field = (self._field + data[start:end])[:_HEADER_BYTES]

    def _on_value(self, data: bytes, start: int, end: int) -> None:
        self._value = (self._value + data[start:end])[:_HEADER_BYTES]

    def _on_header(self) -> None:
        if len(self._headers) < 20:
            self._headers[self._field.lower()] = self._value
        self._field = self._value = b""

    def _on_headers(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        if b"filename" in options and not self._had_file:
            self._in_file = self._had_file = True
            self.name = options[b"filename"].decode("utf-8", "replace")

    def _on_data(self, data: bytes, start: int, end: int) -> None:
        if self._in_file:
            self._found.append(data[start:end])

    def _part_end(self) -> None:
        self._in_file = False

    def _on_end(self) -> None:
        self._ended = True

    def feed(self, data: bytes) -> bytes:
        try:
            self._parser.write(data)
        except MultipartParseError as error:
            raise _bad(f"The form cannot be read ({error}).") from error
        found, self._found = b"".join(self._found), []
        return found

    def end(self) -> None:
        if not self._ended:
            raise _bad("The upload broke off.")
        if not self._had_file:
            raise _bad("The form holds no file.")


def _bad(what: str) -> UemsError:
    return UemsError("bad_upload", f"{what} Send the file as multipart/form-data, or as the whole body.", status=422)


def _body_of(request: Request) -> _Body:
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    if kind != b"multipart/form-data":
        return _Raw()
    if not options.get(b"boundary"):
        raise _bad("The form has no boundary.")
    return _Form(options[b"boundary"])


async def receive(request: Request, settings: Settings) -> tuple[Stored, str]:
    """The file of a request, on disk, and its name ("" if it has none). The caller keeps it or drops ``Stored.path``."""
    body = _body_of(request)
    incoming = await run_in_threadpool(Incoming, settings)
    try:
        waiting = bytearray()
        async for data in request.stream():
            waiting += body.feed(data)
            if len(waiting) >= _WRITE_BYTES:
                await run_in_threadpool(incoming.write, bytes(waiting))
                waiting.clear()
        body.end()
        await run_in_threadpool(incoming.write, bytes(waiting))
        return await run_in_threadpool(incoming.finish), body.name
    except BaseException:
        incoming.drop()
        raise
