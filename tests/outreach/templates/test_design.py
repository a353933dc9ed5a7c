"""Do letters show the theme and the blocks of their workspace, and does nothing that was saved become something else by itself?"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from liquid import DictLoader, Environment

from tests.outreach.world import World, a_world
from uems.access.api import Workspaces
from uems.kernel.errors import UemsError
from uems.kernel.settings import Settings
from uems.outreach.messages.writing import Writer
from uems.outreach.templates.blocks import BlockSpec, Kit, put_in
from uems.outreach.templates.compiled import Compiled
from uems.outreach.templates.model import TemplateSpec
from uems.outreach.templates.theme import Theme


def kit(theme: Theme | None = None, /, **said: dict[str, Any]) -> Kit:
    """Blocks by key, each in its first version."""
    specs = {key: BlockSpec.model_validate({"format": "html", **one}) for key, one in said.items()}
    return Kit(theme=theme or Theme(), latest=dict.fromkeys(specs, 1), find=lambda key, version: specs.get(key) if version == 1 else None)


def page(body: str, made_of: Kit, values: dict[str, Any] | None = None, language: str = "en", **more: Any) -> str:
    variant = {"subject": "x", "format": "html", "body": body, **more}
    spec = TemplateSpec.model_validate({"variants": {language: variant}, "language": language})
    return Compiled(spec, made_of).render(language, {"person": {}, "context": {}, **(values or {})}).html


def test_the_theme_stands_in_letters_in_the_language_of_the_reader() -> None:
    words = {"zh": {"sender": "好茶", "address": "杭州市 <西湖区>"}, "en": {"sender": "Good Tea"}}
    theme = Theme.model_validate({"primary_color": "#c41d7f", "words": words})
    body = '<p style="color:{{ theme.primary_color }}">{{ theme.sender }}|{{ theme.address }}|{{theme.sender | upcase}}</p>'
    assert '<p style="color: #c41d7f' in page(body, kit(theme)).replace("color:#", "color: #")
    assert "Good Tea||GOOD TEA" in page(body, kit(theme))
    assert "好茶|杭州市 &lt;西湖区&gt;|" in page(body, kit(theme), language="zh")
    only = Theme.model_validate({"words": {"zh": {"sender": "好茶"}}})
    assert "好茶" in page(body, kit(only)), "words that a language lacks are those of the other one"


def test_mjml_reads_widths_and_colours_of_the_theme() -> None:
    body = (
        '<mjml><mj-body background-color="{{ theme.background_color }}"><mj-section><mj-column>'
        '<mj-image src="https://a.example/l.png" width="{{ theme.logo_width }}px"/></mj-column></mj-section></mj-body></mjml>'
    )
    made = page(body, kit(Theme(logo_width=123, background_color="#abcdef")), format="mjml")
    assert 'width="123"' in made
    assert "#abcdef" in made


def test_a_name_that_the_theme_has_not_is_said() -> None:
    with pytest.raises(UemsError, match=r"theme\.colour is no part of the theme"):
        page("<p>{{ theme.colour }}</p>", kit())


def test_a_block_stands_where_it_is_put_in_with_what_is_said_of_it() -> None:
    shared = kit(
        button={"bodies": {"en": '<a href="{{ block.link }}">{{ block.label | upcase }}</a>'}, "parameters": {"label": "See", "link": ""}},
        outer={"bodies": {"en": "<div>{% render 'button', label: block.word, link: context.url %}</div>"}, "parameters": {"word": "go"}},
        plain={"format": "text", "bodies": {"en": "a < b {{ person.name }}"}},
    )
    values = {"context": {"url": "https://a.example/x"}, "person": {"name": "<Mei>"}}
    assert '<a href="https://a.example/1">BUY</a>' in page(
        "<p>{% render 'button', label: 'Buy', link: 'https://a.example/1' %}</p>", shared, values
    )
    assert '<div><a href="https://a.example/x">GO</a></div>' in page("{%- render 'outer' -%}", shared, values)
    assert "a &lt; b &lt;Mei&gt;" in page("<p>{% render 'plain' %}</p>", shared, values)
    assert page("<p>x</p>", shared, values, preheader="{% render 'plain' %}").count("a &lt; b") == 1


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("{% render 'nothing' %}", "no block 'nothing'"),
        ("{% render 'small@7' %}", "no block 'small@7'"),
        ("{% render small %}", "cannot be read"),
        ("{% render 'small', colour: 'red' %}", "has no 'colour'"),
        ("{% render 'small' with person %}", "cannot be read"),
        ("{% render 'letter' %}", "which cannot stand in html"),
        ("{% render 'one' %}", "one → two → one"),
        ("{% render 'loose' %}", "block.x is read, and is none of its parameters"),
        ("{% render 'd1' %}", "5 deep at most"),
        ("{% render 'wide' %}{% render 'wide' %}", "more than 300 blocks"),
        ("{% render 'small'", "has no %}"),
        ("{% include 'small' %}", "include"),
    ],
)
def test_a_block_that_cannot_stand_there_is_refused_with_what_is_wrong(body: str, said: str) -> None:
    shared = kit(
        small={"bodies": {"en": "s"}},
        letter={"format": "mjml", "bodies": {"en": "<mj-text>x</mj-text>"}},
        one={"bodies": {"en": "{% render 'two' %}"}},
        two={"bodies": {"en": "{% if person.vip %}{% render 'one' %}{% endif %}"}},
        loose={"bodies": {"en": "{{ block.x }}"}},
        wide={"bodies": {"en": "{% render 'small' %}" * 200}},
        **{f"d{n}": {"bodies": {"en": f"{{% render 'd{n + 1}' %}}"}} for n in range(1, 6)},
        d6={"bodies": {"en": "deep"}},
    )
    with pytest.raises(UemsError, match=re.escape(said)):
        page(body, shared)


NAMES = st.sampled_from(["a", "b", "c"])
VALUES = st.one_of(
    st.text(alphabet="xy <>'-.", max_size=5).map(lambda text: f'"{text}"'), st.integers(-9, 9).map(str), st.just("person.name")
)


@settings(max_examples=150, deadline=None)
@given(
    inner=st.lists(st.one_of(NAMES.map(lambda n: f"{{{{ block.{n} }}}}"), st.sampled_from(["<b>", "x", "{{ person.name }}"])), max_size=5),
    outer=st.lists(st.sampled_from(["", "y", "{% if block.a == block.b %}same{% endif %}"]), max_size=3),
    arguments=st.dictionaries(NAMES, VALUES),
    deeper=st.dictionaries(NAMES, st.one_of(VALUES, NAMES.map(lambda n: f"block.{n}"))),
)
def test_putting_in_is_what_liquid_itself_renders(
    inner: list[str], outer: list[str], arguments: dict[str, str], deeper: dict[str, str]
) -> None:
    """The oracle is the render tag of the library; a part sees what was said to the one around it there, so names differ."""

    def call(key: str, said: dict[str, str], before: str = "") -> str:
        return f"{{% render '{key}'{''.join(f', {before}{name}: {value}' for name, value in said.items())} %}}"

    parameters = {"a": "one", "b": "two", "c": "three"}
    bodies = {"inner": "".join(inner), "outer": "".join(outer) + call("inner", deeper)}
    blocks = kit(**{key: {"bodies": {"en": body}, "parameters": parameters} for key, body in bodies.items()})
    made = put_in(call("outer", arguments), "body", "html", "en", blocks)
    bodies["outer"] = "".join(outer) + call("inner", deeper, "inner_")
    theirs = {
        key: "".join(f"{{% if {key}_{n} == nil %}}{{% assign {key}_{n} = '{v}' %}}{{% endif %}}" for n, v in parameters.items())
        + body.replace("block.", f"{key}_")
        for key, body in bodies.items()
    }
    oracle = Environment(loader=DictLoader(theirs)).from_string(call("outer", arguments, "outer_"))
    values = {"person": {"name": "Mei"}}
    assert Environment().from_string(made).render(**values) == oracle.render(**values)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with a_world(Settings(home=tmp_path_factory.mktemp("design") / "home")) as found:
        found.topic()
        yield found


def block(shop: World, key: str, body: str, **more: Any) -> Any:
    return shop.ask("PUT", f"/message-blocks/{key}", {"name": key, "spec": {"format": "html", "bodies": {"en": body}, **more}})


def spec(body: str) -> dict[str, Any]:
    return {"variants": {"en": {"subject": "x", "body": body}}, "language": "en"}


def written(shop: World, template: str, version: int) -> str:
    """What a version says now, compiled anew."""
    writer = Writer(shop.house, shop.sender._writer._tokens, Workspaces(shop.house.store))
    return writer.compiled(shop.scope, template, version).render("en", {"person": {}, "context": {}}).html


def test_a_changed_block_makes_new_versions_and_leaves_the_old_ones_as_they_were(shop: World) -> None:
    assert block(shop, "legal", "<i>terms of 2025</i>").json()["version"] == 1
    assert block(shop, "foot", "<p>Tea Ltd</p>{% render 'legal' %}").json()["version"] == 1
    first = shop.template("moving", spec("<p>Hello</p>{% render 'foot' %}"))["version"]
    fixed = shop.template("fixed", spec("<p>Hello</p>{% render 'foot@1' %}"))["version"]
    other = shop.template("other", spec("<p>Hello</p>"))["version"]
    assert block(shop, "foot", "<p>Tea AG</p>{% render 'legal' %}").json()["version"] == 2
    moved = shop.ask("GET", "/templates/moving").json()
    assert moved["version"] == first + 1
    assert [shop.ask("GET", f"/templates/{key}").json()["version"] for key in ("fixed", "other")] == [fixed, other]
    assert "Tea AG" in written(shop, "moving", first + 1)
    assert "Tea Ltd" in written(shop, "moving", first)
    assert "Tea Ltd" in written(shop, "fixed", fixed)
    block(shop, "legal", "<i>terms of 2026</i>")
    assert "terms of 2026" in written(shop, "moving", first + 2)
    assert "terms of 2025" in written(shop, "moving", first + 1)
    # Of a pinned block the number is fixed; what it names without one goes on.
    assert "terms of 2026" in written(shop, "fixed", fixed + 1)
    assert "Tea Ltd" in written(shop, "fixed", fixed + 1)
    assert shop.ask("GET", "/message-blocks/foot/versions/1").json()["bodies"]["en"] == "<p>Tea Ltd</p>{% render 'legal' %}"
    # Nobody else has written meanwhile, so what was edited before may be saved over it.
    body = {"name": "Moving", "kind": "benefit", "topic": "news", "spec": spec("<p>Good day</p>{% render 'foot' %}")}
    assert shop.ask("PUT", "/templates/moving", {**body, "if_version": first}).status_code == 200
    assert shop.ask("PUT", "/templates/moving", {**body, "if_version": first}).json()["code"] == "template_changed"


def test_what_is_used_cannot_go_and_what_breaks_is_refused(shop: World) -> None:
    block(shop, "card", "<b>{{ block.title }}</b>", parameters={"title": "T"})
    block(shop, "frame", "<div>{% render 'card' %}</div>")
    shop.template("carded", spec("{% render 'frame' %}{% render 'card', title: 'x' %}"))
    gone = shop.ask("DELETE", "/message-blocks/card")
    assert (gone.status_code, gone.json()["code"]) == (409, "block_used")
    assert gone.json()["details"]["used_by"] == ["template:carded", "block:frame"]
    without = block(shop, "card", "<b>x</b>")
    assert (without.status_code, without.json()["code"]) == (409, "block_breaks")
    assert without.json()["details"]["templates"] == ["carded"]
    itself = block(shop, "card", "{% render 'frame' %}", parameters={"title": "T"})
    assert itself.json()["code"] == "bad_template"
    assert "card → frame → card" in itself.json()["message"]
    assert shop.ask("GET", "/message-blocks/card").json()["version"] == 1
    shop.template("carded", spec("<p>none</p>"))
    assert shop.ask("DELETE", "/message-blocks/frame").status_code == 204
    assert shop.ask("DELETE", "/message-blocks/card").status_code == 204
    assert "card" not in [one["block_id"] for one in shop.ask("GET", "/message-blocks").json()["items"]]
    refused = shop.ask("PUT", "/templates/carded", {"name": "Carded", "spec": spec("{% render 'card' %}")})
    assert refused.json()["code"] == "bad_template"
    assert "<b>" in written(shop, "carded", 1), "what was saved with it still says it"


def test_a_changed_theme_reaches_what_reads_it_and_only_that(shop: World) -> None:
    read = shop.ask("GET", "/message-theme").json()
    assert read["version"] == 0
    assert shop.ask("PUT", "/message-theme", {"spec": {"primary_color": "#111111"}, "if_version": 0}).json()["version"] == 1
    block(shop, "rule", '<hr style="color:{{ theme.primary_color }}">')
    ruled = shop.template("ruled", spec("<p>x</p>{% render 'rule' %}"))["version"]
    bare = shop.template("bare", spec("<p>x</p>"))["version"]
    changed = shop.ask("PUT", "/message-theme", {"spec": {"primary_color": "#222222"}, "if_version": 1}).json()
    assert changed["used_by"] == ["ruled"]
    assert shop.ask("GET", "/templates/ruled").json()["version"] == ruled + 1
    assert shop.ask("GET", "/templates/bare").json()["version"] == bare
    assert "#222222" in written(shop, "ruled", ruled + 1)
    assert "#111111" in written(shop, "ruled", ruled)
    stale = shop.ask("PUT", "/message-theme", {"spec": {}, "if_version": 1})
    assert (stale.status_code, stale.json()["code"]) == (409, "theme_changed")
    for wrong in ({"primary_color": "red;}"}, {"font": 'Arial"'}, {"logo_url": "http://a"}, {"words": {"en": {"sender": "{{ x }}"}}}):
        assert shop.ask("PUT", "/message-theme", {"spec": wrong}).status_code == 422, wrong


def test_both_can_be_looked_at_before_they_are_saved(shop: World) -> None:
    look = {"primary_color": "#c41d7f", "logo_url": "https://a.example/l.png", "words": {"zh": {"sender": "好茶", "address": "杭州"}}}
    seen = shop.ask("POST", "/message-theme-preview", {"spec": look, "language": "zh"}).json()
    assert "#c41d7f" in seen["html"]
    assert "https://a.example/l.png" in seen["html"]
    assert "杭州" in seen["text"]
    plain = shop.ask("POST", "/message-theme-preview", {"spec": {}, "language": "en"}).json()
    assert "<img" not in plain["html"]
    part = {"format": "mjml", "bodies": {"en": "<mj-text>Hello {{ person.name }}</mj-text>"}}
    alone = shop.ask("POST", "/message-block-preview", {"spec": part, "language": "en", "sample": {"name": "Mei"}}).json()
    assert "Hello Mei" in alone["html"]
    wrong = {"format": "html", "bodies": {"en": "{% if x %}"}}
    assert shop.ask("POST", "/message-block-preview", {"spec": wrong, "language": "en"}).json()["code"] == "bad_template"
