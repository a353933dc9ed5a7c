"""Which ids name nobody, and are different spellings of one id one?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uems.identity.api import Rules, is_junk, normalise

RULES = Rules()
CHINA = Rules(phone_region="CN")


@pytest.mark.parametrize(
    "junk",
    [
        "null", "NULL", "None", "nil", "NaN", "undefined", "anonymous", "[object Object]", "true", "FALSE", "0", "-1", "000000", "0.0",
        "", " ", "\t\n", "\u3000", "\u200b", "\ufeff ", '"null"', "'0'", '""', "''", "“undefined”", "`none`", ' " null " ', '\\"null\\"',
        '"\\"0\\""', "\x00", "a\x00b", "\x1b[0m", "\ud800", "00000000-0000-0000-0000-000000000000",
        "{00000000-0000-0000-0000-000000000000}", "{}", "[]", "---", "guest", "(none)",
    ],
)  # fmt: skip
def test_junk_names_nobody(junk: str) -> None:
    assert is_junk(junk)
    for kind in ("user_id", "anonymous_id", "email", "phone", "crm_id"):
        assert normalise(kind, junk, RULES) == ""


@pytest.mark.parametrize(
    "good", ["1", "10", "007", "user-0", "nullable", "O'Brien", "none@example.com", "a b", "张三", "😀", "0x0", "true-north", "x" * 512]
)
def test_ordinary_ids_are_kept_as_they_are(good: str) -> None:
    assert normalise("user_id", good, RULES) == good
    assert normalise("user_id", f"  {good}\n", RULES) == good


def test_an_id_without_end_is_a_defect_of_the_sender() -> None:
    assert normalise("user_id", "x" * 513, RULES) == ""


def test_user_ids_keep_their_case_and_emails_do_not() -> None:
    assert normalise("user_id", "AbC", RULES) == "AbC"
    assert normalise("email", " Ann.Li@Example.COM ", RULES) == "ann.li@example.com"


@pytest.mark.parametrize("broken", ["ann", "@x.cn", "ann@", "a@b@c", "a b@x.cn", "x" * 260 + "@x.cn"])
def test_what_cannot_be_an_email_is_none(broken: str) -> None:
    assert normalise("email", broken, RULES) == ""


@pytest.mark.parametrize(
    ("written", "rules", "stored"),
    [
        ("+86 138-0013-8000", RULES, "+8613800138000"),
        ("tel:+8613800138000", RULES, "+8613800138000"),
        ("13800138000", CHINA, "+8613800138000"),
        ("0086 138 0013 8000", CHINA, "+8613800138000"),
        ("138 0013 8000", RULES, "13800138000"),
        ("+1 (212) 555-0100", RULES, "+12125550100"),
        ("12345", RULES, ""),
        ("call me", RULES, ""),
        ("0000000000", RULES, ""),
        ("1" * 30, RULES, ""),
    ],
)
def test_one_phone_number_has_one_form(written: str, rules: Rules, stored: str) -> None:
    assert normalise("phone", written, rules) == stored


def test_a_workspace_can_block_more_and_quotes_do_not_get_around_it() -> None:
    rules = Rules(blocked=("kiosk", "test user"))
    assert [normalise("user_id", text, rules) for text in ("KIOSK", "'kiosk'", ' "Test User" ', "kiosk2")] == ["", "", "", "kiosk2"]


@given(st.text(), st.sampled_from(("user_id", "email", "phone")))
def test_the_normal_form_of_any_text_is_stable_and_can_be_stored(text: str, kind: str) -> None:
    once = normalise(kind, text, CHINA)
    assert normalise(kind, once, CHINA) == once
    assert "\0" not in once
    once.encode()
