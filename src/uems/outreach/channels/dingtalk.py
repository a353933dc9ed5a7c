"""DingTalk (钉钉): a work notice of an application of the company to one member, by the account that stands in a trait."""

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from pydantic import Field

from uems.kernel.edge import Clean
from uems.kernel.house import House
from uems.kernel.outbound import Outbound
from uems.kernel.scope import Scope
from uems.outreach.channel import ChannelBase, Content, Handed, Letter, Medium, Transport, Weight
from uems.outreach.channels._chat import Chat, Line, Trait, weighed, words
from uems.outreach.channels._provider import BUSY, HOUR, NOBODY, SETUP, SOON, WRONG, Fault, Sending, call, fields, refused, status_fault
from uems.outreach.channels._tokens import Tokens

_EXPIRED: Final = frozenset({40014, 42001})
_SUBCODE: Final = re.compile(r"subcode=([0-9]+)")
_FAULTS: Final[Mapping[int, Fault]] = {
    -1: SOON,
    40014: SETUP,
    42001: SETUP,
    40078: SETUP,
    40089: SETUP,  # AppKey or AppSecret
    60011: SETUP,  # no right to this interface
    60020: SETUP,  # this server's address is not allowed
    400006: SETUP,
    33012: NOBODY,
    60121: NOBODY,
    90002: SOON,
    90018: BUSY,
    143105: HOUR,  # too many notices to one person
}


class DingTalk(Chat):
    """app_key, app_secret, agent_id: of the application. trait: where the member's account (userid) stands.

    DingTalk itself drops a notice whose text somebody had that day already.
    """

    app_key: Line = ""
    agent_id: Annotated[str, Field(pattern=r"^[0-9]{0,18}$"), Clean] = ""
    app_secret: Line = ""
    trait: Trait = "dingtalk_userid"
    base_url: Line = "https://oapi.dingtalk.com"


class _Calls(Sending):
    def __init__(self, outbound: Outbound, config: DingTalk, tokens: Tokens) -> None:
        self._outbound, self._config, self._tokens = outbound, config, tokens
        self._base = config.base_url.rstrip("/")
        self._credentials = (self._base, config.app_key, config.app_secret)

    def hand_over(self, letter: Letter) -> Handed:
        code, said = self._once(letter)
        if code in _EXPIRED:
            code, said = self._once(letter)
        if code != 0:
            raise refused("DingTalk", code, said.get("errmsg", ""), _FAULTS.get(code, WRONG))
        return Handed(provider_id=str(said.get("task_id", "")), detail=str(said.get("errmsg", "")))

    def _once(self, letter: Letter) -> tuple[int, dict[str, Any]]:
        token = self._tokens.get(self._credentials, self._ask)
        body = {
            "agent_id": int(self._config.agent_id),
            "userid_list": letter.address,
            "msg": {"msgtype": "text", "text": {"content": words(letter)}},
        }
        url = f"{self._base}/topapi/message/corpconversation/asyncsend_v2?{urlencode({'access_token': token})}"
        code, said = _read(call(self._outbound, url, headers={}, json=body))
        if code in _EXPIRED:
            self._tokens.drop(self._credentials, token)
        return code, said

    def _ask(self) -> tuple[str, float]:
        query = urlencode({"appkey": self._config.app_key, "appsecret": self._config.app_secret})
        code, said = _read(call(self._outbound, f"{self._base}/gettoken?{query}", headers={}, get=True))
        if code != 0:
            raise refused("DingTalk", code, said.get("errmsg", ""), _FAULTS.get(code, SETUP))
        return str(said["access_token"]), float(said.get("expires_in", 7_200))


def _read(answer: Any) -> tuple[int, dict[str, Any]]:
    said = fields(answer)
    code = said.get("errcode")
    if not isinstance(code, int):
        raise refused("DingTalk", answer.status, "no errcode in the answer", status_fault(answer))
    inner = _SUBCODE.search(str(said.get("errmsg", ""))) if code == 88 else None
    return (int(inner[1]) if inner else code), said


class _DingTalk(ChannelBase):
    key: Final = "dingtalk"
    label_zh: Final = "钉钉工作通知"
    label_en: Final = "DingTalk work notice"
    Config: Final = DingTalk
    sample: Final = DingTalk(app_key="dingexample", agent_id="3000000001", app_secret="a secret")
    medium: Medium = "account"
    content: Content = "note"
    secrets: Sequence[str] = ("app_secret",)
    needs: Sequence[str] = ("app_key", "agent_id", "app_secret", "base_url")

    def __init__(self) -> None:
        self._tokens = Tokens()

    def address_key(self, config: DingTalk) -> str:
        return config.trait

    def weigh(self, config: DingTalk, letter: Letter) -> Weight:
        return weighed(letter)

    @asynccontextmanager
    async def open(self, house: House, scope: Scope, config: DingTalk) -> AsyncIterator[Transport]:
        with Outbound(house.settings) as outbound:
            yield _Calls(outbound, config, self._tokens)


ITEM = _DingTalk()
