"""How are programmes made, codes issued and redeemed, rewards given, and the tree looked at? The link itself anybody may open."""

from collections.abc import Iterable
from typing import Annotated, Any, Final

from fastapi import Path, Query, Request
from fastapi.responses import RedirectResponse, Response

from uems.access.api import Access, Visitor, guard, house_of, public
from uems.identity import api as identity
from uems.kernel.edge import MAX_INT, Clean, Cursor, Id, Limit, Page, decode_cursor, encode_cursor
from uems.kernel.errors import invalid, not_found
from uems.kernel.house import House
from uems.kernel.routing import Routes
from uems.kernel.scope import Scope
from uems.outreach import api as outreach
from uems.profiles import api as profiles
from uems.superusers.referrals import bodies, codes, programmes, redeeming, reporting, rewards, tree_reading
from uems.superusers.referrals.marks import marks_of
from uems.superusers.referrals.model import ReferralState, RewardState
from uems.superusers.referrals.settings import rules_of, save_rules
from uems.superusers.referrals.spec import KEY_PATTERN
from uems.superusers.referrals.tree_making import facts_of, refresh_tree

router = Routes()
_BASE: Final = "/workspaces/{workspace}"
_READ, _WRITE, _PEOPLE = guard("superusers:read"), guard("superusers:write"), guard("people:read")
Token = Annotated[str, Path(min_length=3, max_length=60, pattern=r"^[0-9A-Z]+-[0-9A-Z]+$", description="Code and signature of a link.")]
Programme = Annotated[str, Path(min_length=1, max_length=63, pattern=f"^{KEY_PATTERN}$", description="Key of the programme.")]
CodeName = Annotated[str, Path(min_length=1, max_length=20, description="The code."), Clean]
PersonId = Annotated[Id, Path(description="Number of the person.")]
OfPerson = Annotated[Id | None, Query(description="Only of this person.", le=MAX_INT)]
_AWAY: Final[dict[int | str, dict[str, Any]]] = {302: {"description": "To the target of the programme."}}
_EXPECTED: Final = "lifetime_value"


@router.get("/r/{token}", response_class=Response, responses=_AWAY)
def follow_referral(request: Request, visitor: Annotated[Visitor, public()], token: Token) -> Response:
    """Where a personal link leads: the target of its programme, with ``ref`` and ``ref_click`` added. No cookie is set."""
    address = codes.follow(house_of(request), token, visitor.address, visitor.now, seen=not _looks_ahead(request, visitor))
    return RedirectResponse(address, status_code=302, headers={"cache-control": "no-store", "referrer-policy": "no-referrer"})


@router.get(_BASE + "/referral-programmes")
def list_referral_programmes(request: Request, access: Annotated[Access, _READ]) -> bodies.ReferralProgrammes:
    """All programmes with what each has brought."""
    house, scope = house_of(request), access.scope
    counts = reporting.counts_of(house.store, scope)
    items = [
        bodies.ReferralProgramme.of(one, counts.get(one.key), takes_codes=one.takes_codes(scope, access.now))
        for one in programmes.programmes(house.store, scope)
    ]
    waiting = reporting.waiting_of(house.store, scope)
    return bodies.ReferralProgrammes(items=items, waiting=waiting, roles_missing=list(reporting.roles_missing(house, scope)))


@router.get(_BASE + "/referral-programmes/{key}")
def get_referral_programme(request: Request, access: Annotated[Access, _READ], key: Programme) -> bodies.ReferralWhole:
    """One programme with all its versions."""
    house = house_of(request)
    return _whole(house, access, programmes.programme(house.store, access.scope, key))


@router.put(_BASE + "/referral-programmes/{key}")
def put_referral_programme(
    request: Request, access: Annotated[Access, _WRITE], key: Programme, body: bodies.ReferralSave
) -> bodies.ReferralWhole:
    """Make it as a draft, or change it; a change counts at once, also for what is under way."""
    house = house_of(request)
    return _whole(house, access, programmes.save_programme(house.store, access, key, body.spec, body.base_version))


@router.post(_BASE + "/referral-programmes/{key}/state")
def turn_referral_programme(
    request: Request, access: Annotated[Access, _WRITE], key: Programme, body: bodies.ReferralTurn
) -> bodies.ReferralWhole:
    """Begin it, pause it or end it."""
    house = house_of(request)
    return _whole(house, access, programmes.turn_programme(house.store, access, key, body.state))


@router.post(_BASE + "/referral-programmes/{key}/codes")
def issue_referral_code(
    request: Request, access: Annotated[Access, _WRITE], key: Programme, body: bodies.ReferralIssue
) -> bodies.ReferralCode:
    """The code and link of a person: the one they have, or a new one."""
    house, scope = house_of(request), access.scope
    person = _person(house, scope, body)
    known = marks_of(house.settings, scope.workspace_id, body.facts.facts(), ())
    found = codes.issue_code(house.store, access, key, person.person_id, known)
    return bodies.ReferralCode.of(found, codes.Links(house.settings), {})


@router.get(_BASE + "/referral-codes")
def list_referral_codes(
    request: Request,
    access: Annotated[Access, _PEOPLE],
    programme: Annotated[str | None, Query(max_length=63, description="Only of this programme.")] = None,
    person_id: OfPerson = None,
    limit: Limit = 100,
) -> Page[bodies.ReferralCode]:
    """Codes, those whose links were opened most first."""
    house, scope = house_of(request), access.scope
    found = codes.codes_of(house.store, scope, key=programme, person_id=person_id, limit=limit)
    people = _shown(house, scope, (one.person_id for one in found))
    links = codes.Links(house.settings)
    return Page(items=[bodies.ReferralCode.of(one, links, people) for one in found])


@router.post(_BASE + "/referral-codes/{code}/state")
def turn_referral_code(
    request: Request, access: Annotated[Access, _WRITE], code: CodeName, body: bodies.ReferralCodeTurn
) -> bodies.ReferralCode:
    """Stop one code, or let it count again."""
    house = house_of(request)
    found = codes.turn_code(house.store, access, code, active=body.active)
    return bodies.ReferralCode.of(found, codes.Links(house.settings), {})


@router.post(_BASE + "/referral-redemptions")
def redeem_referral(request: Request, access: Annotated[Access, _WRITE], body: bodies.ReferralRedeem) -> bodies.ReferralOutcome:
    """Somebody came by a code. Decided once for each person: again, or with another code, gives what was decided then."""
    house = house_of(request)
    user = (body.user.kind, body.user.value)
    found = redeeming.redeem(house, access.scope, body.code, body.click, user, body.facts.facts(), access.now)
    said = bodies.ReferralBody.of(found.referral) if found.referral else None
    return bodies.ReferralOutcome(referral=said, again=found.again)


@router.get(_BASE + "/referrals")
def list_referrals(
    request: Request,
    access: Annotated[Access, _PEOPLE],
    programme: Annotated[str | None, Query(max_length=63, description="Only of this programme.")] = None,
    state: Annotated[ReferralState | None, Query(description="Only of whom this became.")] = None,
    person_id: OfPerson = None,
    cursor: Cursor | None = None,
    limit: Limit = 50,
) -> Page[bodies.ReferralBody]:
    """People who came by a code, the latest first."""
    house, scope = house_of(request), access.scope
    before = decode_cursor(cursor, int)[0] if cursor else None
    found = reporting.referrals_of(house.store, scope, key=programme, state=state, person_id=person_id, before=before, limit=limit + 1)
    shown = found[:limit]
    people = _shown(house, scope, (number for one in shown for number in (one.person_id, one.inviter_id)))
    following = encode_cursor(shown[-1].referral_id) if len(found) > limit else None
    return Page(items=[bodies.ReferralBody.of(one, people) for one in shown], next_cursor=following)


@router.get(_BASE + "/referral-rewards")
def list_referral_rewards(
    request: Request,
    access: Annotated[Access, _PEOPLE],
    state: Annotated[RewardState | None, Query(description="Only in this state.")] = None,
    refunded: Annotated[bool, Query(description="Only those whose order was paid back since.")] = False,
    person_id: OfPerson = None,
    cursor: Cursor | None = None,
    limit: Limit = 50,
) -> Page[bodies.ReferralReward]:
    """The ledger of rewards, the latest first."""
    house, scope = house_of(request), access.scope
    before = decode_cursor(cursor, int)[0] if cursor else None
    found = rewards.rewards_of(house.store, scope, state=state, refunded=refunded, person_id=person_id, before=before, limit=limit + 1)
    shown = found[:limit]
    people = _shown(house, scope, (one.person_id for one in shown))
    following = encode_cursor(shown[-1].reward_id) if len(found) > limit else None
    return Page(items=[bodies.ReferralReward.of(one, people) for one in shown], next_cursor=following)


@router.post(_BASE + "/referral-rewards/turns")
def turn_referral_rewards(
    request: Request, access: Annotated[Access, guard("superusers:approve")], body: bodies.ReferralRewardTurn
) -> bodies.ReferralRewardTurned:
    """Say that rewards were paid, will not be, or were taken back."""
    found = rewards.turn_rewards(house_of(request).store, access, body.reward_ids, body.state, body.note)
    return bodies.ReferralRewardTurned.of(found)


@router.get(_BASE + "/referral-rewards/{reward_id}/steps")
def get_referral_reward_steps(request: Request, access: Annotated[Access, _READ], reward_id: Id) -> Page[bodies.ReferralRewardStep]:
    """What became of one reward, in order."""
    found = rewards.steps_of(house_of(request).store, access.scope, reward_id)
    return Page(items=[bodies.ReferralRewardStep.of(one) for one in found])


@router.get(_BASE + "/referral-rules")
def get_referral_rules(request: Request, access: Annotated[Access, _READ]) -> bodies.ReferralRulesBody:
    """How what people spend is credited to who brought them."""
    return bodies.ReferralRulesBody(**rules_of(house_of(request).store, access.scope).model_dump())


@router.put(_BASE + "/referral-rules")
def put_referral_rules(request: Request, access: Annotated[Access, _WRITE], body: bodies.ReferralRulesBody) -> bodies.ReferralRulesBody:
    """Credit by these from the next making of the tree on."""
    save_rules(house_of(request).store, access, body)
    return body


@router.get(_BASE + "/referral-tree")
def get_referral_tree(
    request: Request, access: Annotated[Access, _PEOPLE], cursor: Cursor | None = None, limit: Limit = 50
) -> bodies.ReferralTree:
    """What the whole tree of word of mouth comes to, and its tops."""
    house, scope = house_of(request), access.scope
    facts = facts_of(house, scope)
    found = _branch(house, scope, 0, cursor, limit)
    return bodies.ReferralTree(facts=bodies.ReferralTreeFacts.of(facts) if facts else None, roots=found, currency=scope.currency)


@router.post(_BASE + "/referral-tree")
def make_referral_tree(request: Request, access: Annotated[Access, _WRITE]) -> bodies.ReferralTree:
    """Make it anew now; else it is within minutes of a change, and each day."""
    house, scope = house_of(request), access.scope
    refresh_tree(house, scope, access.now, anyway=True)
    facts = facts_of(house, scope)
    found = _branch(house, scope, 0, None, 50) if "people:read" in access.actor.permissions else _NOBODY
    return bodies.ReferralTree(facts=bodies.ReferralTreeFacts.of(facts) if facts else None, roots=found, currency=scope.currency)


@router.get(_BASE + "/referral-tree/{person_id}")
def get_referral_place(
    request: Request, access: Annotated[Access, _PEOPLE], person_id: PersonId, limit: Limit = 50
) -> bodies.ReferralPlace:
    """One person in the tree: the way up to the root, and whom they brought."""
    house, scope = house_of(request), access.scope
    found = tree_reading.place(house, scope, person_id)
    numbers = [one.person_id for one in (*found.above, found.node)] if found else []
    number = found.node.person_id if found else person_id
    people = _shown(house, scope, numbers)
    below = _branch(house, scope, number, None, limit) if found else _NOBODY
    return bodies.ReferralPlace.of(found, below, people, _expected(house, scope, number), scope.currency)


@router.get(_BASE + "/referral-tree/{person_id}/below")
def list_referral_branch(
    request: Request, access: Annotated[Access, _PEOPLE], person_id: PersonId, cursor: Cursor | None = None, limit: Limit = 50
) -> bodies.ReferralBranch:
    """Whom a person brought, those with most below first, some at a time."""
    return _branch(house_of(request), access.scope, person_id, cursor, limit)


_NOBODY: Final = bodies.ReferralBranch(items=[], next_cursor=None)


def _branch(house: House, scope: Scope, person_id: int, cursor: str | None, limit: int) -> bodies.ReferralBranch:
    after = decode_cursor(cursor, int)[0] if cursor else -1
    found = tree_reading.children(house, scope, person_id, after=after, limit=limit + 1)
    shown = found[:limit]
    people = _shown(house, scope, (one.person_id for one in shown))
    following = encode_cursor(shown[-1].rank) if len(found) > limit else None
    return bodies.ReferralBranch(items=[bodies.ReferralNode.of(one, people) for one in shown], next_cursor=following)


def _whole(house: House, access: Access, one: programmes.Programme) -> bodies.ReferralWhole:
    scope = access.scope
    head = bodies.ReferralProgramme.of(
        one, reporting.counts_of(house.store, scope).get(one.key), takes_codes=one.takes_codes(scope, access.now)
    )
    past = [bodies.ReferralVersion.of(each) for each in programmes.versions_of(house.store, scope, one.key)]
    return bodies.ReferralWhole(**dict(head), versions=past)


def _person(house: House, scope: Scope, body: bodies.ReferralIssue) -> identity.Person:
    if (body.user is None) == (body.person_id is None):
        raise invalid("user", "both or neither", "send user or person_id, one of them.")
    if body.person_id is not None:
        return identity.person(house.store, scope, body.person_id)
    assert body.user is not None
    found = identity.find_person(house.store, scope, body.user.kind, body.user.value)
    if found is None:
        raise not_found("person", body.user.value[:100])
    return found


def _shown(house: House, scope: Scope, numbers: Iterable[int]) -> dict[int, profiles.PersonRow]:
    """How people are shown, by every number that was asked for."""
    wanted = sorted(set(numbers))
    rows = {one.person_id: profiles.PersonRow.of(one) for one in profiles.profiles_now(house, scope, wanted)}
    owners = identity.people_of(house.store, scope, wanted)
    return {number: rows[owners[number].person_id] for number in wanted if number in owners and owners[number].person_id in rows}


def _expected(house: House, scope: Scope, person_id: int) -> float | None:
    number = identity.person(house.store, scope, person_id).person_id
    values = profiles.tags_of(house, scope, [number])[number]
    found = next((one.value for one in values if one.tag == _EXPECTED), None)
    return float(found) if isinstance(found, (int, float)) else None


def _looks_ahead(request: Request, visitor: Visitor) -> bool:
    """Whether a machine asks, which only looks what is behind the link."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    return request.method == "HEAD" or bool(outreach.machine(headers, None, visitor.now, "click"))
