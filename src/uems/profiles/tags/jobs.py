"""How does each kind of tag get its values? A job: what is asked of each person, and what is concluded from the answers."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from uems.kernel.filters import Node
from uems.kernel.sql import Sql
from uems.profiles.conditions.asking import Answers, Asking, Flags, Value
from uems.profiles.roles.model import Roles
from uems.profiles.tags.ask import Ask, Found
from uems.profiles.tags.columns import TagColumn, coded, nothing
from uems.profiles.tags.computed import ask_computed, conclude_computed
from uems.profiles.tags.config import ComputedConfig, Config, ModelConfig, ReadyConfig, RuleConfig, read_config
from uems.profiles.tags.cuts import Cuts
from uems.profiles.tags.lineage import needed_roles
from uems.profiles.tags.model import SavedTag, TagDef

Masks: TypeAlias = Mapping[Node, Flags]


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One tag of a pass. trees: conditions whose masks ``conclude`` gets. missing: roles without which nobody gets a value."""

    saved: SavedTag
    values: tuple[Value, ...] = ()
    trees: tuple[Node, ...] = ()
    conclude: Callable[[Answers, Masks], TagColumn]
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What jobs are made with. undone: tag → batches of what was given by hand that count no more."""

    asking: Asking
    roles: Roles
    cuts: Cuts
    undone: Mapping[str, Collection[int]]


def job_of(saved: SavedTag, bench: Bench) -> Job:
    """The job of one tag. Raises ``bad_tag`` or ``bad_filter`` when its config means nothing to this version of the program."""
    config = read_config(saved.tag)
    missing = bench.roles.missing(needed_roles(config))
    if missing:
        return Job(saved=saved, conclude=lambda answers, masks: TagColumn(values=nothing(len(answers.people))), missing=missing)
    return _of_config(saved, config, bench)


def _of_config(saved: SavedTag, config: Config, bench: Bench) -> Job:
    if isinstance(config, RuleConfig):
        return _rule(saved, config)
    if isinstance(config, ReadyConfig):
        return _ready(saved, config, bench)
    if isinstance(config, ComputedConfig):
        return _computed(saved, config, bench)
    if isinstance(config, ModelConfig):
        # While there is no model. Its own scores are written by ``write_scores``, and no pass asks for them.
        if config.fallback is not None and not config.model:
            return _of_config(saved, config.fallback, bench)
        return Job(saved=saved, conclude=lambda answers, masks: TagColumn(values=nothing(len(answers.people))))
    return _given(saved, bench)


def _rule(saved: SavedTag, config: RuleConfig) -> Job:
    def conclude(answers: Answers, masks: Masks) -> TagColumn:
        names = [value for value, _ in config.values]
        codes = np.full(len(answers.people), -1, np.int64)
        if config.default is not None:
            codes[:] = len(names)
            names.append(config.default)
        for n, (_, when) in reversed(list(enumerate(config.values))):
            codes[masks[when]] = n
        return TagColumn(values=coded(codes, names))

    return Job(saved=saved, trees=tuple(when for _, when in config.values), conclude=conclude)


def _ready(saved: SavedTag, config: ReadyConfig, bench: Bench) -> Job:
    ask = Ask(bench.asking, bench.roles, saved.tag.key, bench.cuts)
    config.rule.ask(config.settings, ask)

    def conclude(answers: Answers, masks: Masks) -> TagColumn:
        return config.rule.conclude(config.settings, Found(ask=ask, answers=answers))

    return Job(saved=saved, values=tuple(ask.values.values()), conclude=conclude)


def _computed(saved: SavedTag, config: ComputedConfig, bench: Bench) -> Job:
    value = ask_computed(config, saved.tag, bench.roles, bench.asking)

    def conclude(answers: Answers, masks: Masks) -> TagColumn:
        return TagColumn(values=conclude_computed(config, saved.tag, answers.column(value)))

    return Job(saved=saved, values=(value,), conclude=conclude)


def _given(saved: SavedTag, bench: Bench) -> Job:
    value = ask_given(saved.tag, bench.undone.get(saved.tag.key, ()), bench.asking)

    def conclude(answers: Answers, masks: Masks) -> TagColumn:
        column = answers.column(value)
        found = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
        told, confidence, evidence = (pc.struct_field(found, n) for n in range(3))
        return TagColumn(
            values=pc.if_else(pc.equal(told, ""), pa.scalar(None, pa.string()), told),
            confidence=np.asarray(pc.fill_null(confidence, 1.0).to_numpy(zero_copy_only=False), np.float32),
            evidence=evidence,
        )

    return Job(saved=saved, values=(value,), conclude=conclude)


def ask_given(tag: TagDef, undone: Collection[int], asking: Asking) -> Value:
    """What was given last: (value, confidence, evidence), "" for what was taken away."""
    source = asking.source("tag_given")
    is_it = Sql(f"tag = {asking.params.bind(tag.key, 'String')}")
    if undone:
        is_it = Sql(f"{is_it} AND batch NOT IN {asking.params.bind(sorted(undone), 'Array(UInt64)')}")
    source.need(is_it)
    row, order = source.named(Sql("(value, confidence, evidence)")), source.named(Sql("(batch, node_id)"))
    return Value(source=source, sql=Sql(f"argMaxIf({row}, {order}, {source.named(is_it)})"), kind="text")
