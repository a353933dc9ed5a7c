"""Do the pages count the smallest units of a currency as the server does?"""

import re
from pathlib import Path

from uems.kernel.money import exponents

PAGES = Path(__file__).parents[2] / "ui" / "src" / "parts" / "money.ts"


def test_the_digits_of_every_currency_are_those_of_the_server() -> None:
    told = {code: int(digits) for digits, codes in re.findall(r'of\((\d), "([A-Z ]+)"\)', PAGES.read_text()) for code in codes.split()}
    assert told == {code: digits for code, digits in exponents().items() if digits != 2}
