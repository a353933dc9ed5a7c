"""By which rule is credited what those spend whom somebody brought?"""

from typing import Annotated

from pydantic import Field
from sqlalchemy import select

from uems.access.api import Access, audit
from uems.kernel.edge import Body
from uems.kernel.scope import Scope
from uems.kernel.store import Store, upsert_many
from uems.superusers.referrals.forest import Rule
from uems.superusers.referrals.tables import referral_settings

_S = referral_settings.c


class ReferralRules(Body):
    """rule: "direct" credits who brought somebody; "halving" also those above, each with half of what the one below gets, over ``levels``.

    Whichever it is, each cent is credited once in all.
    """

    rule: Rule = "halving"
    levels: Annotated[int, Field(ge=1, le=10)] = 3


def rules_of(store: Store, scope: Scope) -> ReferralRules:
    """The defaults until somebody says otherwise."""
    with store.read() as conn:
        found = conn.execute(select(_S.spec).where(_S.workspace_id == scope.workspace_id)).scalar()
    return ReferralRules(**found) if found else ReferralRules()


def save_rules(store: Store, access: Access, rules: ReferralRules) -> None:
    """Count by these from the next making of the tree on. Audited."""
    before, said = rules_of(store, access.scope).model_dump(), rules.model_dump()
    row = {"workspace_id": access.scope.workspace_id, "spec": said, "saved_at": access.now, "saved_by": access.actor.label[:300]}
    with store.write() as conn:
        upsert_many(conn, referral_settings, [row], ("workspace_id",))
        audit(conn, access, "referral_rules.saved", "referral_rules", before, said)
