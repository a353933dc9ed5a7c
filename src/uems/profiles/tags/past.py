"""What would a tag have said on a day of the past? Computed by its definition of today from what had happened by then."""

from collections.abc import Sequence
from datetime import date
from typing import Final

import pyarrow as pa

from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.warehouse import Limits
from uems.profiles.conditions.asking import People
from uems.profiles.conditions.grammar import conclude, questions
from uems.profiles.conditions.until import Until, no_past
from uems.profiles.roles.mappings import roles_of
from uems.profiles.tags.config import ModelConfig, read_config
from uems.profiles.tags.cuts import read_cuts
from uems.profiles.tags.definitions import definition
from uems.profiles.tags.jobs import Bench, job_of
from uems.profiles.tags.model import GIVEN

LIMITS: Final = Limits(seconds=60, memory_bytes=4_000_000_000)


def values_before(house: House, scope: Scope, key: str, days: Sequence[date]) -> list[tuple[People, pa.Array]]:
    """(people, JSON text of each one's value or null) at the start of each of the days. Percentiles go by the cuts of today.

    Raises ``not_found``, and ``no_past`` (422) for a tag that is made from other tags, or given from outside.
    """
    saved = definition(house.store, scope, key)
    config = read_config(saved.tag)
    if saved.tag.kind in GIVEN and not (isinstance(config, ModelConfig) and not config.model):
        raise no_past(f"the tag {key}, given from outside")
    roles, cuts = roles_of(house.store, scope), read_cuts(house, scope, measuring=False)
    found: list[tuple[People, pa.Array]] = []
    for day in days:
        asking = Until(house, scope, day)
        job = job_of(saved, Bench(asking=asking, roles=roles, cuts=cuts, undone={}))
        people = asking.people(LIMITS)
        asked = questions(job.trees, asking)
        answers = asking.run([*asked.values(), *job.values], limits=LIMITS, people=people)
        values = job.conclude(answers, conclude(job.trees, asked, answers).masks).values
        found.append((people, values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values))
    return found
