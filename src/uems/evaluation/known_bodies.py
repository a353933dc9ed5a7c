"""What does the truth of an action look like over HTTP?"""

from uems.evaluation.bodies import SpanBody
from uems.evaluation.known import Known, KnownWorth
from uems.kernel.edge import Body, Count


class ActionTruthLine(Body):
    """One horizon. true_minor: revenue that there would not have been, of the people whom the estimate counts (treated).

    inside: whether the interval of the estimate holds it; null while there is none. true_roi, roi: margin of it less cost, over cost.
    """

    horizon_days: int
    treated: Count
    true_minor: int
    estimate: SpanBody | None
    inside: bool | None
    true_roi: float | None
    roi: SpanBody | None

    @staticmethod
    def of(one: KnownWorth) -> "ActionTruthLine":
        return ActionTruthLine(
            horizon_days=one.horizon_days,
            treated=one.treated,
            true_minor=one.true_minor,
            estimate=SpanBody.of(one.estimate_minor),
            inside=one.inside,
            true_roi=one.true_roi,
            roi=SpanBody.of(one.roi),
        )


class ActionTruth(Body):
    """known: whether the truth is known here, of simulated shops alone. orders, true_minor: all that came of its messages until now.

    last_touch_minor: what last touch gives it over the same time; null while it gives nothing. last_touch_error_minor: less the truth.
    """

    known: bool
    items: list[ActionTruthLine]
    orders: Count
    true_minor: int
    last_touch_minor: int | None
    last_touch_error_minor: int | None
    horizon_days: int | None
    currency: str

    @staticmethod
    def of(found: Known | None, currency: str) -> "ActionTruth":
        return ActionTruth(
            known=found is not None,
            items=[ActionTruthLine.of(one) for one in found.worths] if found else [],
            orders=found.orders if found else 0,
            true_minor=found.true_minor if found else 0,
            last_touch_minor=found.last_touch_minor if found else None,
            last_touch_error_minor=found.last_touch_error_minor if found else None,
            horizon_days=found.horizon_days if found else None,
            currency=currency,
        )
