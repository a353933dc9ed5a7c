"""What would a tag say? Computed for everybody without keeping anything, while it is being defined."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from uems.kernel.filters import At
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.warehouse import Limits
from uems.profiles.conditions.asking import Asking, People
from uems.profiles.conditions.grammar import conclude, questions
from uems.profiles.roles.mappings import roles_of
from uems.profiles.tags.catalogue import Counted
from uems.profiles.tags.config import bad_tag
from uems.profiles.tags.cuts import Cuts
from uems.profiles.tags.definitions import checked, definitions
from uems.profiles.tags.jobs import Bench, job_of
from uems.profiles.tags.model import GIVEN, SavedTag, TagDef

_LIMITS: Final = Limits(seconds=60)
_SHOWN: Final = 50
_SAMPLE: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What a tag would say. people: who would have a value, of ``everybody``. missing: roles without which nobody does.

    values: the most frequent. sample: some who would have one, spread over all.
    """

    people: int
    everybody: int
    distinct: int
    values: tuple[Counted, ...]
    sample: People
    missing: tuple[str, ...]


def try_tag(house: House, scope: Scope, tag: TagDef, now: datetime) -> Trial:
    """Raises as ``save_tag`` for a definition that cannot be used, and ``warehouse_timeout`` for one that takes too long."""
    if tag.kind in GIVEN:
        raise bad_tag(tag.key, f"a {tag.kind} tag has the values that it is given; there is nothing to try.")
    ready = checked(tag, definitions(house.store, scope))
    asking = Asking(house, scope, At(now=now, zone=scope.zone))
    bench = Bench(asking=asking, roles=roles_of(house.store, scope), cuts=Cuts({}, measuring=True), undone={})
    job = job_of(SavedTag(tag=ready, version=0, saved_at=now, saved_by=""), bench)
    people = asking.people(_LIMITS)
    asked = questions(job.trees, asking)
    answers = asking.run([*asked.values(), *job.values], limits=_LIMITS, people=people)
    values = job.conclude(answers, conclude(job.trees, asked, answers).masks).values
    values = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    counted = sorted(pc.value_counts(values.drop_null()).to_pylist(), key=lambda one: (-one["counts"], one["values"]))
    who = people[np.asarray(pc.is_valid(values).to_numpy(zero_copy_only=False), np.bool_)]
    return Trial(
        people=len(who),
        everybody=len(people),
        distinct=len(counted),
        values=tuple(Counted(value=json.loads(one["values"]), people=one["counts"]) for one in counted[:_SHOWN]),
        sample=who[np.linspace(0, len(who) - 1, min(_SAMPLE, len(who))).astype(np.int64)] if len(who) else who,
        missing=job.missing,
    )
