"""How does a group of a chat program hear of something? By its robot: an address of its own, signed where the group asks for that.

DingTalk: custom robot, ``timestamp`` and ``sign`` in the address. Feishu and Lark: custom bot, both in the body. WeCom: group robot, whose
address is its only secret. None of them knows a repeated message by a key.
"""

import base64
import hmac
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, TypeAlias
from urllib.parse import urlencode

from uems.kernel.outbound import Answer, OutboundError

Robot: TypeAlias = Literal["dingtalk", "feishu", "wecom"]
ROBOTS: Final[tuple[Robot, ...]] = ("dingtalk", "feishu", "wecom")
LONGEST: Final = {"dingtalk": 18_000, "feishu": 18_000, "wecom": 2_000}
"""Bytes of a text that a robot takes, with some room: WeCom takes 2,048; the others 20,000 with all that is around it."""
_BUSY: Final = frozenset({130101, 410100, 660026, 45009, 45033, 11232, 9499, -1})
"""Too many in a minute, or the other side is busy: the same again is taken later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What is posted where, as JSON."""

    url: str
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What the robot answered. again: whether the same may be taken later."""

    taken: bool
    again: bool
    words: str


def call_of(robot: Robot, url: str, secret: str, text: str, now: datetime) -> Call:
    """A text as the robot wants it; one that is too long is cut. secret: "" where the group asks for no signature."""
    words = cut(text, LONGEST[robot])
    body: dict[str, object]
    if robot == "feishu":
        body = {"msg_type": "text", "content": {"text": words}}
        if secret:
            stamp = str(int(now.timestamp()))
            body = {"timestamp": stamp, "sign": feishu_sign(stamp, secret), **body}
    else:
        body = {"msgtype": "text", "text": {"content": words}}
        if robot == "dingtalk" and secret:
            stamp = str(int(now.timestamp() * 1_000))
            more = urlencode({"timestamp": stamp, "sign": dingtalk_sign(stamp, secret)})
            url = f"{url}{'&' if '?' in url else '?'}{more}"
    return Call(url=url, body=json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode())


def dingtalk_sign(stamp: str, secret: str) -> str:
    """HMAC-SHA256 of the time in milliseconds and the secret, under the secret."""
    return base64.b64encode(hmac.digest(secret.encode(), f"{stamp}\n{secret}".encode(), "sha256")).decode()


def feishu_sign(stamp: str, secret: str) -> str:
    """HMAC-SHA256 of nothing, under the time in seconds and the secret."""
    return base64.b64encode(hmac.digest(f"{stamp}\n{secret}".encode(), b"", "sha256")).decode()


def read(answer: Answer) -> Said:
    """What it said; all of them answer 200 also where they refuse."""
    try:
        told = answer.json()
    except OutboundError:
        told = None
    found = told if isinstance(told, dict) else {}
    code = next((found[name] for name in ("errcode", "code", "StatusCode") if name in found), None)
    if not isinstance(code, int):
        return Said(taken=False, again=answer.status >= 500 or answer.status == 429, words=f"status {answer.status}, no code in the answer")
    words = str(found.get("errmsg") or found.get("msg") or "")[:300]
    return Said(taken=code == 0, again=code in _BUSY, words=f"{code} {words}".strip())


def cut(text: str, longest: int) -> str:
    """The text within so many bytes, with a sign where something is left out; no letter is cut in two."""
    raw = text.encode()
    return text if len(raw) <= longest else raw[: longest - 3].decode(errors="ignore") + "…"
