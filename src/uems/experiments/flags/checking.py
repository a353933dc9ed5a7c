"""Do the flags of a workspace go together? Prerequisites without circles, namespaces without overlaps, one rule an experiment."""

from collections.abc import Mapping, Sequence

from uems.experiments.flags.spec import FlagSpec, SplitRule, fits
from uems.kernel.errors import UemsError


def check_together(key: str, spec: FlagSpec, others: Mapping[str, FlagSpec]) -> None:
    """Raise 422 when the flag cannot stand beside ``others``, all others that are not archived.

    ``flag_circle``, ``flag_unknown``, ``flag_prerequisite``, ``namespace_overlap``, ``namespace_attribute``, ``experiment_taken``.
    """
    _check_prerequisites(key, spec, others)
    _check_circles(key, {**others, key: spec})
    _check_splits(key, spec, others)


def _check_prerequisites(key: str, spec: FlagSpec, others: Mapping[str, FlagSpec]) -> None:
    asked = [*spec.prerequisites, *(one for rule in spec.rules for one in rule.prerequisites)]
    for one in asked:
        if one.flag == key:
            raise _refused("flag_circle", f"{key} has itself as a prerequisite.", "Remove it.")
        parent = others.get(one.flag)
        if parent is None:
            raise _refused("flag_unknown", f"{key} needs the flag {one.flag}, which does not exist.", "Make it first, or name another.")
        if parent.value_type == "json":
            raise _refused("flag_prerequisite", f"{one.flag} answers JSON, which cannot be compared.", "Use a flag of another kind.")
        wrong = [value for value in one.values if not fits(parent.value_type, value)]
        if wrong:
            problem = f"{key} needs {one.flag} to answer {wrong[0]!r}, but its values are of the kind {parent.value_type}."
            raise _refused("flag_prerequisite", problem, "Name values that it can answer.")


def _check_circles(key: str, flags: Mapping[str, FlagSpec]) -> None:
    """Follow the prerequisites from ``key``; a way back to it is a circle."""
    path, done = [key], set[str]()

    def walk(at: str) -> Sequence[str] | None:
        for parent in sorted(flags[at].parents):
            if parent == key:
                return [*path, key]
            if parent not in flags or parent in done:
                continue
            path.append(parent)
            if found := walk(parent):
                return found
            done.add(path.pop())
        return None

    found = walk(key)
    if found:
        raise _refused("flag_circle", f"The prerequisites go in a circle: {' needs '.join(found)}.", "Remove one of them.")


def _check_splits(key: str, spec: FlagSpec, others: Mapping[str, FlagSpec]) -> None:
    beside = [(other, rule) for other, one in others.items() for rule in one.splits]
    for place, rule in enumerate(spec.splits):
        for other, theirs in [*beside, *((key, one) for one in spec.splits[:place])]:
            if rule.experiment == theirs.experiment:
                problem = f"An experiment {rule.experiment} runs in the flag {other} already, so their exposures could not be told apart."
                raise _refused("experiment_taken", problem, "Give this one another name.")
            if rule.on and theirs.on:
                _check_namespace(rule, theirs, other)


def _check_namespace(rule: SplitRule, theirs: SplitRule, other: str) -> None:
    ours, taken = rule.namespace, theirs.namespace
    if ours is None or taken is None or ours.key != taken.key:
        return
    if rule.hash_attribute != theirs.hash_attribute:
        problem = (
            f"The namespace {ours.key} is divided by {theirs.hash_attribute} (in {other}), and {rule.experiment} by {rule.hash_attribute}"
        )
        raise _refused("namespace_attribute", f"{problem}, so that somebody could be in both.", "Use one attribute, or another namespace.")
    if ours.start < taken.end and taken.start < ours.end:
        problem = (
            f"{rule.experiment} takes {ours.start:g} to {ours.end:g}% of the namespace {ours.key}, and {theirs.experiment} in {other}"
            f" has {taken.start:g} to {taken.end:g}%, so that people would be in both."
        )
        raise _refused("namespace_overlap", problem, "Choose a part that is free.")


def _refused(code: str, problem: str, then: str) -> UemsError:
    return UemsError(code, f"{problem} {then}", status=422)
