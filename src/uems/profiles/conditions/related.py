"""Whom did they invite, or who invited them, and who of those fulfils a condition of their own?"""

from collections.abc import Callable, Sequence

from uems.identity import api as identity
from uems.kernel.filters import At, Grammar, Matching, Node, Reading, Writing
from uems.kernel.sql import Sql
from uems.profiles.conditions.asking import Asking, Value
from uems.profiles.conditions.kind import Edge, PeopleFields, PersonCheck, PersonKind, PersonRecord, a_count, an_object, keys_are
from uems.profiles.conditions.model import Related


class RelatedKind(PersonKind[Related]):
    """``{"related": {"kind": "invited", "at_least": 2, "who": {...}}}``. grammar: gives the grammar that ``who`` is written in."""

    key = "related"
    node = Related

    def __init__(self, grammar: Callable[[], Grammar]) -> None:
        self._grammar = grammar

    def read(self, body: object, reading: Reading) -> Related:
        given = an_object(body, reading)
        keys_are(given, ("kind", "at_least", "who"), reading)
        kind = given.get("kind", "invited")
        if kind not in ("invited", "invited_by"):
            raise reading.inside(".kind").wrong("must be invited or invited_by.")
        who = given.get("who")
        inner = reading.inside(".who").node(who) if who is not None else None
        return Related(kind=kind, at_least=a_count(given, "at_least", reading, least=1, most=1_000_000, default=1), who=inner)

    def write(self, node: Related, grammar: Grammar) -> object:
        body: dict[str, object] = {"kind": node.kind, "at_least": node.at_least}
        if node.who is not None:
            kind = grammar.kind_of(node.who, "who")
            body["who"] = {kind.key: kind.write(node.who, grammar)}
        return body

    def ask(self, node: Related, asking: Asking) -> Value:
        source = asking.source("relations" if node.kind == "invited" else "relations_back")
        other = source.named(other_now(asking))
        source.need(Sql("kind = 'invited'"))
        counted = Sql(f"uniqExact({other})")
        if node.who is not None:
            # The others may be anybody, also when only some people are asked about.
            prefix = f"{asking.params.prefix}w{len(asking.params.values)}_"
            everybody = Asking(asking.house, asking.scope, asking.at, prefix=prefix, beside=asking)
            fields = PeopleFields(person_sql=other, asking=everybody)
            inside = Writing(grammar=self._grammar(), fields=fields, params=everybody.params, at=asking.at).sql(node.who)
            asking.params.values.update(everybody.params.values)
            counted = Sql(f"uniqExactIf({other}, {inside})")
        return Value(source=source, sql=Sql(f"{counted} >= {node.at_least}"), quote=Sql(f"toInt64({counted})"))

    def check(self, node: Related, at: At, grammar: Grammar) -> PersonCheck:
        who = Matching(grammar=grammar, fields=_nobody(), at=at).matcher(node.who) if node.who is not None else lambda record: True

        def holds(record: PersonRecord) -> bool:
            others = record.invited if node.kind == "invited" else record.invited_by
            return len({other.person for other in others if who(other)}) >= node.at_least

        return holds

    def inner(self, node: Related) -> Sequence[Node]:
        return () if node.who is None else (node.who,)

    def edges(self, node: Related, asking: Asking) -> Sequence[Edge]:
        return ()  # those of ``who`` are found through ``inner``


def _nobody() -> PeopleFields:
    """What a matcher is made with: it looks at records, so there is neither a column nor an evaluation."""
    return PeopleFields(person_sql=Sql(""), asking=None)


def other_now(asking: Asking) -> Sql:
    """The other end of a relation as the person it is now, for rows with other_node_id and other_person_id."""
    if not identity.has_overrides(asking.house.store, asking.scope):
        return Sql("other_person_id")
    known = identity.overrides(asking.scope)
    return Sql(
        f"if(other_node_id GLOBAL IN (SELECT node_id FROM {known}),"
        f" transform(other_node_id, (SELECT groupArray(node_id) FROM (SELECT * FROM {known} ORDER BY node_id)),"
        f" (SELECT groupArray(current) FROM (SELECT * FROM {known} ORDER BY node_id)), other_person_id), other_person_id)"
    )
