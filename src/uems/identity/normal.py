"""Which text names a person, and in which one spelling? Junk names nobody; what is left has one normal form."""

from collections.abc import Collection
from functools import lru_cache
from typing import Final
from unicodedata import category

from uems.identity.model import ANONYMOUS_ID, EMAIL, PHONE, USER_ID, Rules

MAX_VALUE: Final = 512
"""Most characters of an id; a longer one is a defect of the sender."""
MAX_KIND: Final = 100
SEARCH_CHARS: Final = 100
"""How much of an id, in lower case, the search index holds."""

JUNK: Final = frozenset(
    (
        "null", "none", "nil", "nan", "undefined", "anonymous", "unknown", "guest", "n/a", "na", "empty", "default", "blank",
        "true", "false", "-1", "[object object]", "{}", "[]", "()", "<null>", "(null)", "<nil>", "(none)", "\\n",
        "not_authenticated", "unidentified", "userid", "user_id", "anonymousid", "anonymous_id", "distinct_id", "distinctid",
    )
)  # fmt: skip
"""Ids that name nobody, in lower case. Zeros, quotes, brackets of nothing and blank text are recognised by their shape."""

_QUOTES: Final = "\"'`“”‘’«»"
# What str.strip leaves but nobody sees: zero-width characters, soft hyphen, byte order mark, Hangul fillers.
_INVISIBLE: Final = "\u200b\u200c\u200d\u2060\u00ad\ufeff\u115f\u1160\u3164\u180e"
_UNFIT: Final = frozenset(("Cc", "Cs"))
"""Control characters, NUL among them, and lone surrogates: no database stores them all."""
_ZEROS: Final = "0-_.:{} "


def normalise(kind: str, value: str, rules: Rules) -> str:
    """The normal form of an id, or "" when it names nobody.

    All kinds: surrounding blanks go; junk, control characters, and more than 512 characters name nobody. email: lower case,
    one @ with something on both sides. phone: E.164 where the number can be read, else its bare digits (7 to 15).
    """
    text = value.strip()
    if not text or len(text) > MAX_VALUE or is_junk(text, rules.blocked):
        return ""
    if kind == EMAIL:
        return _email(text)
    if kind == PHONE:
        return _phone(text, rules.phone_region)
    return text


@lru_cache(maxsize=10_000)
def normal_kind(kind: str) -> str:
    """The normal form of an external id's type, or "" when it cannot be one: trimmed, printable, at most 100 characters."""
    text = kind.strip()
    return text if text and len(text) <= MAX_KIND and not _unfit(text) else ""


def is_junk(text: str, blocked: Collection[str] = ()) -> bool:
    """Whether an id names nobody: on the built-in list or ``blocked``, without case, quotes and blanks, or nothing but zeros."""
    if not text.isprintable() and _unfit(text):
        return True
    bare = bare_form(text)
    return not bare.strip(_ZEROS) or bare in JUNK or (bool(blocked) and bare in blocked)


def _unfit(text: str) -> bool:
    return any(category(c) in _UNFIT for c in text)


def bare_form(text: str) -> str:
    """How block lists compare: lower case, without blanks, invisible characters and (also escaped) quotes around it."""
    if text and text[0].isalnum() and text[-1].isalnum():
        return text.casefold()
    previous = None
    while previous != text:
        previous = text
        text = text.strip().strip(_INVISIBLE).strip(_QUOTES)
        if text.startswith('\\"') or text.endswith('\\"'):
            text = text.removeprefix('\\"').removesuffix('\\"').removesuffix("\\")
    return text.casefold()


def _email(text: str) -> str:
    text = text.lower().removeprefix("mailto:")
    local, at, domain = text.rpartition("@")
    if not at or not local or not domain or "@" in local or any(c.isspace() for c in text) or len(text) > 254:
        return ""
    return text


@lru_cache(maxsize=100_000)
def _phone(text: str, region: str) -> str:
    import phonenumbers  # a fifth of a second at the start of every command, for an id that many never see

    text = text.removeprefix("tel:")
    try:
        number = phonenumbers.parse(text, region or None)
        if phonenumbers.is_possible_number(number):
            return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    except phonenumbers.NumberParseException:
        pass
    digits = "".join(c for c in text if c.isdigit())
    plain = digits.isascii() and 7 <= len(digits) <= 15 and all(c.isdigit() or c in " -.()/+" for c in text)
    return digits if plain and set(digits) != {"0"} else ""


def search_form(value: str) -> str:
    """What the search index holds of an id, and what a search text becomes."""
    return value.lower()[:SEARCH_CHARS]


def main_id(pair: tuple[str, str], rules: Rules) -> tuple[str, str] | None:
    """The id that an event is stored under: its user id if that names somebody, else its anonymous id."""
    user, anonymous = pair
    if user and (value := normalise(USER_ID, user, rules)):
        return USER_ID, value
    if anonymous and (value := normalise(ANONYMOUS_ID, anonymous, rules)):
        return ANONYMOUS_ID, value
    return None
