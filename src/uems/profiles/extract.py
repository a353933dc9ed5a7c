"""Which traits does an identify call tell? One row a trait, its value as the JSON text that was sent."""

import json
from typing import Final

import msgspec
import pyarrow as pa

MAX_TRAITS: Final = 500
"""Most traits that one call may set; the rest of it is passed over."""
MAX_NAME: Final = 200

_decode: Final = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_KEPT: Final = ("workspace_id", "person_id", "node_id", "ts", "message_id", "log_offset", "log_index")


class Extractor:
    """The pipeline's ``Traits``."""

    def rows(self, accepted: pa.Table) -> pa.Table | None:
        """As ``trait_rows``."""
        return trait_rows(accepted)


def trait_rows(accepted: pa.Table) -> pa.Table | None:
    """The traits of identify rows as rows of the table ``traits``; None where there are none.

    accepted: columns workspace_id, person_id, node_id, ts, message_id, log_offset, log_index, and ``properties`` with the
    JSON text of the traits object. A name is trimmed and has at most 200 characters. null means that the trait is removed.
    """
    sources: list[int] = []
    names: list[str] = []
    values: list[str] = []
    for row, raw in enumerate(accepted.column("properties").to_pylist()):
        if len(raw) < 5:
            continue
        for name, value in _traits(raw)[:MAX_TRAITS]:
            sources.append(row)
            names.append(name)
            values.append(value)
    if not sources:
        return None
    told = accepted.select(_KEPT).take(pa.array(sources, pa.int64()))
    return told.append_column("trait", pa.array(names, pa.string())).append_column("value", pa.array(values, pa.string()))


def _traits(raw: str | bytes) -> list[tuple[str, str]]:
    """(name, JSON text) of each trait; of a name that occurs twice the last counts."""
    if "\\ud" in raw if isinstance(raw, str) else b"\\ud" in raw:
        raw = _mended(raw)
    try:
        found = _decode(raw)
    except msgspec.DecodeError:
        return []
    return [(short, bytes(value).decode()) for name, value in found.items() if (short := name.strip()[:MAX_NAME])]


def _mended(raw: str | bytes) -> str | bytes:
    """The same object with every half of a surrogate pair, which is no character, as U+FFFD."""
    try:
        text = json.dumps(json.loads(raw), ensure_ascii=False)
    except (ValueError, RecursionError):
        return raw
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
