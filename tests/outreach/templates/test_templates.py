"""Does a template say what it should, and is one that could do harm refused with what is wrong?"""

import time
from typing import Any

import pytest

from uems.kernel.errors import UemsError
from uems.outreach.templates.compiled import Compiled, as_text
from uems.outreach.templates.model import TemplateSpec


def compiled(body: str, *, format: str = "html", **more: Any) -> Compiled:
    variant = {"subject": "Hi {{ person.name | default: 'you' }}", "format": format, "body": body}
    return Compiled(TemplateSpec.model_validate({"variants": {"en": variant}, "language": "en", **more}))


def page(body: str, values: dict[str, Any] | None = None, **more: Any) -> str:
    return compiled(body, **more).render("en", values or {"person": {}}).html


def test_styles_go_to_where_mail_programs_look_for_them() -> None:
    made = page("<html><head><style>p { color: red }</style></head><body><p>x</p></body></html>")
    assert 'style="color: red' in made


def test_liquid_may_stand_anywhere_where_it_makes_sense() -> None:
    body = (
        "<table>{% for item in context.items %}<tr><td>{{ item.name }}</td></tr>{% endfor %}</table>"
        '<p class="{% if person.vip %}gold{% endif %}">{{ person.name | default: "a > b" }}</p>'
    )
    made = page(body, {"person": {"vip": True}, "context": {"items": [{"name": "<b>tea</b>"}, {"name": "rice"}]}})
    assert made.count("<tr><td>") == 2
    assert "&lt;b&gt;tea&lt;/b&gt;" in made
    assert 'class="gold"' in made
    assert ">a > b<" in made


def test_mjml_becomes_a_page_that_fits_a_phone() -> None:
    body = "<mjml><mj-body><mj-section><mj-column><mj-text>Hello {{ person.name }}</mj-text></mj-column></mj-section></mj-body></mjml>"
    made = page(body, {"person": {"name": "Mei"}}, format="mjml")
    assert "Hello Mei" in made
    assert "@media" in made


def test_a_fallback_stands_for_what_is_not_known_or_empty() -> None:
    more = {"fallbacks": {"person.name": "friend", "context.shop.city": "town"}}
    body = "<p>{{ person.name }} {{ context.shop.city }}</p>"
    assert "friend town" in page(body, {"person": {"name": ""}, "context": {}}, **more)
    assert "Mei Hangzhou" in page(body, {"person": {"name": "Mei"}, "context": {"shop": {"city": "Hangzhou"}}}, **more)


def test_a_value_without_a_fallback_stops_the_letter_or_leaves_a_gap() -> None:
    with pytest.raises(UemsError, match=r"person\.points") as caught:
        page("<p>{{ person.points }}</p>")
    assert caught.value.code == "missing_value"
    assert "<p></p>" in page("<p>{{ person.points }}</p>", on_missing="blank")
    assert "none" in page("<p>{% if person.points %}some{% else %}none{% endif %}</p>")


@pytest.mark.parametrize(
    "body",
    [
        "<p>{% for i in (1..100000000) %}x{% endfor %}</p>",
        "<p>{% for i in (1..5000) %}{% for j in (1..5000) %}x{% endfor %}{% endfor %}</p>",
        "<p>{% assign s = 'xxxxxxxxxx' %}{% for i in (1..40) %}{% assign s = s | append: s %}{% endfor %}{{ s }}</p>",
        "<p>{% for i in (1..9000) %}" + "y" * 100 + "{% endfor %}</p>",
        "<p>{{ (1..1000000000) | join }}</p>",
        "<p>{% assign s = (1..1000000000) | sort %}{{ s.size }}</p>",
    ],
)
def test_a_template_that_would_not_end_is_stopped(body: str) -> None:
    with pytest.raises(UemsError) as caught:
        page(body)
    assert caught.value.code == "bad_template"


@pytest.mark.parametrize(
    "body",
    [
        "<p>{% include 'secrets' %}</p>",
        "<p>{% render 'other' %}</p>",
        "<p>{{ person.name | no_such_filter }}</p>",
        "<p>{% if person.name %}</p>",
        "<p>{{ person.name </p>",
    ],
)
def test_what_cannot_be_used_is_refused_before_anybody_gets_it(body: str) -> None:
    with pytest.raises(UemsError) as caught:
        page(body)
    assert caught.value.code == "bad_template"


def test_a_template_reads_what_it_was_given_and_nothing_of_the_program() -> None:
    for path in ("person.__class__", "person.keys", "person.items", "workspace.store"):
        with pytest.raises(UemsError, match="not known"):
            page(f"<p>{{{{ {path} }}}}</p>", {"person": {}, "workspace": {"name": "Shop"}})


def test_links_bear_the_campaign_and_lead_through_the_counter() -> None:
    made = compiled('<a href="https://a.example/?x=1&amp;y=2#z">go</a>', utm={"source": "uems", "campaign": "spring"})
    shown = made.render("en", {"person": {}}, follow=lambda url: f"https://count.example/{len(url)}").html
    assert "https://count.example/" in shown
    assert "https://a.example/?x=1&amp;y=2&amp;utm_source=uems&amp;utm_campaign=spring#z" in made.render("en", {"person": {}}).html


def test_a_name_with_line_ends_adds_no_header() -> None:
    assert compiled("<p>x</p>").render("en", {"person": {"name": "a\r\nBcc: b@c.example"}}).subject == "Hi a Bcc: b@c.example"


def test_plain_text_keeps_the_words_and_the_links() -> None:
    assert as_text('<p>One &amp; two</p><style>p{}</style><div><a href="https://a.example">there</a></div>') == (
        "One & two\nthere (https://a.example)"
    )


HARD = {
    "links": "<script>" + "<a " * 60_000 + "</script>",
    "styles": "<svg><style>" + "<style " * 20_000,
    "ends": "<xmp>" + "<br" * 60_000,
}


def test_dots_in_words_are_no_range() -> None:
    assert "so... (or later..) Ann.." in page("<p>so... (or later..) {{ person.name | append: '..' }}</p>", {"person": {"name": "Ann"}})


@pytest.mark.parametrize("name", HARD)
def test_what_is_never_closed_takes_no_time(name: str) -> None:
    started = time.process_time()
    compiled(HARD[name]).render("en", {"person": {}})
    assert time.process_time() - started < 5


def test_liquid_that_is_never_closed_is_refused_at_once() -> None:
    with pytest.raises(UemsError, match="has no }} behind it"):
        compiled("{{" * 90_000)
