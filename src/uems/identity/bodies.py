"""What do people and merges look like over HTTP?"""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from uems.identity.model import Cause, Id, Merge, MergeState, Profile, Rules, Totals
from uems.kernel.edge import Body, CleanStr, Count, Key, Name, Signed


class IdBody(Body):
    """An id of a person. node_id: its number; left out in a request."""

    kind: Key = Field(description="user_id, anonymous_id, email, phone, or the type of an external id.")
    value: Key
    node_id: Count | None = None

    @staticmethod
    def of(one: Id) -> "IdBody":
        return IdBody(kind=one.kind, value=one.value, node_id=one.node_id)


class TotalsBody(Body):
    """What somebody has done in all; revenue in the currency of the workspace."""

    events: Count
    orders: Count
    revenue_minor: Signed
    first_seen: datetime | None
    last_seen: datetime | None

    @staticmethod
    def of(totals: Totals) -> "TotalsBody":
        return TotalsBody(
            events=totals.events,
            orders=totals.orders,
            revenue_minor=totals.revenue_minor,
            first_seen=totals.first_seen,
            last_seen=totals.last_seen,
        )


class Joining(Body):
    """Ids of different people who are to be one."""

    a: IdBody
    b: IdBody
    others: list[IdBody] = Field(default=[], max_length=48)

    @property
    def ids(self) -> list[IdBody]:
        return [self.a, self.b, *self.others]


class ProfileBody(Body):
    """One of the people that a merge would join."""

    person_id: Count
    ids: list[IdBody]
    totals: TotalsBody

    @staticmethod
    def of(profile: Profile) -> "ProfileBody":
        return ProfileBody(person_id=profile.person_id, ids=[IdBody.of(one) for one in profile.ids], totals=TotalsBody.of(profile.totals))


class MergePreviewBody(Body):
    """What a merge would join. refused: why it cannot be done (``limit:<kind>``, ``limit:ids``, ``limit:merges``, ``shared``), or ""."""

    profiles: list[ProfileBody]
    refused: str


class MergeBody(Body):
    """A link of the ledger. person_id: who has the first id now; other_person_id: who has the second, the same while it is active."""

    merge_id: str
    a: IdBody
    b: IdBody
    person_id: Count
    other_person_id: Count
    cause: Cause
    state: MergeState
    reason: str
    ts: datetime
    message_id: str
    undo_id: str | None
    undone_at: datetime | None

    @staticmethod
    def of(merge: Merge) -> "MergeBody":
        return MergeBody(
            merge_id=merge.merge_id,
            a=IdBody.of(merge.a),
            b=IdBody.of(merge.b),
            person_id=merge.a_person_id,
            other_person_id=merge.b_person_id,
            cause=merge.cause,
            state=merge.state,
            reason=merge.reason,
            ts=merge.ts,
            message_id=merge.message_id,
            undo_id=merge.undo_id,
            undone_at=merge.undone_at,
        )


class MergedBody(Body):
    """What a merge by hand made. merge_id undoes all of it at once; each of its links can be undone alone too."""

    merge_id: str
    person_id: Count
    links: list[MergeBody]


class UndoneBody(Body):
    """What an undo did. undo_id: what restores it. links: the links that were taken back. people: whom it left."""

    undo_id: str
    links: list[str]
    people: list[Count]


class RedoneBody(Body):
    """What undoing an undo did: the links as they stand now."""

    links: list[MergeBody]


class RulesPreviewBody(Body):
    """people: how many would be resolved anew; most of them would stay as they are."""

    people: Count


class JunkBody(Body):
    """What names nobody in every workspace, in lower case; and zeros, blanks and quoted forms of them."""

    items: list[str]


_Limit = Annotated[int, Field(ge=1, le=1000)]


class RulesBody(Body):
    """How the workspace decides who is who."""

    limits: dict[Name, _Limit] = Field(max_length=100, description="Most ids of a kind that one person may have.")
    other_limit: _Limit = Field(description="The same for kinds that are not named.")
    aliased_user_ids: _Limit = Field(description="Most user ids of a person when aliases or people joined them.")
    max_ids: _Limit = Field(description="Most ids of a person.")
    max_merges: Annotated[int, Field(ge=0, le=1000)] = Field(description="Most joins of two groups of ids in a person.")
    blocked: list[CleanStr] = Field(max_length=10_000, description="Ids that name nobody, beside the built-in list.")
    email_is_id: bool = Field(description="Whether the trait email of an identify call is an id.")
    phone_is_id: bool = Field(description="The same of the trait phone.")
    phone_region: Annotated[str, Field(pattern=r"^([A-Z]{2})?$")] = Field(description="Country of phone numbers without +, such as CN.")
    erased_may_return: bool = Field(
        default=True, description="Whether an id that was erased can become a new person, once it identifies itself anew."
    )

    @staticmethod
    def of(rules: Rules) -> "RulesBody":
        return RulesBody(
            limits=dict(rules.limits),
            other_limit=rules.other_limit,
            aliased_user_ids=rules.aliased_user_ids,
            max_ids=rules.max_ids,
            max_merges=rules.max_merges,
            blocked=list(rules.blocked),
            email_is_id=rules.email_is_id,
            phone_is_id=rules.phone_is_id,
            phone_region=rules.phone_region,
            erased_may_return=rules.erased_may_return,
        )

    def rules(self) -> Rules:
        return Rules(**{**self.model_dump(), "blocked": tuple(self.blocked)})
