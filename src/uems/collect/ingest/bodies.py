"""What did the client really send? Bytes to JSON, with every limit checked before anything is believed."""

import base64
import binascii
import json
import math
import re
import zlib

import msgspec

from uems.collect.records import Endpoint
from uems.kernel.errors import UemsError

MAX_BODY_BYTES = 8_000_000
"""Largest body after decompression: two of the known clients batch up to 4 MB before gzip."""
MAX_WIRE_BYTES = MAX_BODY_BYTES
MAX_BATCH_EVENTS = 10_000
"""Most events in one body. The protocol says 2,500; clients that batch by bytes send more small ones."""

_SURROGATE = re.compile("[\ud800-\udfff]")


class Envelope(msgspec.Struct):
    """The two parts of a body that the door needs; the rest is read by the pipeline."""

    writeKey: object = None
    batch: list[msgspec.Raw] | None = None


_envelope = msgspec.json.Decoder(Envelope)


def decompress(body: bytes, encoding: str) -> bytes:
    """Undo ``Content-Encoding``; gzip is also recognised by its magic bytes, since one client does not name it.

    Never inflates more than ``MAX_BODY_BYTES``, whatever the body claims.
    """
    if body[:2] != b"\x1f\x8b":
        if encoding in ("", "identity", "gzip"):
            return body
        raise UemsError("unsupported_encoding", f"Content-Encoding is {encoding[:40]!r}; send gzip or nothing.", status=415)
    inflater = zlib.decompressobj(wbits=31)
    try:
        out = inflater.decompress(body, MAX_BODY_BYTES + 1)
    except zlib.error as error:
        raise UemsError("bad_gzip", "The body begins like gzip but cannot be decompressed. Send it again, or without gzip.") from error
    if len(out) > MAX_BODY_BYTES:
        raise too_large(len(out))
    if not inflater.eof:
        raise UemsError("bad_gzip", "The gzip body ends early. Send it again, whole.")
    return out


def too_large(got: int) -> UemsError:
    return UemsError(
        "body_too_large",
        f"The body is {got} bytes or more; at most {MAX_BODY_BYTES} after decompression. Send smaller batches.",
        status=413,
        details={"max_bytes": MAX_BODY_BYTES},
    )


def read_envelope(body: bytes, endpoint: Endpoint) -> tuple[bytes, str, int]:
    """The body as clean JSON, the write key in it ("" if none) and the number of events (0 for an empty batch).

    Text that JSON proper does not allow but clients do send (NaN, lone surrogates) is mended: NaN becomes null and a
    lone surrogate U+FFFD, so that one odd value does not cost a whole batch.
    """
    try:
        body.decode()
        envelope = _envelope.decode(body)
    except RecursionError as error:
        raise UemsError("too_deep", "The JSON is nested too deeply. Flatten it to fewer than 500 levels.") from error
    except msgspec.ValidationError as error:
        raise UemsError(
            "bad_body", f"The body is not what {endpoint} takes: {error}. Send an object; a batch has a list `batch`."
        ) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        body = _mend(body, error)
        return read_envelope(body, endpoint)
    key = envelope.writeKey if isinstance(envelope.writeKey, str) else ""
    if endpoint != "batch":
        return body, key, 1
    if envelope.batch is None:
        raise UemsError("bad_body", 'A batch needs a list called `batch`. Send {"batch": [...]}, or use /v1/track for one event.')
    if len(envelope.batch) > MAX_BATCH_EVENTS:
        raise UemsError("batch_too_long", f"The batch has {len(envelope.batch)} events; at most {MAX_BATCH_EVENTS}. Split it.", status=413)
    return body, key, len(envelope.batch)


def _mend(body: bytes, error: Exception) -> bytes:
    """Well-formed JSON from a body that only a lenient reader accepts; raises ``bad_json`` if none does."""
    try:
        value = json.loads(body.decode("utf-8", "replace"))
        mended = _clean(value)
    except RecursionError as deep:
        raise UemsError("too_deep", "The JSON is nested too deeply. Flatten it to fewer than 500 levels.") from deep
    except ValueError as bad:
        raise UemsError("bad_json", f"The body is not JSON: {error}. Send one JSON object, UTF-8.") from bad
    if not isinstance(mended, dict):
        raise UemsError("bad_body", f"The body is a JSON {type(mended).__name__}; send an object.") from error
    encoded = json.dumps(mended, ensure_ascii=False, allow_nan=False).encode()
    try:
        _envelope.decode(encoded)
    except msgspec.ValidationError:
        return encoded
    except (msgspec.DecodeError, RecursionError) as still:
        raise UemsError("bad_json", f"The body is not JSON: {still}. Send one JSON object, UTF-8.") from still
    return encoded


def _clean(value: object) -> object:
    if isinstance(value, str):
        return _SURROGATE.sub("\ufffd", value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, list):
        return [_clean(v) for v in value]
    if isinstance(value, dict):
        return {_SURROGATE.sub("\ufffd", k): _clean(v) for k, v in value.items()}
    return value


def basic_key(authorization: str) -> str:
    """The write key of an ``Authorization`` header: Basic with or without the colon, or Bearer. "" if there is none."""
    scheme, _, value = authorization.partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if scheme.lower() != "basic":
        return ""
    try:
        text = base64.b64decode(value.strip() + "=" * (-len(value.strip()) % 4), validate=True).decode()
    except (binascii.Error, ValueError):
        return ""
    return text.partition(":")[0]


def pixel_body(data: str) -> bytes:
    """The JSON of a pixel's ``data`` parameter: base64, standard or URL-safe, with or without padding."""
    text = data.strip().replace("-", "+").replace("_", "/").replace(" ", "+")
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError) as error:
        raise UemsError("bad_base64", "The pixel's `data` is not base64. Encode the event's JSON in base64.") from error
