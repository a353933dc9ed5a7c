"""Do messages reach chat programs as their providers document it: with a token that is asked for once, and the right word for a refusal?"""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.outreach.channels.provider import Heard, Provider, Told, join, sent, set_up, text_template
from tests.outreach.world import World
from uems.outreach.channels._tokens import Tokens

SETUPS: dict[str, dict[str, str]] = {
    "wecom": {"corp_id": "ww1", "agent_id": "1000002", "app_secret": "s3cret"},
    "dingtalk": {"app_key": "ding1", "agent_id": "3000000001", "app_secret": "s3cret"},
    "feishu": {"app_id": "cli_1", "app_secret": "s3cret"},
}
TRAITS = {"wecom": "wecom_userid", "dingtalk": "dingtalk_userid", "feishu": "feishu_open_id"}


class Office:
    """What a chat program keeps: the token that is good now, and what it was given. said: its answer to a message."""

    def __init__(self, channel: str) -> None:
        self.channel, self.asked, self.good = channel, 0, ""
        self.taken: list[tuple[Heard, Any]] = []
        self.said: Callable[[], Told] = lambda: (200, self.fine())

    def fine(self) -> dict[str, object]:
        return {
            "wecom": {"errcode": 0, "errmsg": "ok", "msgid": "id-1"},
            "dingtalk": {"errcode": 0, "task_id": 256271667526, "request_id": "r"},
            "feishu": {"code": 0, "msg": "success", "data": {"message_id": "om_1"}},
        }[self.channel]

    def __call__(self, heard: Heard) -> Told:
        asks = {"wecom": "/cgi-bin/gettoken", "dingtalk": "/gettoken", "feishu": "/open-apis/auth/v3/tenant_access_token/internal"}
        if heard.path == asks[self.channel]:
            return self._token(heard)
        given = heard.headers.get("authorization", "").removeprefix("Bearer ") or heard.query.get("access_token", "")
        if given != self.good:
            if self.channel == "dingtalk":
                return 200, {"errcode": 88, "errmsg": "ding talk error[subcode=40014,submsg=不合法的access_token]"}
            return 200, {"errcode": 42001, "errmsg": "access_token expired"} if self.channel == "wecom" else {
                "code": 99991663,
                "msg": "bad",
            }
        self.taken.append((heard, heard.json()))
        return self.said()

    def _token(self, heard: Heard) -> Told:
        right = {
            "wecom": lambda: (heard.method, heard.query) == ("GET", {"corpid": "ww1", "corpsecret": "s3cret"}),
            "dingtalk": lambda: (heard.method, heard.query) == ("GET", {"appkey": "ding1", "appsecret": "s3cret"}),
            "feishu": lambda: (heard.method, heard.json()) == ("POST", {"app_id": "cli_1", "app_secret": "s3cret"}),
        }[self.channel]()
        if not right:
            wrong = {"wecom": 40001, "dingtalk": 40089, "feishu": 10014}[self.channel]
            return 200, {"code" if self.channel == "feishu" else "errcode": wrong, "errmsg": "invalid credential", "msg": "invalid"}
        self.asked += 1
        self.good = f"token-{self.asked}"
        if self.channel == "feishu":
            return 200, {"code": 0, "msg": "ok", "tenant_access_token": self.good, "expire": 7200}
        return 200, {"errcode": 0, "errmsg": "ok", "access_token": self.good, "expires_in": 7200}


def begin(world: World, provider: Provider, channel: str, **more: str) -> Office:
    """The channel, set up; "wu" has an account there."""
    office = Office(channel)
    provider.answer = office
    set_up(world, channel, **{**SETUPS[channel], **more}, base_url=provider.url)
    text_template(world, channel, "{{ person.first_name }}，订单已到。", subject="到货")
    join(world, "wu", {"first_name": "小吴", "wecom_userid": "wu01", "dingtalk_userid": "wu02", "feishu_open_id": "ou_wu"})
    return office


def said_to(channel: str, body: Any, number: int) -> None:
    """The body is what the provider's documentation asks for."""
    text = "到货\n小吴，订单已到。"
    if channel == "wecom":
        assert body == {"touser": "wu01", "msgtype": "text", "agentid": 1000002, "text": {"content": text}}
    elif channel == "dingtalk":
        assert body == {"agent_id": 3000000001, "userid_list": "wu02", "msg": {"msgtype": "text", "text": {"content": text}}}
    else:
        content = json.loads(body.pop("content"))
        assert content == {"zh_cn": {"title": "到货", "content": [[{"tag": "text", "text": "小吴，订单已到。"}]]}}
        assert body == {"receive_id": "ou_wu", "msg_type": "post", "uuid": f"m1-{number}"}
        assert len(body["uuid"]) <= 50


@pytest.mark.parametrize("channel", SETUPS)
def test_a_message_goes_out_with_a_token_that_is_asked_for_once_and_anew_when_it_is_refused(
    world: World, provider: Provider, channel: str
) -> None:
    office = begin(world, provider, channel)
    one, two = sent(world, "wu", "k1", context={}), sent(world, "wu", "k2")
    assert [found["state"] for found in (one, two)] == ["accepted", "accepted"]
    assert one["provider_id"] == {"wecom": "id-1", "dingtalk": "256271667526", "feishu": "om_1"}[channel]
    assert office.asked == 1
    said_to(channel, office.taken[0][1], one["message_id"])
    paths = {
        "wecom": "/cgi-bin/message/send",
        "dingtalk": "/topapi/message/corpconversation/asyncsend_v2",
        "feishu": "/open-apis/im/v1/messages",
    }
    assert office.taken[0][0].path == paths[channel]
    office.good = "another one since"
    world.clock.now = world.clock.now.replace(day=world.clock.now.day + 1)
    assert sent(world, "wu", "k3")["state"] == "accepted"
    assert office.asked == 2


REFUSALS = [
    ("wecom", {"errcode": 60111, "errmsg": "userid not found"}, "failed", "bad_address"),
    ("wecom", {"errcode": 45009, "errmsg": "api freq out of limit"}, "queued", "trying_again"),
    ("wecom", {"errcode": 0, "errmsg": "ok", "invaliduser": "wu01", "msgid": "x"}, "failed", "refused"),
    ("wecom", None, "unknown", "no_answer"),
    ("dingtalk", {"errcode": 33012, "errmsg": "无效的USERID"}, "failed", "bad_address"),
    ("dingtalk", {"errcode": 88, "errmsg": "ding talk error[subcode=90018,submsg=流控]"}, "queued", "trying_again"),
    ("dingtalk", {"errcode": 400002, "errmsg": "参数错误"}, "failed", "refused"),
    ("feishu", {"code": 99992351, "msg": "The open_id is not exist"}, "failed", "bad_address"),
    ("feishu", {"code": 230020, "msg": "rate limit"}, "queued", "trying_again"),
    ("feishu", {"code": 230013, "msg": "Bot has NO availability to this user."}, "failed", "refused"),
]


@pytest.mark.parametrize(("channel", "body", "state", "reason"), REFUSALS, ids=[f"{one[0]}-{i}" for i, one in enumerate(REFUSALS)])
def test_a_refusal_means_what_the_program_says_it_means(
    world: World, provider: Provider, channel: str, body: Any, state: str, reason: str
) -> None:
    office = begin(world, provider, channel)
    office.said = lambda: (200, body)
    found = sent(world, "wu", "k1")
    assert (found["state"], found["reason"]) == (state, reason)
    assert "token-" not in found["detail"]
    assert len(office.taken) == 1


@pytest.mark.parametrize("channel", SETUPS)
def test_wrong_credentials_let_the_message_wait_until_they_are_put_right(world: World, provider: Provider, channel: str) -> None:
    office = begin(world, provider, channel, app_secret="wrong")
    found = sent(world, "wu", "k1")
    assert (found["state"], found["reason"], office.taken) == ("queued", "trying_again", [])
    set_up(world, channel, **SETUPS[channel], base_url=provider.url)
    world.clock.now = world.clock.now.replace(minute=50)
    world.sender.step()
    assert world.message(found["message_id"])["state"] == "accepted"


def test_feishu_is_asked_a_second_time_at_once_under_the_same_key_and_never_later(world: World, provider: Provider) -> None:
    office = begin(world, provider, "feishu")
    answers: list[Told] = [(200, None), (200, office.fine())]
    office.said = lambda: answers.pop(0)
    found = sent(world, "wu", "k1")
    assert (found["state"], [body["uuid"] for _, body in office.taken]) == ("accepted", [f"m1-{found['message_id']}"] * 2)
    answers += [(200, None), (200, {"code": 230020, "msg": "rate limit"})]
    assert sent(world, "wu", "k2")["state"] == "unknown"
    assert len(office.taken) == 4


def test_who_has_no_account_there_and_what_is_too_long_are_said_before_anything_leaves(world: World, provider: Provider) -> None:
    office = begin(world, provider, "wecom")
    assert sent(world, "mei", "k1")["reason"] == "no_address"
    text_template(world, "wecom", "{{ context.text }}")
    found = sent(world, "wu", "k2", context={"text": "长" * 683})
    assert (found["reason"], found["decisions"][0]["facts"]) == ("too_long", {"bytes": 2_049, "limit": 2_048})
    assert office.taken == []


def test_a_token_is_asked_for_by_one_at_a_time_and_belongs_to_its_credentials() -> None:
    tokens, asked = Tokens(), []

    def ask() -> tuple[str, float]:
        asked.append(1)
        return f"t{len(asked)}", 7_200

    assert [tokens.get(("a", "s"), ask), tokens.get(("a", "s"), ask), tokens.get(("a", "other"), ask)] == ["t1", "t1", "t2"]
    tokens.drop(("a", "s"), "an older one")
    assert tokens.get(("a", "s"), ask) == "t1"
    tokens.drop(("a", "s"), "t1")
    assert tokens.get(("a", "s"), ask) == "t3"


def signed(robot: str, heard: Heard, secret: str) -> bool:
    """The signature as each documentation says it, from what arrived alone."""
    if robot == "dingtalk":
        stamp, sign = heard.query["timestamp"], heard.query["sign"]
        digest = hmac.new(secret.encode("utf-8"), f"{stamp}\n{secret}".encode(), digestmod=hashlib.sha256).digest()
    else:
        stamp, sign = heard.json()["timestamp"], heard.json()["sign"]
        digest = hmac.new(f"{stamp}\n{secret}".encode(), digestmod=hashlib.sha256).digest()
    length = {"dingtalk": 13, "feishu": 10}[robot]  # milliseconds and seconds
    return len(stamp) == length and base64.b64encode(digest).decode() == sign


@pytest.mark.parametrize("robot", ["dingtalk", "feishu", "wecom"])
def test_a_robot_tells_a_group_of_somebody_who_needs_no_account(world: World, provider: Provider, robot: str) -> None:
    fine = {"code": 0, "msg": "success"} if robot == "feishu" else {"errcode": 0, "errmsg": "ok"}
    provider.answer = lambda heard: (200, fine)
    channel, secret = f"robot_{robot}", "" if robot == "wecom" else "SEC0"
    made = set_up(world, channel, url=f"{provider.url}/robot/send?access_token=t&x=1", secret=secret)
    assert made["config"] == {"url": True, "secret": bool(secret)}
    spec = {"variants": {"en": {"subject": "Call", "format": "text", "body": "{{ person.first_name }}, please"}}, "language": "en"}
    world.template("note", spec, channel=channel, kind="service")
    join(world, f"seen-{robot}", {"first_name": "Una"})
    assert sent(world, f"seen-{robot}", f"{robot}-1")["state"] == "accepted"
    heard = provider.heard[-1]
    assert (heard.path, heard.query["access_token"], heard.query["x"]) == ("/robot/send", "t", "1")
    said = heard.json()
    assert (said["content"] if robot == "feishu" else said["text"])["text" if robot == "feishu" else "content"] == "Call\nUna, please"
    assert robot == "wecom" or signed(robot, heard, secret)
    # Refused words are read for what they mean: too many in a minute waits, a wrong signature waits for somebody to put it right.
    code = "code" if robot == "feishu" else "errcode"
    provider.answer = lambda heard: (200, {code: {"dingtalk": 130101, "feishu": 11232, "wecom": 45009}[robot], "errmsg": "too fast"})
    waits = sent(world, f"seen-{robot}", f"{robot}-2")
    assert (waits["state"], waits["reason"]) == ("queued", "trying_again")
    provider.answer = lambda heard: (500, {})
    assert sent(world, f"seen-{robot}", f"{robot}-3")["state"] == "unknown"
