"""What do ideas, voices, beta groups and the record of an advocate look like over HTTP?"""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from uems.kernel.edge import Body, Clean, Count, Id, Key, Name
from uems.profiles.api import PersonRow
from uems.superusers.cocreation.groups import BetaGroup, BetaMember, MemberState
from uems.superusers.cocreation.ideas import Idea, IdeaState
from uems.superusers.cocreation.thanks import How, Thanks
from uems.superusers.cocreation.voices import Voice, VoiceKind
from uems.superusers.referrals.bodies import ReferralNode, ReferralReward, Shown

Words = Annotated[str, Field(max_length=10_000), Clean]
Short = Annotated[str, Field(max_length=500), Clean]


class AdvocateUser(Body):
    """Somebody by one of their ids."""

    kind: Annotated[str, Field(min_length=1, max_length=50), Clean] = "user_id"
    value: Key


class IdeaPost(Body):
    """user: whose idea it is; null for the team's own."""

    title: Name
    text: Words = ""
    user: AdvocateUser | None = None


class IdeaAnswer(Body):
    """answer: ours to whoever had it; needed to decline. credited: users who are named beside the author, instead of those before."""

    state: IdeaState
    answer: Words = ""
    credited: Annotated[list[AdvocateUser], Field(max_length=100)] = Field(default_factory=list)


class IdeaVote(Body):
    """given: false takes the vote back."""

    user: AdvocateUser
    given: bool = True


class IdeaBody(Body):
    """person, credited: the author and who is named beside them, where whoever asks may see people."""

    idea_id: Id
    title: str
    text: str
    state: IdeaState
    answer: str
    votes: Count
    own: bool
    person: PersonRow | None
    credited: list[PersonRow]
    created_at: datetime
    changed_at: datetime
    changed_by: str

    @staticmethod
    def of(one: Idea, people: Shown) -> "IdeaBody":
        names = ("idea_id", "title", "text", "state", "answer", "votes", "created_at", "changed_at", "changed_by")
        return IdeaBody(
            **{name: getattr(one, name) for name in names},
            own=one.person_id is None,
            person=people.get(one.person_id) if one.person_id is not None else None,
            credited=[people[number] for number in one.credited if number in people],
        )


class VoicePost(Body):
    """consent_note: how they agreed to be quoted; "" where they did not."""

    user: AdvocateUser
    kind: VoiceKind = "review"
    title: Annotated[str, Field(max_length=200), Clean] = ""
    text: Annotated[str, Field(min_length=1, max_length=10_000), Clean]
    rating: Annotated[int, Field(ge=1, le=5)] | None = None
    consent_note: Short = ""


class VoiceConsent(Body):
    """given: whether it may be quoted from now on. note: how they said so; needed to give it."""

    given: bool
    note: Short = ""


class VoiceBody(Body):
    voice_id: Id
    kind: VoiceKind
    title: str
    text: str
    rating: int | None
    quotable: bool
    consented_at: datetime | None
    withdrawn_at: datetime | None
    consent_note: str
    created_at: datetime
    person: PersonRow | None

    @staticmethod
    def of(one: Voice, people: Shown) -> "VoiceBody":
        names = [name for name in VoiceBody.model_fields if name not in ("person", "quotable")]
        return VoiceBody(**{name: getattr(one, name) for name in names}, quotable=one.quotable, person=people.get(one.person_id))


class BetaGroupSave(Body):
    name: Name
    description: Words = ""


class BetaGroupBody(Body):
    """states: how many people are invited, accepted, declined or left."""

    key: str
    name: str
    description: str
    states: dict[MemberState, Count]
    changed_at: datetime

    @staticmethod
    def of(one: BetaGroup) -> "BetaGroupBody":
        return BetaGroupBody(**{name: getattr(one, name) for name in BetaGroupBody.model_fields})


class BetaMemberTurn(Body):
    """invited: they are asked. The others: what they said, or that they left."""

    user: AdvocateUser
    state: MemberState = "invited"


class BetaMemberBody(Body):
    group: str
    state: MemberState
    invited_at: datetime
    changed_at: datetime
    person: PersonRow | None

    @staticmethod
    def of(one: BetaMember, people: Shown) -> "BetaMemberBody":
        return BetaMemberBody(
            group=one.key, state=one.state, invited_at=one.invited_at, changed_at=one.changed_at, person=people.get(one.person_id)
        )


class ThanksPost(Body):
    """how: in which way somebody was thanked. what_for: for what, in words."""

    how: How
    what_for: Annotated[str, Field(min_length=1, max_length=500), Clean]


class ThanksBody(Body):
    how: How
    what_for: str
    at: datetime
    by: str

    @staticmethod
    def of(one: Thanks) -> "ThanksBody":
        return ThanksBody(how=one.how, what_for=one.what_for, at=one.at, by=one.by)


class AdvocateRecord(Body):
    """What somebody contributed, and how we thanked them. brought: their place in the tree of word of mouth, null outside of it."""

    person: PersonRow
    ideas: list[IdeaBody]
    votes: Count
    voices: list[VoiceBody]
    groups: list[BetaMemberBody]
    brought: ReferralNode | None
    rewards: list[ReferralReward]
    thanks: list[ThanksBody]
    currency: str
