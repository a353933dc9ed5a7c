"""Which word does everybody have for a tag or a trait now, for whoever groups people by it?

Numbers and booleans are written as JSON writes them; a list or an object is no word.
"""

from typing import Literal

from uems.kernel.sql import Sql
from uems.profiles.conditions import facts
from uems.profiles.conditions.asking import Asking


def words_sql(kind: Literal["tag", "trait"], name: str, asking: Asking) -> Sql:
    """A subquery (person, word) of everybody with a value; its values are bound in ``asking.params``. A dot steps into an object."""
    source, text = facts.tag_text(name, asking) if kind == "tag" else facts.trait_text(name, asking)
    return asking.texts(source, _word(text))


def _word(text: Sql) -> Sql:
    """A JSON text as a word; "" for what is none."""
    none = Sql(f"{text} = 'null' OR startsWith({text}, '{{') OR startsWith({text}, '[')")
    return Sql(f"multiIf(startsWith({text}, '\"'), JSONExtractString({text}), {none}, '', {text})")
