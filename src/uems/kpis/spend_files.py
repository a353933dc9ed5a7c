"""What does a CSV file say of spend? Day, channel, amount and, if it likes, currency; all of it is taken, or nothing."""

import csv
import io
import re
from collections.abc import Sequence
from datetime import date
from typing import Final, Literal, TypeAlias

from uems.kernel.errors import UemsError
from uems.kernel.money import to_minor
from uems.kpis.model import Spend

What: TypeAlias = Literal["empty", "no_text", "no_columns", "day", "amount", "channel", "quotes"]
Fault: TypeAlias = dict[str, int | str]
MAX_FAULTS: Final = 20
_SAID: Final = {
    "day": "{got} is no day such as 2026-03-01",
    "amount": "{got} is no amount of 0 or more such as 1234.50",
    "channel": "the channel is empty or longer than 200 characters",
}
_NAMES: Final = {
    "day": ("day", "date", "日期", "天"),
    "channel": ("channel", "source", "utm_source", "渠道", "来源"),
    "amount": ("amount", "cost", "spend", "费用", "金额", "花费", "消耗"),
    "currency": ("currency", "币种", "货币"),
}
_THOUSANDS: Final = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?")
"""Only such commas are left out: of a decimal comma ("1234,50") a hundred times as much would become."""
_DAY: Final = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")


def read_spend(content: bytes, currency: str) -> list[Spend]:
    """The rows of a file in UTF-8 or GB 18030, separated by commas, semicolons or tabs, with a first line that names the columns.

    Raises ``bad_spend_file`` with the faults as ``{"line", "what", "got"}`` (line 0: the whole file),
    and ``wrong_currency`` for a row in another currency than ``currency``.
    """
    lines = _lines(_decoded(content))
    rows = [(number, line) for number, line in enumerate(lines, 1) if any(cell.strip() for cell in line)]
    if not rows:
        raise _bad("The file is empty.", [_fault(0, "empty")])
    columns = _columns(rows[0][1])
    faults: list[Fault] = []
    said: list[str] = []
    found: list[Spend] = []
    for number, line in rows[1:]:
        cells = {name: line[place].strip() if place < len(line) else "" for name, place in columns.items()}
        stated = cells.get("currency", "")
        if stated and stated != currency:
            raise UemsError(
                "wrong_currency",
                f"Line {number} is in {stated[:10]}, and this workspace counts in {currency}. Convert the amounts first.",
                status=422,
                details={"line": number, "got": stated[:10], "wanted": currency},
            )
        one = _row(cells, currency)
        if isinstance(one, Spend):
            found.append(one)
        elif len(faults) < MAX_FAULTS:
            what, got = one
            faults.append(_fault(number, what, got))
            said.append(f"line {number}: {_SAID[what].format(got=repr(got))}")
    if faults:
        raise _bad(f"Nothing was taken: {'; '.join(said[:5])}.", faults)
    return found


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise _bad("The file is no text in UTF-8 or GB 18030.", [_fault(0, "no_text")])


def _lines(text: str) -> list[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    try:
        return list(reader)
    except csv.Error as error:  # a field of more than 131,072 characters
        raise _bad(
            f"Line {reader.line_num} cannot be read ({error}). Is a quote left open?", [_fault(reader.line_num, "quotes")]
        ) from error


def _delimiter(text: str) -> str:
    head = text.splitlines()[0] if text.strip() else ""
    return max(",;\t", key=head.count)


def _columns(head: Sequence[str]) -> dict[str, int]:
    plain = [cell.strip().lower() for cell in head]
    found = {name: plain.index(word) for name, words in _NAMES.items() for word in reversed(words) if word in plain}
    missing = [name for name in ("day", "channel", "amount") if name not in found]
    if missing:
        raise _bad(
            f"The first line names no column {', '.join(missing)}. It must be like: day,channel,amount,currency.",
            [_fault(0, "no_columns", ", ".join(missing))],
        )
    return found


def _row(cells: dict[str, str], currency: str) -> Spend | tuple[What, str]:
    """The row, or (what is wrong, what stands there)."""
    matched = _DAY.fullmatch(cells["day"])
    try:
        day = date(*(int(part) for part in matched.groups())) if matched else None
    except ValueError:
        day = None
    if day is None:
        return "day", cells["day"][:30]
    amount = cells["amount"]
    minor = to_minor(amount.replace(",", "") if _THOUSANDS.fullmatch(amount) else amount, currency)
    if minor is None or minor < 0:
        return "amount", cells["amount"][:30]
    if not cells["channel"] or len(cells["channel"]) > 200:
        return "channel", cells["channel"][:30]
    return Spend(day=day, channel=cells["channel"], amount_minor=minor)


def _fault(line: int, what: What, got: str = "") -> Fault:
    return {"line": line, "what": what, "got": got}


def _bad(message: str, faults: list[Fault]) -> UemsError:
    return UemsError("bad_spend_file", message, status=422, details={"faults": faults})
