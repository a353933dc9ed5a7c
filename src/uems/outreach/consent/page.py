"""What does the page look like on which somebody chooses what they get? Plain HTML without scripts, in their language."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Final, Literal

from sqlalchemy import select

from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.outreach.consent.consents import Consent
from uems.outreach.consent.model import EVERYTHING, Topic
from uems.outreach.consent.tokens import Pointed
from uems.outreach.tables import outreach_messages as messages

Language = Literal["zh", "en"]

_WORDS: Final[Mapping[Language, Mapping[str, str]]] = {
    "zh": {
        "title": "订阅偏好",
        "lead": "选择您希望从 {name} 收到的内容。",
        "save": "保存",
        "nothing": "全部退订",
        "saved": "已保存。",
        "none": "目前没有可订阅的主题。",
        "service": "与您的订单和账户有关的通知不受此影响。",
        "off": "您已全部退订。",
    },
    "en": {
        "title": "What you get",
        "lead": "Choose what you would like to get from {name}.",
        "save": "Save",
        "nothing": "Unsubscribe from everything",
        "saved": "Saved.",
        "none": "There is nothing to subscribe to at the moment.",
        "service": "Notices about your orders and your account are not affected.",
        "off": "You are unsubscribed from everything.",
    },
}
_STYLE: Final = (
    "body{font:16px/1.6 system-ui,'PingFang SC','Microsoft YaHei',sans-serif;margin:0;background:#f5f6f8;color:#1f2329}"
    "main{max-width:560px;margin:48px auto;background:#fff;border-radius:12px;padding:32px}h1{font-size:22px;margin:0 0 8px}"
    "label{display:flex;gap:12px;padding:12px 0;border-bottom:1px solid #eceef1}small{color:#646a73;display:block}"
    "input{width:20px;height:20px;flex:none;margin-top:3px}button{font:inherit;border:0;border-radius:8px;padding:10px 20px;cursor:pointer}"
    ".main{background:#1677ff;color:#fff}.quiet{background:#eceef1;color:#1f2329}.row{display:flex;gap:12px;flex-wrap:wrap;margin-top:24px}"
    ".note{color:#646a73;font-size:14px}.done{background:#e8f7ee;color:#0b6b36;border-radius:8px;padding:8px 12px}"
    "@media(max-width:620px){main{margin:0;border-radius:0;padding:24px}}"
    "@media(prefers-color-scheme:dark){body{background:#141517;color:#e6e8eb}main{background:#1f2124}label{border-color:#33363b}"
    ".quiet{background:#33363b;color:#e6e8eb}.done{background:#12351f;color:#9be3b8}}"
)


def preferences(name: str, topics: Mapping[str, Topic], said: Sequence[Consent], language: Language, address: str, *, saved: bool) -> str:
    """The whole page. address: where the form goes."""
    words = _WORDS[language]
    state = {(one.topic, one.channel): one.state for one in said}
    off = state.get((EVERYTHING, EVERYTHING)) == "unsubscribed"
    rows = []
    for key, topic in topics.items():
        if topic.kind == "service":
            continue
        on = not off and state.get((key, EVERYTHING), topic.default) == "subscribed"
        title, note = (topic.name_zh, topic.description_zh) if language == "zh" else (topic.name_en, topic.description_en)
        small = f"<small>{escape(note)}</small>" if note else ""
        box = f'<input type="checkbox" name="topic" value="{escape(key, quote=True)}"{" checked" if on else ""}>'
        rows.append(f"<label>{box}<span>{escape(title)}{small}</span></label>")
    done = f'<p class="done" role="status">{words["off"] if off else words["saved"]}</p>' if saved else ""
    body = "".join(rows) or f"<p>{words['none']}</p>"
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{words["title"]}</title>'
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><style>{_STYLE}</style></head><body><main>'
        f"<h1>{words['title']}</h1><p>{escape(words['lead'].format(name=name))}</p>{done}"
        f'<form method="post" action="{escape(address, quote=True)}">{body}<div class="row">'
        f'<button class="main" type="submit">{words["save"]}</button>'
        f'<button class="quiet" type="submit" name="nothing" value="1">{words["nothing"]}</button></div></form>'
        f'<p class="note">{words["service"]}</p></main></body></html>'
    )


_CONFIRM: Final[Mapping[Language, Mapping[str, str]]] = {
    "zh": {
        "title": "确认订阅",
        "open": "您想从 {name} 收到“{topic}”吗？",
        "button": "确认",
        "done": "已确认，您将收到“{topic}”。",
        "over": "这封邮件已超过七天。如仍需要，请重新申请。",
        "off": "这项订阅已不再等待确认。",
    },
    "en": {
        "title": "Confirm a subscription",
        "open": 'Would you like to get "{topic}" from {name}?',
        "button": "Confirm",
        "done": 'Confirmed. You will get "{topic}".',
        "over": "This letter is more than seven days old. Please ask again if you still want it.",
        "off": "This subscription does not wait for an answer any more.",
    },
}


def confirmation(name: str, topic: str, language: Language, standing: Literal["open", "done", "over", "off"], token: str) -> str:
    """The page of a double opt-in, with a button only while it is open."""
    words = _CONFIRM[language]
    said = escape(words[standing].format(name=name, topic=topic))
    button = f'<form method="post" action="/api/letters/{escape(token, quote=True)}/confirm"><div class="row">'
    button += f'<button class="main" type="submit">{words["button"]}</button></div></form>'
    kind = ' class="done" role="status"' if standing == "done" else ""
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{words["title"]}</title>'
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><style>{_STYLE}</style></head><body><main>'
        f"<h1>{words['title']}</h1><p{kind}>{said}</p>{button if standing == 'open' else ''}</main></body></html>"
    )


def topic_of(house: House, pointed: Pointed) -> str:
    """The topic of the letter; "" where it had none, or is gone."""
    c = messages.c
    query = select(c.topic).where(c.workspace_id == pointed.workspace_id, c.message_id == pointed.message_id)
    with house.store.read() as conn:
        return conn.execute(query).scalar_one_or_none() or ""


def language_of(house: House, scope: Scope, pointed: Pointed, accepted: str) -> Language:
    """That of the letter, else that of the browser."""
    c = messages.c
    query = select(c.language).where(c.workspace_id == scope.workspace_id, c.message_id == pointed.message_id)
    with house.store.read() as conn:
        known = conn.execute(query).scalar_one_or_none()
    if known == "zh" or known == "en":
        return "zh" if known == "zh" else "en"
    return "zh" if accepted.strip().lower().startswith("zh") else "en"
