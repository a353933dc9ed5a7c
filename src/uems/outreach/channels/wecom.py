"""WeCom (企业微信): a message of an application of the company to one member, by the account that stands in a trait."""

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
from uems.outreach.channels._provider import BUSY, NOBODY, SETUP, SOON, WRONG, Fault, Sending, call, fields, refused, status_fault
from uems.outreach.channels._tokens import Tokens

_EXPIRED: Final = frozenset({40014, 42001})
_FAULTS: Final[Mapping[int, Fault]] = {
    -1: SOON,
    40001: SETUP,  # secret
    40013: SETUP,  # corpid
    40056: SETUP,  # agentid
    40014: SETUP,
    42001: SETUP,
    41001: SETUP,
    60020: SETUP,  # this server's address is not allowed
    301002: SETUP,  # no right to this application
    45009: BUSY,
    45033: SOON,
    40003: NOBODY,
    60111: NOBODY,
    81013: WRONG,  # outside what the application may see
}


class WeCom(Chat):
    """corp_id: of the company. agent_id, app_secret: of the application. trait: where the member's account (userid) stands."""

    corp_id: Line = ""
    agent_id: Annotated[str, Field(pattern=r"^[0-9]{0,18}$"), Clean] = ""
    app_secret: Line = ""
    trait: Trait = "wecom_userid"
    base_url: Line = "https://qyapi.weixin.qq.com"


class _Calls(Sending):
    def __init__(self, outbound: Outbound, config: WeCom, tokens: Tokens) -> None:
        self._outbound, self._config, self._tokens = outbound, config, tokens
        self._base = config.base_url.rstrip("/")
        self._credentials = (self._base, config.corp_id, config.app_secret)

    def hand_over(self, letter: Letter) -> Handed:
        code, said = self._once(letter)
        if code in _EXPIRED:
            code, said = self._once(letter)
        if code != 0:
            raise refused("WeCom", code, said.get("errmsg", ""), _FAULTS.get(code, WRONG))
        if said.get("invaliduser"):
            # Unknown or outside what the application may see: nobody can tell which, so the account is not suppressed for ever.
            raise refused("WeCom", "invaliduser", "the account is unknown, or the application may not see it", WRONG)
        return Handed(provider_id=str(said.get("msgid", "")), detail=str(said.get("errmsg", "")))

    def _once(self, letter: Letter) -> tuple[int, dict[str, Any]]:
        token = self._tokens.get(self._credentials, self._ask)
        body = {
            "touser": letter.address,
            "msgtype": "text",
            "agentid": int(self._config.agent_id),
            "text": {"content": words(letter)},
        }
        url = f"{self._base}/cgi-bin/message/send?{urlencode({'access_token': token})}"
        code, said = _read(call(self._outbound, url, headers={}, json=body))
        if code in _EXPIRED:
            self._tokens.drop(self._credentials, token)
        return code, said

    def _ask(self) -> tuple[str, float]:
        query = urlencode({"corpid": self._config.corp_id, "corpsecret": self._config.app_secret})
        code, said = _read(call(self._outbound, f"{self._base}/cgi-bin/gettoken?{query}", headers={}, get=True))
        if code != 0:
            raise refused("WeCom", code, said.get("errmsg", ""), _FAULTS.get(code, SETUP))
        return str(said["access_token"]), float(said.get("expires_in", 7_200))


def _read(answer: Any) -> tuple[int, dict[str, Any]]:
    said = fields(answer)
    code = said.get("errcode")
    if not isinstance(code, int):
        raise refused("WeCom", answer.status, "no errcode in the answer", status_fault(answer))
    return code, said


class _WeCom(ChannelBase):
    key: Final = "wecom"
    label_zh: Final = "企业微信应用消息"
    label_en: Final = "WeCom application message"
    Config: Final = WeCom
    sample: Final = WeCom(corp_id="ww0123456789abcdef", agent_id="1000002", app_secret="a secret")
    medium: Medium = "account"
    content: Content = "note"
    secrets: Sequence[str] = ("app_secret",)
    needs: Sequence[str] = ("corp_id", "agent_id", "app_secret", "base_url")

    def __init__(self) -> None:
        self._tokens = Tokens()

    def address_key(self, config: WeCom) -> str:
        return config.trait

    def weigh(self, config: WeCom, letter: Letter) -> Weight:
        return weighed(letter)

    @asynccontextmanager
    async def open(self, house: House, scope: Scope, config: WeCom) -> AsyncIterator[Transport]:
        with Outbound(house.settings) as outbound:
            yield _Calls(outbound, config, self._tokens)


ITEM = _WeCom()
