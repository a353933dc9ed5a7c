"""How are flags kept as documents? A document says all of a flag; how far a roll-out has got by itself is no part of it.

kind: flag
key: checkout
name: Checkout
owner: pay team
state: on            # left out: it stays as it is, and a new one is off
accept_moves: true   # left out: a change by which people of an experiment get another arm is refused
spec: {...}          # as the API gives it
"""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import BaseModel, Field
from sqlalchemy import Connection

from uems.access.api import Access
from uems.experiments.flags import definitions
from uems.experiments.flags.checking import check_together
from uems.experiments.flags.definitions import Flag
from uems.experiments.flags.spec import FLAG_PATTERN, FlagDraft, FlagSpec, ForceRule, Rule
from uems.experiments.flags.targeting import parse_targeting
from uems.experiments.tables import flags
from uems.kernel.edge import Body, Clean, Name
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.segments.api import After, Fault, FieldChange, Standing, field_changes, named_in


class FlagDocument(Body):
    """state, accept_moves: see the module."""

    key: str
    name: Name
    description: Annotated[str, Field(max_length=5_000), Clean] = ""
    owner: Annotated[str, Field(max_length=200), Clean] = ""
    state: Literal["on", "off"] | None = None
    accept_moves: bool = False
    spec: FlagSpec


class FlagDocuments:
    """Documents of kind ``flag``."""

    kind: Final = "flag"
    permission: Final = "experiments"
    key_pattern: Final = FLAG_PATTERN
    Document: ClassVar[type[BaseModel]] = FlagDocument

    def standing(self, conn: Connection, scope: Scope) -> Mapping[str, Standing]:
        query = definitions.all_flags().where(flags.c.workspace_id == scope.workspace_id)
        found = [definitions.flag_of(row) for row in conn.execute(query).mappings()]
        return {one.key: _standing(one) for one in found}

    def changes(self, document: Any, before: Standing | None) -> tuple[FieldChange, ...]:
        old = None if before is None else before.facts
        wanted = _shown(_draft(document, old), document.state or (old.state if old and old.state != "archived" else "off"))
        return field_changes(None if old is None else _shown(_as_draft(old), old.state), wanted)

    def faults(self, house: House, scope: Scope, key: str, document: Any, before: Standing | None, after: After) -> list[Fault]:
        old: Flag | None = None if before is None else before.facts
        spec = _draft(document, old).spec
        found = _unanswerable(spec, after)
        if old is not None and old.state != "archived" and old.spec.value_type != spec.value_type:
            message = f"spec.value_type is {spec.value_type}; {key} answers {old.spec.value_type}, on which programs rely. Make a new flag."
            found.append(Fault(path="spec.value_type", code="flag_type_fixed", message=message))
        try:
            check_together(key, spec, _others(house, scope, key, after))
            if old is not None and old.state == "on" and not document.accept_moves:
                definitions.refuse_moves(key, old.spec, spec)
        except UemsError as error:
            found.append(Fault(path="spec", code=error.code, message=error.message))
        return found

    def parting(self, before: Standing) -> tuple[tuple[FieldChange, ...], list[Fault]]:
        on = before.facts.state == "on"
        return ((FieldChange(field="state", before="on", after="archived"),) if on else ()), []

    def prepare(self, house: House, access: Access, document: Any) -> None:
        """There is nothing to be done before."""

    def write(self, conn: Connection, access: Access, key: str, document: Any) -> None:
        known = self.standing(conn, access.scope).get(key)
        draft = _draft(document, None if known is None else known.facts)
        # Whether they go together was asked of all documents at once; one by one, the first would lack what the next one brings.
        saved = definitions.write_flag(conn, access, key, draft, accept_moves=True, together=False)
        if document.state is not None and saved.state != document.state:
            definitions.turn_in(conn, access, key, document.state)

    def archive(self, conn: Connection, access: Access, key: str) -> None:
        definitions.turn_in(conn, access, key, "archived")

    def lock_name(self, workspace_id: int) -> str:
        return f"flags:{workspace_id}"


DOCUMENTS: Final = (FlagDocuments(),)


def _standing(one: Flag) -> Standing:
    body: dict[str, Any] = {"name": one.name}
    body |= {name: value for name, value in (("description", one.description), ("owner", one.owner)) if value}
    if one.state != "archived":
        body["state"] = one.state
    body["spec"] = _written(one.spec)
    return Standing(name=one.name, body=body, archived=one.state == "archived", facts=one)


def _written(spec: FlagSpec) -> dict[str, Any]:
    """As it is written, without what is usual but the kinds of its rules."""
    said = spec.model_dump(mode="json", exclude_defaults=True)
    return {**said, "value_type": spec.value_type, "default": spec.default}


def _as_draft(flag: Flag) -> FlagDraft:
    return FlagDraft(name=flag.name, description=flag.description, owner=flag.owner, spec=flag.spec)


def _draft(document: FlagDocument, old: Flag | None) -> FlagDraft:
    known = {} if old is None else {rule.id: rule for rule in old.spec.rules}
    rules = [_carried(rule, known.get(rule.id)) for rule in document.spec.rules]
    spec = document.spec.model_copy(update={"rules": rules})
    return FlagDraft(name=document.name, description=document.description, owner=document.owner, spec=spec)


def _carried(rule: Rule, old: Rule | None) -> Rule:
    """The rule with what its roll-out has come to since, where the steps are the same."""
    if not isinstance(rule, ForceRule) or not isinstance(old, ForceRule) or rule.ramp is None or old.ramp is None:
        return rule
    return rule.model_copy(update={"ramp": old.ramp, "percent": old.percent}) if rule.ramp.steps == old.ramp.steps else rule


def _shown(draft: FlagDraft, state: str) -> dict[str, Any]:
    more = {name: value for name, value in (("description", draft.description), ("owner", draft.owner)) if value}
    return {"name": draft.name, **more, "state": state, "spec": _written(draft.spec)}


def _unanswerable(spec: FlagSpec, after: After) -> list[Fault]:
    """Conditions that no client could answer, and segments that there will not be."""
    found = []
    for place, rule in enumerate(spec.rules):
        if rule.condition is None:
            continue
        path = f"spec.rules[{place}].condition"
        try:
            parse_targeting(rule.condition)
        except UemsError as error:
            found.append(Fault(path=path, code=error.code, message=error.message))
        lacking = sorted(named_in(rule.condition, "segment") - set(after.segments))
        if lacking:
            message = f"{path} asks for the segment {lacking[0]}, which does not exist; write its document too, or name another."
            found.append(Fault(path=path, code="bad_filter", message=message))
    return found


def _others(house: House, scope: Scope, key: str, after: After) -> dict[str, FlagSpec]:
    """All other flags as they will be."""
    gone = {one for kind, one in after.documents.archived if kind == FlagDocuments.kind}
    standing = {one.key: one.spec for one in definitions.list_flags(house.store, scope)}
    written = after.documents.rooms.get(FlagDocuments.kind, {})
    wanted = {name: one.spec for name, one in written.items() if isinstance(one, FlagDocument)}
    return {name: spec for name, spec in {**standing, **wanted}.items() if name != key and name not in gone}
