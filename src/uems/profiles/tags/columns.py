"""What does everybody have for one tag? A column of JSON texts with confidence and evidence, made for all people at once.

A pass makes millions of values, so nothing here goes from person to person in Python, except over distinct texts.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from uems.kernel.errors import UemsError
from uems.kernel.store import dump_json

Floats: TypeAlias = npt.NDArray[np.float64]
Flags: TypeAlias = npt.NDArray[np.bool_]
Codes: TypeAlias = npt.NDArray[np.int64]

_SLOT: Final = re.compile(r"\{(\w+)\}")
_EXACT: Final = 2.0**53


@dataclass(frozen=True, slots=True, kw_only=True)
class TagColumn:
    """One tag of n people.

    values: JSON texts, null for none. confidence: shape (n,), None for certain. evidence: JSON texts, null or "" for none.
    """

    values: pa.Array
    confidence: npt.NDArray[np.float32] | None = None
    evidence: pa.Array | None = None

    def __len__(self) -> int:
        return len(self.values)


def nothing(size: int) -> pa.Array:
    """Nobody has a value."""
    return pa.nulls(size, pa.string())


def numbers(values: Floats, digits: int = 6) -> pa.Array:
    """JSON numbers, rounded; NaN and infinities are no value."""
    values = np.asarray(values, np.float64)
    known = np.isfinite(values)
    rounded = np.round(np.where(known, values, 0.0), digits) + 0.0  # and no minus zero
    whole = (rounded == np.trunc(rounded)) & (np.abs(rounded) < _EXACT)
    # TRICKY: as doubles, whole numbers above 1e9 or so would be written with an exponent.
    if whole.all():
        return pa.array(rounded.astype(np.int64), mask=~known).cast(pa.string())
    texts = pa.array(rounded, mask=~known).cast(pa.string())
    if not whole.any():
        return texts
    return pc.if_else(pa.array(whole), pa.array(np.where(whole, rounded, 0.0).astype(np.int64), mask=~known).cast(pa.string()), texts)


def coded(codes: Codes, names: Sequence[object]) -> pa.Array:
    """The name of each code as JSON; -1 is no value."""
    codes = np.asarray(codes, np.int64)
    known = pa.array([dump_json(name) for name in names], pa.string())
    return known.take(pa.array(codes, mask=codes < 0)) if len(names) else nothing(len(codes))


def texts(values: pa.Array) -> pa.Array:
    """JSON of plain texts; null is no value, and so is ""."""
    values = _array(values)
    values = pc.if_else(pc.equal(values, ""), pa.scalar(None, pa.string()), values)
    return _by_distinct(values)


def instants(values: pa.Array) -> pa.Array:
    """JSON of moments in time, as ISO 8601 in UTC."""
    moments = pc.strftime(pc.cast(_array(values), pa.timestamp("ms", "UTC")), "%Y-%m-%dT%H:%M:%SZ")
    return _array(pc.binary_join_element_wise('"', moments, '"', ""))  # nothing in them to be escaped


def booleans(values: Flags, known: Flags | None = None) -> pa.Array:
    """true and false; where ``known`` is False there is no value."""
    codes = np.asarray(values).astype(np.int64)
    return coded(codes if known is None else np.where(known, codes, -1), [False, True])


def lists(values: pa.Array) -> pa.Array:
    """JSON of lists; null and the empty list are no value."""
    values = _array(values)
    out = [dump_json(one) if one else None for one in values.to_pylist()]
    return pa.array(out, pa.string())


def float_of(column: pa.Array) -> Floats:
    """A column of numbers with NaN for null."""
    return np.asarray(pc.cast(_array(column), pa.float64()).to_numpy(zero_copy_only=False), np.float64)


def said(templates: Mapping[str, str], facts: Mapping[str, Floats | pa.Array | str], where: Flags | None = None) -> pa.Array:
    """Evidence: a JSON object with a sentence a language.

    templates: language → sentence with ``{fact}`` in it. facts: numbers or texts, shape (n,), or one text for all; numbers are
    written with at most two digits after the point. where: who gets a sentence; null for the others.
    """
    ready = {name: _escape(fact) if isinstance(fact, str) else _inside(fact) for name, fact in facts.items()}
    pieces: list[pa.Array | str] = []
    for n, (language, template) in enumerate(templates.items()):
        pieces += [f'{"," if n else "{"}"{language}":"', *_pieces(template, ready, _escape), '"']
    whole = _joined([*pieces, "}"], _size(facts, where))
    return whole if where is None else pc.if_else(pa.array(where), whole, pa.scalar(None, pa.string()))


def sentence(template: str, facts: Mapping[str, Floats | pa.Array]) -> pa.Array:
    """The template with its facts as plain texts, to be a fact of ``said`` in its turn."""
    ready = {name: numbers(fact.astype(np.float64), 2) if isinstance(fact, np.ndarray) else fact for name, fact in facts.items()}
    return _joined(_pieces(template, ready, str), _size(facts, None))


def _size(facts: Mapping[str, Floats | pa.Array | str], where: Flags | None) -> int:
    return next((len(fact) for fact in facts.values() if not isinstance(fact, str)), len(where) if where is not None else 0)


def _pieces(template: str, facts: Mapping[str, pa.Array | str], plain: Callable[[str], str]) -> list[pa.Array | str]:
    return [facts[part] if m % 2 else plain(part) for m, part in enumerate(_SLOT.split(template))]


def _joined(pieces: Sequence[pa.Array | str], size: int) -> pa.Array:
    gathered = _gathered(pieces)
    if all(isinstance(piece, str) for piece in gathered):
        return pa.repeat("".join(str(piece) for piece in gathered), size)
    return _array(pc.binary_join_element_wise(*gathered, "", null_handling="replace", null_replacement=""))


def _gathered(pieces: Sequence[pa.Array | str]) -> list[pa.Array | str]:
    """Neighbouring constants as one."""
    found: list[pa.Array | str] = []
    for piece in pieces:
        if isinstance(piece, str) and found and isinstance(found[-1], str):
            found[-1] += piece
        else:
            found.append(piece)
    return found


def _inside(fact: Floats | pa.Array) -> pa.Array:
    """A fact as it stands inside of a JSON text."""
    if isinstance(fact, np.ndarray):
        return numbers(fact.astype(np.float64), 2)
    encoded = pc.dictionary_encode(_array(fact))
    distinct = pa.array([_escape(text) for text in encoded.dictionary.to_pylist()], pa.string())
    return distinct.take(encoded.indices)


def _escape(text: str) -> str:
    return dump_json(text)[1:-1]


def _by_distinct(values: pa.Array) -> pa.Array:
    encoded = pc.dictionary_encode(values)
    distinct = pa.array([None if text is None else dump_json(text) for text in encoded.dictionary.to_pylist()], pa.string())
    return distinct.take(encoded.indices)


def _array(values: pa.Array | pa.ChunkedArray) -> pa.Array:
    return values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values


def check_json(text: str) -> object:
    """The value of a JSON text that was stored; raises ``bad_tag_value`` for one that is none."""
    try:
        return json.loads(text)
    except ValueError as error:
        raise UemsError("bad_tag_value", f"A stored tag value is not JSON: {text[:60]!r}.", status=500) from error
