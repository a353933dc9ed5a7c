"""What do acquisition and attribution look like over HTTP?"""

from datetime import date

from uems.evaluation.acquisition import Acquired, Acquisition, PaidBack
from uems.evaluation.bodies import SpanBody
from uems.evaluation.channels import ChannelCredit, ChannelCredits, ChannelGroup, ChannelVerdict
from uems.evaluation.crediting import Credited, Credits, Disagreement
from uems.evaluation.model import ActionKind, Evidence
from uems.kernel.edge import Body, Count


class AcquiredBody(Body):
    """The newcomers of a month (null: of all of them), by a channel (null: by any; "": none known). Money is in minor units.

    ltv_minor: margin that each has brought so far; expected_ltv_minor: with what is still expected. by_cost: over what each cost.
    payback_days: days after somebody's first event by which the margin of all covers the spend, as far as known_days goes; over several
    months the median of those (months_paid of months_spent) that are paid back.
    """

    month: date | None
    channel: str | None
    newcomers: Count
    spend_minor: int | None
    cac_minor: float | None
    revenue_minor: int
    margin_minor: int
    ltv_minor: float | None
    expected_ltv_minor: float | None
    ltv_by_cost: float | None
    expected_by_cost: float | None
    state: PaidBack
    payback_days: float | None
    known_days: Count
    months_paid: Count
    months_spent: Count

    @staticmethod
    def of(one: Acquired) -> "AcquiredBody":
        kept = {name: getattr(one, name) for name in AcquiredBody.model_fields if not name.endswith("_by_cost")}
        return AcquiredBody(**kept, ltv_by_cost=one.by_cost(one.ltv_minor), expected_by_cost=one.by_cost(one.expected_ltv_minor))


class AcquisitionBody(Body):
    """months, channels: sums; cells: a month and channel each, where anybody came or anything was spent."""

    first_day: date
    last_day: date
    currency: str
    margin_percent: float
    whole: AcquiredBody
    months: list[AcquiredBody]
    channels: list[AcquiredBody]
    cells: list[AcquiredBody]

    @staticmethod
    def of(one: Acquisition, currency: str) -> "AcquisitionBody":
        return AcquisitionBody(
            first_day=one.first,
            last_day=one.last,
            currency=currency,
            margin_percent=one.margin_percent,
            whole=AcquiredBody.of(one.whole),
            months=[AcquiredBody.of(each) for each in one.months],
            channels=[AcquiredBody.of(each) for each in one.channels],
            cells=[AcquiredBody.of(each) for each in one.cells],
        )


class CreditedBody(Body):
    """incremental: revenue that the action changed, over all people who were watched long enough. attributed: way → revenue."""

    kind: ActionKind
    key: str
    name: str
    evidence: Evidence
    people: Count
    incremental: SpanBody | None
    attributed: dict[str, int]
    disagreement: Disagreement

    @staticmethod
    def of(one: Credited) -> "CreditedBody":
        return CreditedBody(
            kind=one.action.kind,
            key=one.action.key,
            name=one.action.name,
            evidence=one.evidence,
            people=one.people,
            incremental=SpanBody.of(one.incremental_minor),
            attributed=dict(one.attributed_minor),
            disagreement=one.disagreement,
        )


class CreditsBody(Body):
    """Every action, what attribution gives it by each way, and what it changed."""

    items: list[CreditedBody]
    models: list[str]
    horizon_days: int
    currency: str

    @staticmethod
    def of(found: Credits, currency: str) -> "CreditsBody":
        items = [CreditedBody.of(one) for one in found.lines]
        return CreditsBody(items=items, models=list(found.models), horizon_days=found.horizon_days, currency=currency)


class ChannelCreditBody(Body):
    """One channel. attributed: way → revenue. incremental: revenue that its measured actions changed, added up.

    actions: that wrote by it alone, measured: of them, mixed: that wrote by others too, and are in no increment. weaker: some of those
    measured had no holdout. verdict: partly where credit of actions that could not be measured is in it; never_held_out of acquisition.
    """

    group: ChannelGroup
    channel: str
    attributed: dict[str, int]
    actions: Count
    measured: Count
    mixed: Count
    people: Count
    weaker: bool
    incremental: SpanBody | None
    verdict: ChannelVerdict

    @staticmethod
    def of(one: ChannelCredit) -> "ChannelCreditBody":
        same = ("group", "channel", "actions", "measured", "mixed", "people", "weaker", "verdict")
        return ChannelCreditBody(
            **{name: getattr(one, name) for name in same},
            attributed=dict(one.attributed_minor),
            incremental=SpanBody.of(one.incremental_minor),
        )


class ChannelCreditsBody(Body):
    """Channels of outreach, then of acquisition: what attribution gives each by each way, and what it changed."""

    items: list[ChannelCreditBody]
    models: list[str]
    horizon_days: int
    currency: str

    @staticmethod
    def of(found: ChannelCredits, currency: str) -> "ChannelCreditsBody":
        items = [ChannelCreditBody.of(one) for one in found.lines]
        return ChannelCreditsBody(items=items, models=list(found.models), horizon_days=found.horizon_days, currency=currency)
