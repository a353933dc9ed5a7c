"""Which lists can the warehouse not hold, and what stands there instead?

A list has one type for its elements, and lists cannot be missing: of ``[[1, 2], null]`` the engine refuses the whole row. A
``null`` among lists therefore becomes an empty list. Where lists stand beside other values the engine keeps each as it is.
"""

import json
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

# A list whose first element is a list or null; only texts that also say null somewhere are looked at.
_SUSPECT = r"\[\s*(?:\[|null)"


def holdable(properties: pa.ChunkedArray) -> pa.ChunkedArray:
    """JSON texts with every ``null`` among lists made an empty list; all other texts as they are."""
    suspect = pc.and_(pc.match_substring(properties, "null"), pc.match_substring_regex(properties, _SUSPECT))
    rows = np.flatnonzero(suspect.combine_chunks().to_numpy(zero_copy_only=False))
    if not len(rows):
        return properties
    mended = [_mended(text) for text in properties.take(pa.array(rows)).to_pylist()]
    return pa.chunked_array(
        [pc.replace_with_mask(properties.combine_chunks(), suspect.combine_chunks(), pa.array(mended, properties.type))]
    )


def _mended(text: str) -> str:
    try:
        # Of equal names in one object the first wins, as in the warehouse.
        document = json.loads(text, object_pairs_hook=lambda pairs: dict(reversed(pairs)))
        _objects(document)
        return json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except (ValueError, RecursionError):
        # A number with thousands of digits, or beyond 1.8e308: the engine refuses it, and that row alone is set aside as it was sent.
        return text


def _objects(value: object) -> None:
    if isinstance(value, dict):
        for inner in value.values():
            _objects(inner)
    elif isinstance(value, list):
        _fill([value])
        for element in value:
            _objects(element)


def _fill(lists: Sequence[list[object]]) -> None:
    """Lists that stand at one place of one list: their elements have one type together."""
    elements = [element for one in lists for element in one]
    deeper = [element for element in elements if isinstance(element, list)]
    if not deeper or any(element is not None and not isinstance(element, list) for element in elements):
        return
    for one in lists:
        one[:] = [[] if element is None else element for element in one]
    _fill([element for one in lists for element in one if isinstance(element, list)])
