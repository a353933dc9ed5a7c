"""Which column of a file holds the ids, and is its first row a name or already an id?"""

from pathlib import Path
from typing import Final

from uems.collect import api as collect
from uems.kernel.errors import UemsError, invalid

_NAMES: Final = {
    "user_id": ("user_id", "userid", "user id", "id", "uid", "customer_id", "customerid", "customer id", "member_id", "household_id",
                "编号", "用户id", "用户编号", "会员号", "会员id", "客户编号"),
    "email": ("email", "e-mail", "e_mail", "mail", "email address", "email_address", "邮箱", "电子邮件", "电子邮箱", "邮箱地址"),
    "phone": ("phone", "mobile", "tel", "telephone", "phone number", "phone_number", "msisdn", "手机", "手机号", "手机号码", "电话"),
    "anonymous_id": ("anonymous_id", "anonymousid", "anonymous id", "device_id", "deviceid", "匿名id", "设备id"),
}  # fmt: skip


_BINARY: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\x89PNG", b"\xff\xd8\xff", b"%PDF")
"""How workbooks (.xlsx, .xls), images and PDF files begin, of which a few bytes might pass for text."""


def shape_of(path: Path, kind: str, column: str, options: collect.ReadOptions) -> tuple[collect.Shape, str]:
    """(how to read the file, name of the column of ids). column: its name or its number from 1; "" for the likeliest.

    Raises ``bad_list_file`` for what is no delimited text, ``no_such_column``, and ``file_unreadable`` and ``file_empty``.
    """
    with path.open("rb") as file:
        start = file.read(8)
    if start.startswith(_BINARY):
        raise UemsError("bad_list_file", "The file is a workbook or an image; save it as CSV, or as one id a line.", status=422)
    guessed = collect.inspect_file(path, options)
    if guessed.format != "csv":
        message = f"The file looks like {guessed.format}; upload a text file of ids: CSV, or one id a line."
        raise UemsError("bad_list_file", message, status=422)
    with_header = guessed if options.header is True else collect.inspect_file(path, options.model_copy(update={"header": True}))
    if options.header is None:
        header = _is_header(with_header, guessed, kind, column)
        if header != guessed.header:
            guessed = collect.inspect_file(path, options.model_copy(update={"header": header}))
    return guessed, _column(guessed, kind, column)


def _is_header(named: collect.Shape, guessed: collect.Shape, kind: str, column: str) -> bool:
    """By the names in the first row. A list of one column is all ids otherwise: its first row must not get lost."""
    first = {name.strip().lower() for name in named.names}
    known = {name for names in _NAMES.values() for name in names} | {kind.lower()}
    if first & known or (column and column in named.names):
        return True
    return guessed.header and len(named.names) > 1


def _column(shape: collect.Shape, kind: str, column: str) -> str:
    names = shape.names
    if column in names:
        return column
    if column.isdecimal() and 1 <= int(column[:6]) <= len(names):
        return names[int(column[:6]) - 1]
    if column:
        raise UemsError("no_such_column", f"There is no column {column[:60]!r}; there are {', '.join(names[:20])}.", status=422)
    lower = {name.strip().lower(): name for name in reversed(names)}
    for wanted in (kind.lower(), *_NAMES.get(kind, ())):
        if wanted in lower:
            return lower[wanted]
    if kind == "email":
        mails = [one.name for one in shape.columns if one.examples and all("@" in example for example in one.examples)]
        if mails:
            return mails[0]
    return names[0]


def fixed(shape: collect.Shape) -> dict[str, object]:
    """How the file was read, so that it is read alike by the job."""
    return {"encoding": shape.encoding, "delimiter": shape.delimiter, "header": shape.header}


def reopened(path: Path, told: dict[str, object]) -> collect.Shape:
    """The shape of ``fixed`` again."""
    options = collect.ReadOptions(
        format="csv", encoding=str(told["encoding"]), delimiter=str(told["delimiter"]), header=bool(told["header"])
    )
    return collect.inspect_file(path, options)


def check_mode(mode: str) -> None:
    """Raises ``invalid`` for a mode that is neither replace nor append."""
    if mode not in ("replace", "append"):
        raise invalid("mode", mode[:40], "must be replace or append.")
