"""What does somebody do about one message, and when? The planted rule alone: it hangs on the message's number and nothing else.

Who asks it of people to whom nothing was sent learns what they would have done: the draws of chance are the same.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import numpy as np

from uems.simulate.timing import CART_TO_ORDER_SECONDS
from uems.simulate.world import MessageResponse

STEPS: Final = ("opened", "followed", "bought")
_SOONEST_SECONDS: Final = (5.0, 4.0, CART_TO_ORDER_SECONDS + 5.0)
"""Before nobody opens, follows, and has bought: what is sooner is a machine's, and a visit takes its time."""


def draws_of(seed: int, message_id: int) -> np.random.Generator:
    """The chance of one message in the world of that seed."""
    return np.random.default_rng([seed, 3, message_id])


def answer(rng: np.random.Generator, rule: MessageResponse, sent_at: datetime, before: int) -> Sequence[datetime]:
    """When they open it, follow its link and have bought, in this order, as far as they go. before: messages of the last seven days."""
    luck, wait = rng.random(3).tolist(), rng.exponential(1.0, 3).tolist()
    chances = (rule.opens * rule.fatigue**before, rule.clicks, rule.buys)
    pauses = (60 * rule.minutes, 20.0, 30 * rule.minutes)
    at, found = sent_at, []
    for step in range(len(STEPS)):
        if luck[step] >= chances[step]:
            break
        at += timedelta(seconds=_SOONEST_SECONDS[step] + pauses[step] * wait[step])
        found.append(at)
    return found
