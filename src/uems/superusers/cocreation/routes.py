"""How are ideas posted, voted for and answered, voices kept with consent, beta groups filled, and advocates thanked?"""

from collections.abc import Iterable
from typing import Annotated, Final

from fastapi import Path, Query, Request

from uems.access.api import Access, guard, house_of
from uems.identity import api as identity
from uems.kernel.edge import Id, Page
from uems.kernel.errors import not_found
from uems.kernel.house import House
from uems.kernel.routing import Routes
from uems.kernel.scope import Scope
from uems.profiles import api as profiles
from uems.superusers.cocreation import bodies, groups, ideas, voices
from uems.superusers.cocreation.tagging import refresh_groups
from uems.superusers.cocreation.thanks import thank, thanks_of
from uems.superusers.referrals import bodies as referral_bodies
from uems.superusers.referrals import rewards, tree_reading
from uems.superusers.referrals.spec import KEY_PATTERN

router = Routes()
_BASE: Final = "/workspaces/{workspace}"
_READ, _WRITE, _PEOPLE = guard("superusers:read"), guard("superusers:write"), guard("people:read")
IdeaId = Annotated[Id, Path(description="Number of the idea.")]
VoiceId = Annotated[Id, Path(description="Number of the voice.")]
GroupKey = Annotated[str, Path(min_length=1, max_length=63, pattern=f"^{KEY_PATTERN}$", description="Key of the group.")]
PersonId = Annotated[Id, Path(description="Number of the person.")]


@router.get(_BASE + "/ideas")
def list_ideas(
    request: Request,
    access: Annotated[Access, _READ],
    state: Annotated[ideas.IdeaState | None, Query(description="Only in this state.")] = None,
) -> Page[bodies.IdeaBody]:
    """Ideas, those with most votes first; at most 200."""
    found = ideas.ideas_of(house_of(request).store, access.scope, state=state)
    return Page(items=_ideas(house_of(request), access, found))


@router.post(_BASE + "/ideas", status_code=201)
def post_idea(request: Request, access: Annotated[Access, _WRITE], body: bodies.IdeaPost) -> bodies.IdeaBody:
    """A new idea, of the team or of a person, as your product sends it with an API key."""
    house = house_of(request)
    person = _person(house, access.scope, body.user).person_id if body.user else None
    return _ideas(house, access, [ideas.post_idea(house.store, access, body.title, body.text, person)])[0]


@router.put(_BASE + "/ideas/{idea_id}/answer")
def answer_idea(request: Request, access: Annotated[Access, _WRITE], idea_id: IdeaId, body: bodies.IdeaAnswer) -> bodies.IdeaBody:
    """Say what becomes of it, and who is named for it."""
    house = house_of(request)
    credited = [_person(house, access.scope, one).person_id for one in body.credited]
    return _ideas(house, access, [ideas.answer_idea(house.store, access, idea_id, body.state, body.answer, credited)])[0]


@router.post(_BASE + "/ideas/{idea_id}/votes")
def vote_for_idea(request: Request, access: Annotated[Access, _WRITE], idea_id: IdeaId, body: bodies.IdeaVote) -> bodies.IdeaBody:
    """Count a person's vote, once however often it is sent; or take it back."""
    house = house_of(request)
    person = _person(house, access.scope, body.user)
    return _ideas(house, access, [ideas.vote(house.store, access, idea_id, person, given=body.given)])[0]


@router.get(_BASE + "/voices")
def list_voices(
    request: Request,
    access: Annotated[Access, _PEOPLE],
    quotable: Annotated[bool, Query(description="Only what may be quoted now.")] = False,
) -> Page[bodies.VoiceBody]:
    """Reviews and stories, the latest first; at most 200."""
    house = house_of(request)
    found = voices.voices_of(house.store, access.scope, quotable=quotable)
    people = _shown(house, access.scope, (one.person_id for one in found))
    return Page(items=[bodies.VoiceBody.of(one, people) for one in found])


@router.post(_BASE + "/voices", status_code=201)
def add_voice(request: Request, access: Annotated[Access, _WRITE], body: bodies.VoicePost) -> bodies.VoiceBody:
    """What somebody said of us, in their own words."""
    house = house_of(request)
    person = _person(house, access.scope, body.user).person_id
    made = voices.add_voice(house.store, access, person, body.kind, body.title, body.text, body.rating, body.consent_note)
    return bodies.VoiceBody.of(made, {})


@router.post(_BASE + "/voices/{voice_id}/consent")
def change_voice_consent(
    request: Request, access: Annotated[Access, _WRITE], voice_id: VoiceId, body: bodies.VoiceConsent
) -> bodies.VoiceBody:
    """They agree to be quoted, or not any more; what is withdrawn is not quotable from this moment."""
    found = voices.change_consent(house_of(request).store, access, voice_id, given=body.given, note=body.note)
    return bodies.VoiceBody.of(found, {})


@router.get(_BASE + "/beta-groups")
def list_beta_groups(request: Request, access: Annotated[Access, _READ]) -> Page[bodies.BetaGroupBody]:
    """All groups, with how many people are in which state."""
    found = groups.groups_of(house_of(request).store, access.scope)
    return Page(items=[bodies.BetaGroupBody.of(one) for one in found])


@router.put(_BASE + "/beta-groups/{key}", status_code=204)
def put_beta_group(request: Request, access: Annotated[Access, _WRITE], key: GroupKey, body: bodies.BetaGroupSave) -> None:
    """Make a group, or change its words."""
    groups.save_group(house_of(request).store, access, key, body.name, body.description)


@router.get(_BASE + "/beta-groups/{key}/members")
def list_beta_members(request: Request, access: Annotated[Access, _PEOPLE], key: GroupKey) -> Page[bodies.BetaMemberBody]:
    """Who was invited and what they said, the latest first; at most 1,000."""
    house = house_of(request)
    found = groups.members_of(house.store, access.scope, key=key)
    people = _shown(house, access.scope, (one.person_id for one in found))
    return Page(items=[bodies.BetaMemberBody.of(one, people) for one in found])


@router.post(_BASE + "/beta-groups/{key}/members")
def turn_beta_member(
    request: Request, access: Annotated[Access, _WRITE], key: GroupKey, body: bodies.BetaMemberTurn
) -> bodies.BetaMemberBody:
    """Invite somebody, or write down what they said. The tags ``beta_groups`` and ``beta_invited`` say so at once."""
    house = house_of(request)
    person = _person(house, access.scope, body.user)
    turned = groups.turn_member(house.store, access, key, person, body.state)
    refresh_groups(house, access.scope, access.now)
    return bodies.BetaMemberBody.of(turned, {})


@router.get(_BASE + "/advocates/{person_id}")
def get_advocate(request: Request, access: Annotated[Access, _PEOPLE], person_id: PersonId) -> bodies.AdvocateRecord:
    """What one person contributed, and how we thanked them."""
    house, scope = house_of(request), access.scope
    person = identity.person(house.store, scope, person_id)
    nodes = person.node_ids
    [row] = [profiles.PersonRow.of(one) for one in profiles.profiles_now(house, scope, [person.person_id])]
    mine = dict.fromkeys(nodes, row)
    place = tree_reading.place_of(house, scope, person.stored_ids)
    return bodies.AdvocateRecord(
        person=row,
        ideas=_ideas(house, access, ideas.ideas_of(house.store, scope, nodes=nodes)),
        votes=ideas.votes_by(house.store, scope, nodes),
        voices=[bodies.VoiceBody.of(one, mine) for one in voices.voices_of(house.store, scope, nodes=nodes)],
        groups=[bodies.BetaMemberBody.of(one, mine) for one in groups.members_of(house.store, scope, nodes=nodes)],
        brought=referral_bodies.ReferralNode.of(place.node, mine) if place else None,
        rewards=[
            referral_bodies.ReferralReward.of(one, mine) for one in rewards.rewards_of(house.store, scope, person_id=person.person_id)
        ],
        thanks=[bodies.ThanksBody.of(one) for one in thanks_of(house.store, scope, nodes)],
        currency=scope.currency,
    )


@router.post(_BASE + "/advocates/{person_id}/thanks")
def thank_advocate(
    request: Request, access: Annotated[Access, _WRITE], person_id: PersonId, body: bodies.ThanksPost
) -> Page[bodies.ThanksBody]:
    """Write down how somebody was thanked, and what for; gives all thanks to them."""
    house, scope = house_of(request), access.scope
    person = identity.person(house.store, scope, person_id)
    thank(house.store, access, person.person_id, body.how, body.what_for)
    return Page(items=[bodies.ThanksBody.of(one) for one in thanks_of(house.store, scope, person.node_ids)])


def _person(house: House, scope: Scope, user: bodies.AdvocateUser) -> identity.Person:
    found = identity.find_person(house.store, scope, user.kind, user.value)
    if found is None:
        raise not_found("person", user.value[:100])
    return found


def _ideas(house: House, access: Access, found: list[ideas.Idea]) -> list[bodies.IdeaBody]:
    """With the people behind them only for whoever may see people."""
    numbers = {number for one in found for number in (one.person_id, *one.credited) if number is not None}
    people = _shown(house, access.scope, numbers) if "people:read" in access.actor.permissions else {}
    return [bodies.IdeaBody.of(one, people) for one in found]


def _shown(house: House, scope: Scope, numbers: Iterable[int]) -> dict[int, profiles.PersonRow]:
    wanted = sorted(set(numbers))
    rows = {one.person_id: profiles.PersonRow.of(one) for one in profiles.profiles_now(house, scope, wanted)}
    owners = identity.people_of(house.store, scope, wanted)
    return {number: rows[owners[number].person_id] for number in wanted if number in owners and owners[number].person_id in rows}
