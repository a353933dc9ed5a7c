"""Do receipts of providers change what they are of and nothing else, and is nobody else believed?

The bodies are those that the providers document: Alibaba's SmsReport, Tencent's SMS Sending Status Notification, Twilio's StatusCallback.
"""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from sqlalchemy import select

from tests.outreach.channels.provider import Provider, join, listening, sent, set_up, text_template
from tests.outreach.world import World, a_world
from uems.kernel.settings import Settings
from uems.outreach.channels.sms_twilio import signature
from uems.outreach.tables import outreach_news as news

PUBLIC = "https://crm.example"
ALIYUN = {"access_key_id": "LTAI5tTest", "access_key_secret": "s3cret", "sign_name": "示例商城"}
TENCENT = {"secret_id": "AKIDtest", "secret_key": "s3cret", "sdk_app_id": "1400006666", "sign_name": "示例商城"}
TWILIO = {"account_sid": "AC" + "0" * 32, "token": "s3cret", "sender": "+15005550006", "country": "CN"}


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with listening() as found:
        yield found


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    home = tmp_path_factory.mktemp("receipts") / "home"
    with a_world(Settings(home=home, allow_private_outbound=True, public_url=PUBLIC)) as found:
        found.topic()
        yield found


@pytest.mark.parametrize(
    ("caller", "wanted"), [("+14158675309", "RSOYDt4T1cUTdK1PDd93/VVr8B8="), ("+12349013030", "0/KCTR6DLpKmkAf8muzZqo1nDgQ=")]
)
def test_the_signature_is_that_of_published_examples(caller: str, wanted: str) -> None:
    """Twilio's documentation, and the tests of its Python library."""
    form = [("To", "+18005551212"), ("From", caller), ("Digits", "1234"), ("Caller", caller), ("CallSid", "CA1234567890ABCDE")]
    assert signature("12345", "https://mycompany.com/myapp.php?foo=1&bar=2", form) == wanted


def tell(world: World, address: str, body: object, **headers: str) -> Any:
    assert address.startswith(PUBLIC)
    raw = body.encode() if isinstance(body, str) else json.dumps(body, ensure_ascii=False).encode()
    return world.stranger().post(urlsplit(address).path, content=raw, headers=headers)


def door(world: World, channel: str) -> str:
    found = next(one for one in world.ask("GET", "/channels").json()["items"] if one["key"] == channel)
    return str(found["receipts_url"])


def events(world: World, number: int) -> list[str]:
    """What was told of a message, in its order; nothing of it is sent to the log here."""
    with world.house.store.read() as conn:
        return list(conn.execute(select(news.c.event).where(news.c.message_id == number).order_by(news.c.news_id)).scalars())


def suppressed(world: World, channel: str) -> list[str]:
    items = world.ask("GET", "/suppressions").json()["items"]
    return [one["address"] for one in items if one["channel"] == channel]


def test_alibaba_tells_by_our_key_what_arrived_and_which_number_is_gone(world: World, provider: Provider) -> None:
    provider.answer = lambda heard: (200, {"Code": "OK", "BizId": f"biz{len(provider.heard)}"})
    set_up(world, "sms_aliyun", **ALIYUN, base_url=provider.url)
    text_template(world, "sms_aliyun", "您好", provider_code="SMS_1")
    for n, name in enumerate(("ali1", "ali2", "ali3")):
        join(world, name, {"phone": f"1380013800{n}"})
    numbers = [sent(world, name, f"a-{name}")["message_id"] for name in ("ali1", "ali2", "ali3")]
    workspace = world.scope.workspace_id

    def said(number: int, **more: object) -> dict[str, object]:
        times = {"send_time": "2017-01-01 00:00:00", "report_time": "2017-01-01 00:00:00"}
        return {"phone_number": "13800138000", **times, "sms_size": "1", "biz_id": "none", "out_id": f"m{workspace}-{number}", **more}

    body = [
        said(numbers[0], success=True, err_code="DELIVERED", err_msg="用户接收成功"),
        said(numbers[1], success=False, err_code="MK:0001", err_msg="空号"),
        said(numbers[2], success=False, err_code="UNDELIV", err_msg="关机"),
        said(10**9, success=True, err_code="DELIVERED", err_msg=""),
        said(numbers[2], success=True, out_id=f"m{workspace + 1}-{numbers[2]}", biz_id=""),
    ]
    for _ in range(2):  # told again it changes nothing
        answer = tell(world, door(world, "sms_aliyun"), body)
        assert (answer.status_code, answer.json()["code"]) == (200, 0)
    found = [world.message(number) for number in numbers]
    assert [(one["state"], one["reason"]) for one in found] == [("accepted", ""), ("failed", "bounced"), ("accepted", "bounced")]
    assert found[0]["delivered_at"] is not None
    assert "空号" in found[1]["detail"]
    assert [events(world, number)[-1] for number in numbers] == ["message.delivered", "message.bounced", "message.bounced"]
    assert [events(world, number).count("message.bounced") for number in numbers] == [0, 1, 1]
    assert len(suppressed(world, "sms_aliyun")) == 1
    assert sent(world, "ali2", "again")["reason"] == "suppressed_address"
    assert sent(world, "ali3", "again3")["state"] == "accepted"


def test_tencent_tells_by_its_serial_number(world: World, provider: Provider) -> None:
    provider.answer = lambda heard: (
        200,
        {"Response": {"SendStatusSet": [{"Code": "Ok", "SerialNo": f"2640:{len(provider.heard)}", "Fee": 1}]}},
    )
    set_up(world, "sms_tencent", **TENCENT, base_url=provider.url)
    text_template(world, "sms_tencent", "您好", provider_code="1")
    join(world, "ten", {"phone": "13900139000"})
    one, other = sent(world, "ten", "t1"), sent(world, "ten", "t2")
    known = {"user_receive_time": "2015-10-17 08:03:04", "nationcode": "86", "mobile": "13900139000"}
    arrived = {**known, "report_status": "SUCCESS", "errmsg": "DELIVRD", "description": "用户短信送达成功", "sid": one["provider_id"]}
    failed = {**known, "report_status": "FAIL", "errmsg": "UNDELIV", "description": "用户不存在", "sid": other["provider_id"]}
    replied = {"mobile": "13900139000", "text": "T", "sign": "示例商城", "time": 1457336869, "nationcode": "86"}
    answer = tell(world, door(world, "sms_tencent"), [arrived, failed, replied])
    assert (answer.status_code, answer.json()["result"], answer.json()["errmsg"]) == (200, 0, "OK")
    assert world.message(one["message_id"])["delivered_at"] is not None
    assert world.message(other["message_id"])["state"] == "failed"
    assert len(suppressed(world, "sms_tencent")) == 1
    for wrong in ("{}", "[1]", "[", '"x"'):
        assert tell(world, door(world, "sms_tencent"), wrong).json()["code"] == "bad_receipt"
    elsewhere = door(world, "sms_tencent")
    assert tell(world, elsewhere[:-1] + ("A" if elsewhere[-1] != "A" else "B"), [arrived]).status_code == 404


def test_twilio_is_asked_for_receipts_and_believed_only_where_it_signs(world: World, provider: Provider) -> None:
    provider.answer = lambda heard: (201, {"sid": f"SM{len(provider.heard)}", "status": "queued", "num_segments": "1"})
    assert set_up(world, "sms_twilio", **TWILIO, base_url=provider.url)["receipts_url"] == ""
    text_template(world, "sms_twilio", "Hi")
    join(world, "twi", {"phone": "13700137000"})
    message = sent(world, "twi", "w1")
    address = provider.heard[-1].form()["StatusCallback"]
    said = {
        "MessageSid": message["provider_id"],
        "SmsSid": message["provider_id"],
        "To": "+8613700137000",
        "AccountSid": TWILIO["account_sid"],
    }

    def told(status: str, code: str = "", token: str = "s3cret") -> Any:
        form = {**said, "MessageStatus": status, "SmsStatus": status, **({"ErrorCode": code} if code else {})}
        signed = signature(token, address, list(form.items()))
        headers = {"content-type": "application/x-www-form-urlencoded", "x-twilio-signature": signed}
        return tell(world, address, urlencode(form), **headers)

    assert told("delivered", token="other").json()["code"] == "bad_receipt"
    assert tell(world, address, urlencode({**said, "MessageStatus": "delivered"})).status_code == 403
    assert told("sent").status_code == 200
    assert world.message(message["message_id"])["delivered_at"] is None
    assert told("delivered").status_code == 200
    assert world.message(message["message_id"])["delivered_at"] is not None
    assert told("undelivered", "30003").status_code == 200
    assert suppressed(world, "sms_twilio") == []
    assert told("undelivered", "30005").status_code == 200
    assert told("undelivered", "30005").status_code == 200
    assert world.message(message["message_id"])["state"] == "failed"
    assert suppressed(world, "sms_twilio") == ["13700137000"]
    # With an API key, receipts are signed by a token that has to be told; without it none are asked for.
    set_up(world, "sms_twilio", **TWILIO, key_sid="SK1", base_url=provider.url)
    world.ask("DELETE", "/suppressions/sms_twilio", params={"address": "13700137000"})
    assert sent(world, "twi", "w2")["state"] == "accepted"
    assert "StatusCallback" not in provider.heard[-1].form()
    assert told("delivered").status_code == 403


def test_the_address_is_shown_to_those_who_set_channels_up_and_closed_with_the_channel(world: World, provider: Provider) -> None:
    set_up(world, "sms_tencent", **TENCENT, base_url=provider.url)
    address = door(world, "sms_tencent")
    assert tell(world, address, []).status_code == 200
    world.ask("DELETE", "/channels/sms_tencent")
    assert tell(world, address, []).status_code == 404
    key = world.ask("POST", "/keys", {"kind": "api", "name": "k", "permissions": ["messages:read"]}).json()["token"]
    seen = world.stranger().get("/api/workspaces/shop/channels", headers={"Authorization": f"Bearer {key}"})
    assert {one["receipts_url"] for one in seen.json()["items"]} == {""}
