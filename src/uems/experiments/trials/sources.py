"""What shares people out already, so that an experiment can be set over it? Flags here; flows, campaigns and slots tell theirs from above.

Rooms above hand in a function each; the web application holds all of them.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from sqlalchemy import Connection, select

from uems.experiments.flags.spec import FlagSpec
from uems.experiments.tables import flag_versions, flags
from uems.experiments.trials.spec import Source
from uems.kernel.scope import Scope

_F, _V = flags.c, flag_versions.c


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceArm:
    """One of the ways. key: what its exposures call it. weight: any positive number."""

    key: str
    name: str
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialSource:
    """Something that gives exposures. experiment_id: what these call it. key: of the flag, flow, campaign or scene that it belongs to."""

    source: Source
    experiment_id: str
    key: str
    name: str
    arms: tuple[SourceArm, ...]


TrialSources: TypeAlias = Callable[[Connection, Scope], Iterable[TrialSource]]
"""Everything of one room that gives exposures, read within a transaction."""


def flag_sources(conn: Connection, scope: Scope) -> Iterator[TrialSource]:
    """The rules of flags that split people, also while these are off."""
    joined = (_V.workspace_id == _F.workspace_id) & (_V.flag_id == _F.flag_id) & (_V.version == _F.version)
    query = select(_F.key, _F.name, _V.spec).join(flag_versions, joined)
    for row in conn.execute(query.where(_F.workspace_id == scope.workspace_id, _F.state != "archived").order_by(_F.key)):
        for rule in FlagSpec.model_validate(row.spec).rules:
            if rule.kind == "split":
                arms = tuple(SourceArm(key=arm.key, name=arm.name or arm.key, weight=arm.weight) for arm in rule.arms)
                yield TrialSource(source="flag", experiment_id=rule.experiment, key=row.key, name=row.name, arms=arms)
