"""Which arm of an experiment does somebody get? The order of questions is the one of every flag client, so all of them agree.

``compile_experiment`` reads an experiment once; what it gives is called for each subject.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, TypeAlias

from uems.experiments.flags.buckets import Hash, choose, forced_in_address, hash_of, hashable, in_namespace, in_range, ranges_of
from uems.experiments.flags.conditions import Attributes, Groups, Holds, compile_condition
from uems.experiments.flags.sticky import Documents, Kept, keep, kept_arm


@dataclass(slots=True, kw_only=True)
class Subject:
    """About whom it is asked.

    url: may force an arm by ``?<experiment>=<number>``. forced_arms, forced_values: by experiment and by flag. documents: sticky
    assignments, written to; None leaves stickiness out. enabled: whether experiments run at all. only_forced: nobody is assigned,
    forced arms apart.
    """

    attributes: Attributes
    url: str = ""
    forced_arms: Mapping[str, int] = field(default_factory=dict)
    forced_values: Mapping[str, object] = field(default_factory=dict)
    documents: Documents | None = None
    enabled: bool = True
    only_forced: bool = False


class Assignment(NamedTuple):
    """What an experiment gave. inside: False gives the first arm to somebody who does not take part. hashed: by their bucket.

    A tuple, as one is made for each flag that is evaluated.
    """

    arm: int
    key: str
    value: object
    inside: bool
    hashed: bool
    attribute: str
    hash_value: object
    place: float | None = None
    name: str = ""
    passthrough: bool = False
    sticky: bool = False


Met: TypeAlias = Callable[[Subject, tuple[str, ...]], bool]
"""Whether prerequisites are met, given the flags that are being evaluated already."""
Split: TypeAlias = Callable[[Subject, tuple[str, ...]], Assignment]
_OUT: Final = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class _Experiment:
    """An experiment as read; conditions and hashes are functions already."""

    key: str
    values: Sequence[object]
    keys: Sequence[str]
    known: Sequence[str | None]
    names: Sequence[str]
    passthrough: Sequence[bool]
    attribute: str
    fallback: str | None
    sticky: bool
    version: int
    least_version: int
    hashed: Hash | None
    ranges: Sequence[Sequence[float]]
    filters: Holds | None
    namespace: Sequence[object] | None
    condition: Holds | None
    met: Met | None
    active: bool
    forced: int | None

    def run(self, subject: Subject, trail: tuple[str, ...]) -> Assignment:
        attributes = subject.attributes
        attribute, hash_value = self.attribute, attributes.get(self.attribute)
        sticky = self.sticky and subject.documents is not None
        if sticky and self.fallback and not hashable(hash_value) and hashable(attributes.get(self.fallback)):
            attribute, hash_value = self.fallback, attributes.get(self.fallback)
        text = hashable(hash_value)

        def given(arm: int, *, hashed: bool = False, place: float | None = None, was_kept: bool = False) -> Assignment:
            inside = 0 <= arm < len(self.values)
            at = arm if inside else 0
            return Assignment(
                at, self.keys[at], self.values[at] if self.values else None, inside, hashed, attribute, hash_value if text else "",
                place, self.names[at], self.passthrough[at], was_kept,
            )  # fmt: skip

        if len(self.values) < 2 or not subject.enabled:
            return given(_OUT)
        if subject.url and (asked := forced_in_address(self.key, subject.url, len(self.values))) is not None:
            return given(asked)
        if self.key in subject.forced_arms:
            return given(subject.forced_arms[self.key])
        if not self.active or not text or self.hashed is None:
            return given(_OUT)
        kept = self._kept(subject) if sticky else Kept()
        if kept.arm < 0 and not self._takes_part(subject, text, trail):
            return given(_OUT)
        place = self.hashed(text)
        arm = kept.arm if kept.arm >= 0 else choose(place, self.ranges)
        if kept.blocked:
            return given(_OUT, was_kept=True)
        if arm < 0:
            return given(_OUT)
        if self.forced is not None:
            return given(self.forced)
        if subject.only_forced:
            return given(_OUT)
        found = given(arm, hashed=True, place=place, was_kept=kept.arm >= 0)
        if sticky and subject.documents is not None:
            keep(subject.documents, attribute, text, self.key, self.version, found.key)
        return found

    def _takes_part(self, subject: Subject, text: str, trail: tuple[str, ...]) -> bool:
        if self.filters is not None:
            if not self.filters(subject.attributes):
                return False
        elif self.namespace is not None and not in_namespace(text, self.namespace):
            return False
        return (self.condition is None or self.condition(subject.attributes)) and (self.met is None or self.met(subject, trail))

    def _kept(self, subject: Subject) -> Kept:
        assert subject.documents is not None
        return kept_arm(
            subject.documents,
            subject.attributes,
            self.key,
            attribute=self.attribute,
            fallback=self.fallback,
            version=self.version,
            least_version=self.least_version,
            arms=self.known,
        )


def compile_filters(filters: Sequence[Mapping[str, Any]]) -> Holds:
    """Whether attributes fall into every one of the filters, which is how namespaces of version 2 are written."""
    parts: list[tuple[str, Hash, Sequence[Sequence[float]]]] = []
    for one in filters:
        hashed = hash_of(one.get("seed") or "", one.get("hashVersion") or 2)
        if hashed is None:
            return lambda attributes: False
        parts.append((one.get("attribute") or "id", hashed, one.get("ranges") or ()))

    def inside(attributes: Attributes) -> bool:
        for attribute, hashed, ranges in parts:
            text = hashable(attributes.get(attribute))
            if not text:
                return False
            place = hashed(text)
            if not any(in_range(place, one) for one in ranges):
                return False
        return True

    return inside


def compile_experiment(given: Mapping[str, Any], key: str, groups: Groups, met: Met | None = None) -> Split:
    """A function that runs the experiment. given: as in the payload. key: its name where ``given`` has none."""
    values = given.get("variations") or []
    meta = [*(given.get("meta") or []), *({} for _ in values), {}][: max(1, len(values))]
    key = given.get("key") or key
    coverage, ranges = given.get("coverage"), given.get("ranges")
    return _Experiment(
        key=key,
        values=values,
        keys=[one.get("key") or str(number) for number, one in enumerate(meta)],
        known=[one.get("key") for one in meta],
        names=[one.get("name") or "" for one in meta],
        passthrough=[bool(one.get("passthrough")) for one in meta],
        attribute=given.get("hashAttribute") or "id",
        fallback=given.get("fallbackAttribute"),
        sticky=not given.get("disableStickyBucketing"),
        version=given.get("bucketVersion") or 0,
        least_version=given.get("minBucketVersion") or 0,
        hashed=hash_of(given.get("seed") or key, given.get("hashVersion") or 1),
        ranges=ranges if ranges else ranges_of(len(values), 1.0 if coverage is None else coverage, given.get("weights")),
        filters=compile_filters(given["filters"]) if given.get("filters") is not None else None,
        namespace=given.get("namespace"),
        condition=compile_condition(given["condition"], groups) if given.get("condition") else None,
        met=met,
        active=given.get("active") is not False and given.get("status") != "draft",
        forced=given.get("force") if "force" in given else None,
    ).run
