"""Is every page whole in both languages, at both widths: no bare key, no foreign word, no error, nothing wider than the screen?"""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import _context
from tests.browser.site import Site

WORDS = Path(__file__).parents[2] / "ui" / "src" / "i18n" / "en"
PAGES = [
    "overview",
    "overview?period=d30",
    "events",
    "events?event=Nothing+Such&revenue=1",
    "journey?map=every&period=all",
    "journey?map=every&period=d7&behind=look.people",
    "journey?map=every&period=2001-01-01..2001-01-31",
    "journey/new-map",
    "journey/new-map?template=ecommerce",
    "journey/new-map?template=none",
    "journey/every/edit",
    "bottlenecks?map=every",
    "bottlenecks?map=every&level=stages&look=%7B%22dimensions%22%3A%5B%7B%22column%22%3A%22device%22%7D%5D%2C%22tags%22%3A%22all%22%7D",
    "bottlenecks?map=every&sample=10",
    "journey?map=every&period=all&sample=10",
    "overview?sample=10",
    *(f"reports/new-report?kind={kind}" for kind in ("overview", "journey_map", "bottlenecks")),
    "reports/new-report?kind=journey_map&spec=%7B%22map%22%3A%22every%22%7D",
    "reports/new-report?kind=bottlenecks&spec=%7B%22map%22%3A%22every%22%7D",
    "reports",
    "reports?search=nothing-such",
    "reports/new-report",
    *(f"reports/new-report?kind={kind}" for kind in ("funnel", "retention", "paths", "sessions", "interval", "attribution", "rfm")),
    "reports/every_report",
    "live",
    "live?status=accepted",
    "live/dead-letters",
    "plan",
    "plan?tab=traits",
    "plan?tab=violations",
    "plan?tab=history",
    "imports",
    "imports?tab=sources",
    "imports/new",
    "campaigns",
    "campaigns/new-campaign",
    "calendar",
    "calendar?view=week",
    "people",
    "people?search=nobody-at-all",
    "people?who=new&period=d30",
    "people?who=active&event=Order+Completed",
    "people/1",
    "people/1?tab=visits",
    "people/1?tab=traits",
    "people/1?tab=identities",
    "segments",
    "segments?show=passes",
    "segments/every",
    "lists",
    "lists?search=nothing-such",
    "understanding",
    "understanding?view=overlap",
    "understanding?view=distribution",
    "understanding?view=distribution&of=trait:plan",
    "people/1?tab=tags",
    "tags",
    "tags?health=attention",
    "tags?search=nothing-such",
    "tags/new-tag",
    "tags/new-tag?kind=computed",
    "tags/new-tag?kind=ready",
    "tags/new-tag?kind=imported",
    "tags/lifecycle_stage",
    "tags/lifecycle_stage?tab=versions",
    "tags/lifecycle_stage/edit",
    "tag-roles",
    "lifecycle",
    "lifetime-value",
    "needs",
    "survival",
    "uplift",
    "ties",
    "ladder",
    "models",
    "models/new-model",
    "models/new-model?template=own",
    "kpis",
    "kpis/dau",
    "kpis/dau?by=column:device",
    "kpis/cac?against=previous",
    "kpis/nps",
    "kpis/no_such_metric",
    "kpis/feature_penetration",
    "dashboards",
    "dashboards/new-dashboard?start=proposal",
    "dashboards/every",
    "dashboards/every?period=d7",
    "alerts",
    "alerts/new-alert?metric=dau",
    "guardrails",
    "evaluation",
    "evaluation?horizon=7",
    "evaluation/flow/tried",
    "evaluation/everything/everything",
    "evaluation/change",
    "review",
    "acquisition",
    "acquisition?months=24",
    "cocreation",
    "cocreation?tab=voices",
    "cocreation?tab=groups&group=early",
    "advocates/1",
    "referrals",
    "referrals?tab=came",
    "referrals?tab=rewards",
    "referrals/new-programme",
    "referrals/every",
    "word-of-mouth",
    "word-of-mouth?person=1",
    "spend",
    "custom-metrics",
    "custom-metrics/new-metric",
    "messages",
    "messages?state=failed",
    "messages?origin=every",
    "flows",
    "flows/new-flow",
    "flows/every",
    "flows/every/edit",
    "tasks",
    "tasks?state=done",
    "flows/tried/simulate?days=30",
    "flows/tried/dry-run",
    "experiments",
    "experiments/new-experiment",
    "experiments/every",
    "experiments/every/edit",
    "scenes",
    "scenes/new-scene",
    "scenes/every",
    "scenes/every/edit",
    "flags",
    "flags/new-flag",
    "flags/every",
    "flags/every/edit",
    "flag-connection",
    "people/1?tab=flows",
    "templates",
    "templates/new-template",
    "design",
    "design/new-block",
    "holdouts",
    "restraints",
    "restraints?tab=limits",
    "restraints?tab=channels",
    "inbox",
    "inbox?status=all&conversation=1",
    "inbox?tab=snippets",
    "inbox?tab=rules",
    "connection",
    "people/1?tab=conversations",
    "restraints?tab=suppressions",
    "people/1?tab=messages",
    "merges",
    "settings/workspace",
    "settings/members",
    "settings/keys",
    "settings/identity",
    "settings/config",
    "settings/audit",
    "settings/account",
]
# Every first word of a key of the words of the UI, as its files have them.
ROOTS = sorted({root for file in WORDS.glob("*.ts") for root in re.findall(r"^  (\w+): \{", file.read_text(), re.MULTILINE)})
BARE_KEY = re.compile(rf"\b(?:{'|'.join(ROOTS)})\.[a-z]\w+")
LOOK = {"key": "look", "name": "LOOK", "touchpoints": [{"key": "view", "name": "VIEW", "events": [{"event": "Product Viewed"}]}]}
BUY = {"key": "buy", "name": "BUY", "touchpoints": [{"key": "order", "name": "ORDER", "events": [{"event": "Order Completed"}]}]}
TILES = [
    {"id": "a", "kind": "metric", "metric": "dau", "dimension": {"column": "device"}},
    {"id": "b", "kind": "metric", "metric": "cac"},
    {"id": "c", "kind": "report", "report": "every_report", "width": "half", "period": {"last_days": 30}},
    {"id": "d", "kind": "text", "text": "ABC", "width": "half"},
]
SCENE = {
    "condition": {"did": {"events": ["Product Viewed"], "within": {"op": "after", "value": {"ago": 30, "unit": "minute"}}}},
    "hours": {"since": "22:00", "until": "02:00"},
}
TRIAL = {
    "arms": [{"key": "control", "name": "A", "weight": 50}, {"key": "new", "name": "B", "weight": 50}],
    "control": "control",
    "metrics": [
        {"key": "m", "name": "M", "role": "primary", "kind": "proportion", "config": {"event": {"event": "Order Completed"}}},
        {"key": "r", "name": "R", "role": "guardrail", "kind": "revenue"},
    ],
}
FLAG = {
    "value_type": "json",
    "default": {"a": 1},
    "rules": [
        {
            "kind": "force", "id": "a", "value": {"a": 2}, "percent": 12.5,
            "condition": {"and": [{"trait": {"name": "plan", "op": "in", "value": ["pro"]}}, {"segment": {"key": "every"}}]},
            "ramp": {"guardrail": "arpu-dau_mau", "steps": [{"percent": 50, "at": "2100-01-01T00:00:00Z"}]},
        },
        {
            "kind": "split", "id": "b", "experiment": "abc", "namespace": {"key": "abc", "start": 0, "end": 50},
            "prerequisites": [{"flag": "gate", "values": [True]}],
            "arms": [{"key": "a", "name": "A", "value": 1, "weight": 50}, {"key": "b", "name": "B", "value": [2], "weight": 50}],
        },
    ],
}  # fmt: skip
TRIED = {
    "entry": {"type": "event", "event": "Order Completed"},
    "start": "wait",
    "nodes": [{"id": "wait", "type": "wait", "config": {"amount": 1, "unit": "day"}}, {"id": "end", "type": "exit"}],
    "edges": [{"source": "wait", "target": "end"}],
}
NOTHING = re.compile("Nothing here|这里没有内容")
EDITOR = re.compile(r"/(?:new-\w+|edit|new)(?:\?|$)")
CJK = re.compile(r"[\u4e00-\u9fff]")
# What may stand in Latin letters on a Chinese page: names, ids, codes and values are not words of the interface.
ENGLISH = re.compile(r"\b(?:the|and|of|is|are|this|that|with|from|Loading|Save|Cancel|Search|Settings|People|Status|Type)\b")


@pytest.mark.timeout(900)
def test_every_page_is_whole(browser: Browser, site: Site, signed_in: Path) -> None:
    troubles: list[str] = []
    site.ask("maps/every", {"name": "ABC", "drawing": {"stages": [LOOK, BUY]}}, "PUT")
    site.ask("saved-reports/every_report", {"name": "ABC", "report": "lifecycle", "spec": {}}, "PUT")
    site.ask("dashboards/every", {"name": "ABC", "tiles": TILES}, "PUT")
    # So that the person's page tells of coming into a segment, in the longest words there are.
    site.ask("segments/every", {"name": "ABCDEFGHIJKLMNO", "condition": {"did": {"events": ["Order Completed"]}}}, "PUT")
    site.wait(lambda: site.ask("segments/every")["size"] is not None and site.ask("people/1/moves")["items"] != [])
    recipe = next(one for one in site.ask("flow-recipes")["items"] if one["key"] == "cart_abandoned")
    site.ask("flows/every", {"name": "ABC", "graph": recipe["graph"]}, "PUT")
    tried = site.ask("flows/tried", {"name": "ABC", "graph": TRIED}, "PUT")
    site.ask("flows/tried/publish", {"revision": tried["revision"]})
    site.ask("flows/tried/dry-run", {"revision": tried["revision"]})
    site.ask("flags/gate", {"name": "ABC", "spec": {"value_type": "boolean", "default": True}}, "PUT")
    site.ask("flags/every", {"name": "ABC", "spec": FLAG}, "PUT")
    site.ask("flags/every/state", {"state": "on"})
    site.ask("holdouts/everything", {"name": "ABC"}, "PUT")
    site.ask("holdouts/every", {"name": "ABC", "members": [{"kind": "flow", "key": "tried"}]}, "PUT")
    site.ask("referral-programmes/every", {"spec": {"name": "ABC", "target": "https://shop.example/"}}, "PUT")
    site.ask("beta-groups/early", {"name": "ABC"}, "PUT")
    site.ask("ideas", {"title": "ABC"})
    site.ask("advocates/1/thanks", {"how": "gift", "what_for": "ABC"})
    site.ask("referral-programmes/every/codes", {"person_id": 1})
    site.ask("incoming-messages", {"channel": "wecom", "message_id": "every", "person": {"person_id": 1}, "text": "ABC?"})
    site.ask("conversations/1/notes", {"text": "ABC", "key": "every"})
    site.ask("snippets/every", {"name": "ABC", "zh": "ABC?"}, "PUT")
    site.ask("scenes/every", {"name": "ABC", "spec": SCENE}, "PUT")
    site.ask("experiments/every", {"name": "ABC", "spec": TRIAL}, "PUT")
    site.ask("experiments/every/state", {"state": "running"})
    site.send([exposed(f"arm-{n}", n % 2) for n in range(4)])
    simulation = f"flows/tried/simulations/{site.ask('flows/tried/simulations', {'days': 30})['simulation_id']}"
    site.wait(lambda: site.ask(simulation)["state"] not in ("queued", "running"))
    with _context(browser, site, signed_in) as context:
        context.add_init_script("localStorage['uems.language'] ??= 'en'")
        page = context.new_page()
        page.on("pageerror", lambda error: troubles.append(f"{page.url}: {error}"))
        page.on("console", lambda message: troubles.append(f"{page.url}: {message.text}") if message.type == "error" else None)
        page.goto("/w/shop/overview")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        languages = ["en", "zh"]
        for path in PAGES:
            page.set_viewport_size({"width": 1280, "height": 860})
            _open(page, path)
            # As it was left by the page before, then in the other language: half of all pages come up in either.
            for language in languages:
                if _speak(page, language) and EDITOR.search(path):
                    _open(page, path)  # what is begun for somebody is begun in their language, and stays as it is
                troubles += [f"{path} in {language} {what}" for what in _at_both_widths(page, language)]
            languages.reverse()
    site.ask("flows/tried/dry-run/end", {})
    assert troubles == []


def _speak(page: Page, language: str) -> bool:
    """As if it were chosen in another tab; Chinese pages are dark. Whether another one was spoken before."""
    if page.locator(f"html[lang|={language}]").count():
        return False
    page.emulate_media(color_scheme="dark" if language == "zh" else "light")
    chosen = "localStorage['uems.language'] = to; dispatchEvent(new StorageEvent('storage', { key: 'uems.language', newValue: to }))"
    page.evaluate(f"to => {{ {chosen} }}", language)
    expect(page.locator(f"html[lang|={language}]")).to_have_count(1)
    return True


def _at_both_widths(page: Page, language: str) -> list[str]:
    found: list[str] = []
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 860})
        page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        expect(page.locator("main .ant-skeleton")).to_have_count(0)
        found += [f"at {width}: {what}" for what in _unfit(page, language)]
    return found


def exposed(user: str, arm: int) -> dict[str, object]:
    told = {"experiment_id": "every", "variation_id": arm}
    return {"type": "track", "event": "Experiment Viewed", "userId": user, "properties": told}


def _open(page: Page, path: str) -> None:
    """Go there as a link would, by way of a page that has nothing: starting the UI anew for each page would cost most of the time."""
    if EDITOR.search(page.url):  # which asks before it is left
        page.goto("/w/shop/nowhere/at/all")
    else:
        _follow(page, "nowhere/at/all")
    nothing = page.locator("main").get_by_text(NOTHING).element_handle()
    _follow(page, path)
    nothing.wait_for_element_state("hidden")


def _follow(page: Page, path: str) -> None:
    page.evaluate("to => { history.pushState(null, '', to); dispatchEvent(new PopStateEvent('popstate')) }", f"/w/shop/{path}")


def _unfit(page: Page, language: str) -> list[str]:
    # What a template reads is written as Liquid, in either language.
    text = re.sub(r"\{\{.*?\}\}", "", page.locator("body").inner_text())
    found = [f"bare key {key}" for key in BARE_KEY.findall(text)]
    shown = text.replace("中文", "").replace("English", "")  # the languages are named in themselves
    wrong = CJK if language == "en" else ENGLISH
    found += [f"word of the other language: {word}" for word in wrong.findall(shown)[:5]]
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    if wide > 0:
        found.append(f"{wide} px wider than the screen")
    unnamed = page.evaluate(
        "[...document.querySelectorAll('main button, main a, aside button')]"
        ".filter(e => e.offsetParent && getComputedStyle(e).visibility === 'visible')"
        ".filter(e => !e.innerText.trim() && !e.ariaLabel && !e.title && !e.querySelector('[aria-label]'))"
        ".map(e => e.outerHTML.slice(0, 120))"
    )
    found += [f"no name: {html}" for html in unnamed]
    return found
