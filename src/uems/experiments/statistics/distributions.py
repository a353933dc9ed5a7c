"""How likely is what was seen, and how far out does a given share lie? Normal, Student and chi-squared curves.

scipy.special is loaded when it is first asked: a tenth of a second that no other command of the program should wait for.
"""

import math


def normal_below(z: float) -> float:
    """The share of the standard normal distribution below ``z``."""
    from scipy.special import ndtr

    return float(ndtr(z))


def normal_quantile(share: float) -> float:
    """The z below which ``share`` of the standard normal distribution lies; 0 < share < 1."""
    from scipy.special import ndtri

    return float(ndtri(share))


def student_below(t: float, degrees: float) -> float:
    """The share of Student's distribution with ``degrees`` of freedom below ``t``; infinitely many are the normal distribution."""
    from scipy.special import stdtr

    return normal_below(t) if math.isinf(degrees) else float(stdtr(degrees, t))


def student_quantile(share: float, degrees: float) -> float:
    """The t below which ``share`` of Student's distribution lies."""
    from scipy.special import stdtrit

    return normal_quantile(share) if math.isinf(degrees) else float(stdtrit(degrees, share))


def chi_squared_above(value: float, degrees: float) -> float:
    """The chance of a chi-squared value of at least ``value``."""
    from scipy.special import chdtrc

    return float(chdtrc(degrees, value))


def binomial_two_sided(count: int, total: int, share: float) -> float:
    """The chance of a count that is at most as likely as this one, of ``total`` that are each hit with the chance ``share``."""
    from scipy.stats import binomtest

    return float(binomtest(count, total, share).pvalue)
