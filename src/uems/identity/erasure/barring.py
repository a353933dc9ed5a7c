"""Which rows of a batch are of somebody who was erased? Each distinct pair of ids is asked for once; nearly all are of nobody erased."""

from collections.abc import Sequence

import pyarrow as pa

from uems.identity.erasure.tombstones import Tombstones
from uems.identity.model import ANONYMOUS_ID, USER_ID, Rules
from uems.identity.normal import main_id, normalise


def barred_rows(tombs: Tombstones, rules: Rules, rows: pa.Table) -> tuple[Sequence[int], set[str]]:
    """(places of the rows that are refused, hashes of ids that came back by a row of these). Rows count in their order."""
    users, anonymous = rows.column("user_id").to_pylist(), rows.column("anonymous_id").to_pylist()
    pairs = list(zip(users, anonymous, strict=True))
    named = {pair: _ids(pair, rules) for pair in set(pairs)}
    touched = {pair: ids for pair, ids in named.items() if any(tombs.of(*one) for one in ids)}
    if not touched:
        return (), set()
    barred: list[int] = []
    returned: set[str] = set()
    places = [place for place, pair in enumerate(pairs) if pair in touched]
    for place in places:
        pair = pairs[place]
        row = rows.slice(place, 1)
        ts_ms = row.column("ts").cast(pa.int64())[0].as_py()
        back = tombs.returns(touched[pair], ts_ms, row.column("type")[0].as_py(), row.column("channel")[0].as_py())
        for mark in back:
            tombs.known[mark] = (tombs.known[mark][0], True)
        returned.update(back)
        main = main_id(pair, rules)
        if main is not None and tombs.bars_event(main, ts_ms):
            barred.append(place)
    return barred, returned


def _ids(pair: tuple[str, str], rules: Rules) -> list[tuple[str, str]]:
    found = ((kind, normalise(kind, value, rules)) for kind, value in zip((USER_ID, ANONYMOUS_ID), pair, strict=True) if value)
    return [(kind, value) for kind, value in found if value]
