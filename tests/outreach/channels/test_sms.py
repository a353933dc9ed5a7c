"""Do short messages leave as their providers document it: signed, filled in, counted, and with the right word for each refusal?"""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.outreach.channels.provider import Heard, Provider, closed_url, join, sent, set_up, slow, text_template
from tests.outreach.world import World
from uems.outreach.api import Origin, Outgoing, enqueue
from uems.outreach.channels import _acs3, _provider, _sms, _tc3

ALIYUN = {"access_key_id": "LTAI5tTest", "access_key_secret": "s3cret", "sign_name": "示例商城", "price_per_part": "0.045"}
TENCENT = {"secret_id": "AKIDtest", "secret_key": "s3cret", "sdk_app_id": "1400006666", "sign_name": "示例商城", "price_per_part": "0.05"}
TWILIO = {"account_sid": "AC" + "0" * 32, "token": "s3cret", "sender": "+15005550006", "country": "US", "price_per_part": "0.0079"}


@pytest.fixture
def lin(world: World) -> str:
    join(world, "lin", {"first_name": "琳", "phone": "138 0013 8000"})
    return "lin"


def signed_as_aliyun_documents(heard: Heard, secret: str) -> bool:
    """ACS3-HMAC-SHA256 from what arrived alone, step by step as the documentation has it."""
    algorithm, _, rest = heard.headers["authorization"].partition(" ")
    credential, names, signature = (part.partition("=")[2] for part in rest.split(","))
    assert (algorithm, credential) == ("ACS3-HMAC-SHA256", "LTAI5tTest")
    pairs = sorted(heard.query.items())
    query = "&".join(quote(k, safe="-_.~") + "=" + quote(v, safe="-_.~") for k, v in pairs)
    lines = "".join(f"{name}:{heard.headers[name].strip()}\n" for name in names.split(";"))
    assert {name for name in heard.headers if name.startswith("x-acs-")} | {"host"} <= set(names.split(";"))
    body = hashlib.sha256(heard.body).hexdigest()
    assert heard.headers["x-acs-content-sha256"] == body
    request = f"{heard.method}\n{heard.path}\n{query}\n{lines}\n{names}\n{body}"
    to_sign = "ACS3-HMAC-SHA256\n" + hashlib.sha256(request.encode()).hexdigest()
    return hmac.new(secret.encode(), to_sign.encode(), "sha256").hexdigest() == signature


def signed_as_tencent_documents(heard: Heard, secret: str) -> bool:
    """TC3-HMAC-SHA256 from what arrived alone."""
    algorithm, _, rest = heard.headers["authorization"].partition(" ")
    credential, names, signature = (part.strip().partition("=")[2] for part in rest.split(","))
    access, day, service, _end = credential.split("/")
    stamp = int(heard.headers["x-tc-timestamp"])
    assert (algorithm, access, service) == ("TC3-HMAC-SHA256", "AKIDtest", "sms")
    assert day == datetime.fromtimestamp(stamp, UTC).date().isoformat()
    lines = "".join(f"{name}:{heard.headers[name].strip().lower()}\n" for name in names.split(";"))
    request = f"{heard.method}\n{heard.path}\n\n{lines}\n{names}\n{hashlib.sha256(heard.body).hexdigest()}"
    to_sign = f"TC3-HMAC-SHA256\n{stamp}\n{day}/sms/tc3_request\n{hashlib.sha256(request.encode()).hexdigest()}"
    key = b"TC3" + secret.encode()
    for step in (day, service, "tc3_request"):
        key = hmac.digest(key, step.encode(), "sha256")
    return hmac.new(key, to_sign.encode(), "sha256").hexdigest() == signature


def test_the_signatures_are_those_of_the_worked_examples_of_the_providers() -> None:
    acs3 = _acs3.signed(
        "YourAccessKeyId",
        "YourAccessKeySecret",
        host="ecs.cn-shanghai.aliyuncs.com",
        action="RunInstances",
        version="2014-05-26",
        query={"ImageId": "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd", "RegionId": "cn-shanghai"},
        nonce="3156853299f313e23d1673dc12e1703d",
        at=datetime(2023, 10, 26, 10, 22, 32, tzinfo=UTC),
    )
    assert acs3["authorization"].endswith("Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0")
    tc3 = _tc3.signed(
        "AKIDz8krbsJ5yKBZQpn74WFkmLPx3*******",
        "Gu5t9xGARNpq86cd98joQYCN3*******",
        service="cvm",
        host="cvm.tencentcloudapi.com",
        action="DescribeInstances",
        version="2017-03-12",
        region="ap-guangzhou",
        body=b'{"Limit": 1, "Filters": [{"Values": ["\\u672a\\u547d\\u540d"], "Name": "instance-name"}]}',
        at=datetime.fromtimestamp(1551113065, UTC),
    )
    assert tc3["authorization"].endswith("Signature=be4f67d323c78ab9acb7395e43c0dbcf822a9cfac32fea2449a7bc7726b770a3")


def test_aliyun_is_given_the_approved_code_with_the_parameters_of_this_person(world: World, provider: Provider, lin: str) -> None:
    provider.answer = lambda heard: (200, {"Code": "OK", "Message": "OK", "BizId": "9006197469364984^0", "RequestId": "F655"})
    shown = set_up(world, "sms_aliyun", **ALIYUN, base_url=provider.url)
    assert (shown["lacks"], shown["config"]["access_key_secret"], shown["provider_templates"]) == ("", True, True)
    given = {"provider_code": "SMS_154950909", "parameters": {"name": "{{ person.first_name }}", "code": "{{ context.code }}"}}
    text_template(world, "sms_aliyun", "${name}，您的验证码 ${code}，请勿泄露。", **given)
    found = sent(world, lin, "k1", context={"code": "042"})
    assert (found["state"], found["provider_id"], found["detail"]) == ("accepted", "9006197469364984^0", "OK")
    assert (found["parts"], found["cost_micros"]) == (1, 45_000)
    assert found["body"]["text"] == "琳，您的验证码 042，请勿泄露。"
    facts = found["decisions"][0]["facts"]
    assert (facts["parts"], facts["cost_micros"]) == (1, 45_000)
    (heard,) = provider.heard
    assert signed_as_aliyun_documents(heard, "s3cret")
    assert not signed_as_aliyun_documents(heard, "another")
    assert (heard.headers["x-acs-action"], heard.headers["x-acs-version"]) == ("SendSms", "2017-05-25")
    assert (heard.query["PhoneNumbers"], heard.query["SignName"], heard.query["TemplateCode"]) == (
        "13800138000",
        "示例商城",
        "SMS_154950909",
    )
    assert json.loads(heard.query["TemplateParam"]) == {"name": "琳", "code": "042"}
    assert heard.query["OutId"] == f"m1-{found['message_id']}"


def test_tencent_is_given_its_parameters_in_order_and_what_it_bills_counts(world: World, provider: Provider, lin: str) -> None:
    one = {
        "SerialNo": "5000:1045710669157053657849499619",
        "PhoneNumber": "+8613800138000",
        "Fee": 2,
        "Code": "Ok",
        "Message": "send success",
    }
    provider.answer = lambda heard: (200, {"Response": {"SendStatusSet": [one], "RequestId": "a0aa"}})
    set_up(world, "sms_tencent", **TENCENT, base_url=provider.url)
    body = "{2}您好，{1}，{10}。" + "{3}{4}{5}{6}{7}{8}{9}"
    parameters = {str(number): f"v{number}" for number in range(1, 11)} | {"2": "{{ person.first_name }}"}
    text_template(world, "sms_tencent", body, provider_code="1234567", parameters=parameters)
    found = sent(world, lin, "k1")
    assert (found["state"], found["provider_id"], found["parts"], found["cost_micros"]) == ("accepted", one["SerialNo"], 2, 100_000)
    (heard,) = provider.heard
    assert signed_as_tencent_documents(heard, "s3cret")
    assert not signed_as_tencent_documents(heard, "another")
    assert heard.headers["x-tc-region"] == "ap-guangzhou"
    assert heard.json() == {
        "PhoneNumberSet": ["+8613800138000"],
        "SmsSdkAppId": "1400006666",
        "SignName": "示例商城",
        "TemplateId": "1234567",
        "TemplateParamSet": ["v1", "琳", "v3", "v4", "v5", "v6", "v7", "v8", "v9", "v10"],
        "SessionContext": f"m1-{found['message_id']}",
    }


def test_twilio_is_given_the_text_itself(world: World, provider: Provider, lin: str) -> None:
    sid = "SM" + "1" * 32
    provider.answer = lambda heard: (201, {"sid": sid, "status": "queued", "num_segments": "1", "price": None, "error_code": None})
    set_up(world, "sms_twilio", **TWILIO, base_url=provider.url)
    text_template(world, "sms_twilio", "Hi {{ person.first_name }} & co")
    join(world, "joe", {"first_name": "Joe", "phone": "(202) 555-0142"})
    found = sent(world, "joe", "k1")
    assert (found["state"], found["provider_id"], found["detail"], found["cost_micros"]) == ("accepted", sid, "queued", 7_900)
    (heard,) = provider.heard
    assert heard.path == f"/2010-04-01/Accounts/{TWILIO['account_sid']}/Messages.json"
    assert base64.b64decode(heard.headers["authorization"].removeprefix("Basic ")) == f"{TWILIO['account_sid']}:s3cret".encode()
    assert heard.form() == {"To": "+12025550142", "From": "+15005550006", "Body": "Hi Joe & co"}


CODES: list[tuple[str, dict[str, str], int, Any, str, str, int | None]] = [
    # channel, set-up, status, body, state, reason, seconds until it is tried again
    ("sms_aliyun", ALIYUN, 200, {"Code": "isv.MOBILE_NUMBER_ILLEGAL", "Message": "号码不合法"}, "failed", "bad_address", None),
    ("sms_aliyun", ALIYUN, 200, {"Code": "isv.TEMPLATE_MISSING_PARAMETERS", "Message": "x"}, "failed", "refused", None),
    ("sms_aliyun", ALIYUN, 200, {"Code": "isv.BUSINESS_LIMIT_CONTROL", "Message": "触发分钟级流控Permits:1"}, "queued", "trying_again", 60),
    ("sms_aliyun", ALIYUN, 200, {"Code": "isv.BUSINESS_LIMIT_CONTROL", "Message": "触发小时级流控Permits:5"}, "failed", "given_up", None),
    ("sms_aliyun", ALIYUN, 200, {"Code": "isv.AMOUNT_NOT_ENOUGH", "Message": "账户余额不足"}, "queued", "trying_again", 600),
    ("sms_aliyun", ALIYUN, 400, {"Code": "SignatureDoesNotMatch", "Message": "x"}, "queued", "trying_again", 600),
    ("sms_aliyun", ALIYUN, 503, {}, "queued", "trying_again", 60),
    ("sms_aliyun", ALIYUN, 200, [], "unknown", "no_answer", None),
    (
        "sms_tencent",
        TENCENT,
        200,
        {"Response": {"Error": {"Code": "AuthFailure.SignatureFailure", "Message": "x"}, "RequestId": "1"}},
        "queued",
        "trying_again",
        600,
    ),
    (
        "sms_tencent",
        TENCENT,
        200,
        {"Response": {"SendStatusSet": [{"Code": "InvalidParameterValue.IncorrectPhoneNumber", "Message": "x", "Fee": 0}]}},
        "failed",
        "bad_address",
        None,
    ),
    (
        "sms_tencent",
        TENCENT,
        200,
        {"Response": {"SendStatusSet": [{"Code": "FailedOperation.TemplateIncorrectOrUnapproved", "Message": "x", "Fee": 0}]}},
        "failed",
        "refused",
        None,
    ),
    (
        "sms_tencent",
        TENCENT,
        200,
        {"Response": {"Error": {"Code": "InternalError.Timeout", "Message": "x"}, "RequestId": "1"}},
        "unknown",
        "no_answer",
        None,
    ),
    ("sms_twilio", TWILIO, 400, {"code": 21211, "message": "The 'To' number is not valid.", "status": 400}, "failed", "bad_address", None),
    ("sms_twilio", TWILIO, 400, {"code": 21610, "message": "unsubscribed recipient", "status": 400}, "failed", "bad_address", None),
    ("sms_twilio", TWILIO, 400, {"code": 21408, "message": "Permission not enabled", "status": 400}, "failed", "refused", None),
    ("sms_twilio", TWILIO, 401, {"code": 20003, "message": "Authenticate", "status": 401}, "queued", "trying_again", 600),
    ("sms_twilio", TWILIO, 429, {"code": 20429, "message": "Too Many Requests", "status": 429}, "queued", "trying_again", 30),
    ("sms_twilio", TWILIO, 500, {"code": 20500, "message": "Internal", "status": 500}, "unknown", "no_answer", None),
    ("sms_twilio", TWILIO, 200, None, "unknown", "no_answer", None),
]


@pytest.mark.parametrize(("number", "row"), list(enumerate(CODES)), ids=[f"{row[0]}-{i}" for i, row in enumerate(CODES)])
def test_a_refusal_means_what_the_provider_says_it_means(world: World, provider: Provider, number: int, row: Any) -> None:
    channel, config, status, said, state, reason, wait = row
    set_up(world, channel, **config, base_url=provider.url)
    provider.answer = lambda heard: (status, said)
    join(world, f"p{number}", {"phone": f"+861380013{number:04d}"})
    spec = {"variants": {"zh": {"format": "text", "body": "您好", "provider_code": "" if channel == "sms_twilio" else "T1"}}}
    world.template("note", spec, channel=channel, kind="service")
    found = sent(world, f"p{number}", f"k{number}", expires_seconds=1_800)
    assert (found["state"], found["reason"]) == (state, reason)
    assert "s3cret" not in found["detail"]
    assert len(provider.heard) == 1
    if wait is not None:
        assert datetime.fromisoformat(found["next_at"]) - world.clock() == timedelta(seconds=wait)
    answer = world.ask("GET", "/suppressions").json()["items"]
    assert [one["channel"] for one in answer] == ([channel] if reason == "bad_address" else [])


def test_a_server_that_cannot_be_reached_is_tried_again_and_one_that_breaks_off_never(world: World, provider: Provider, lin: str) -> None:
    set_up(world, "sms_twilio", **TWILIO, base_url=closed_url())
    text_template(world, "sms_twilio", "Hi")
    assert sent(world, lin, "k1")["reason"] == "trying_again"
    provider.answer = lambda heard: (201, None)
    set_up(world, "sms_twilio", **TWILIO, base_url=provider.url)
    world.clock.now += timedelta(minutes=2)
    world.sender.step()
    assert [one["state"] for one in world.ask("GET", "/messages").json()["items"]] == ["unknown"]
    world.clock.now += timedelta(minutes=20)
    world.sender.step()
    assert len(provider.heard) == 1


def test_what_is_too_long_or_no_number_is_said_before_anything_leaves(world: World, provider: Provider, lin: str) -> None:
    set_up(world, "sms_twilio", **{**TWILIO, "country": "CN", "most_parts": "2"}, base_url=provider.url)
    text_template(world, "sms_twilio", "{{ context.text }}")
    long = sent(world, lin, "k1", context={"text": "长" * 135})
    assert (long["state"], long["reason"]) == ("suppressed", "too_long")
    assert long["decisions"][0]["facts"] == {"parts": 3, "limit": 2, "characters": 135}
    join(world, "odd", {"phone": "call me"})
    assert sent(world, "odd", "k2", context={"text": "好"})["reason"] == "no_phone_number"
    assert sent(world, lin, "k3", context={"text": " "})["reason"] == "no_text"
    assert provider.heard == []


def test_the_preview_says_parts_and_cost(world: World, lin: str) -> None:
    set_up(world, "sms_aliyun", **ALIYUN)
    spec = {"variants": {"zh": {"format": "text", "body": "${t}", "provider_code": "S", "parameters": {"t": "{{ context.text }}"}}}}
    ask = {"spec": spec, "channel": "sms_aliyun", "context": {"text": "好" * 65}}
    found = world.ask("POST", "/template-preview", ask).json()
    assert (found["text"], found["parts"], found["cost_micros"], found["refusal"]) == ("好" * 65, 2, 90_000, "")  # 【示例商城】 are six
    spec["variants"]["zh"]["provider_code"] = ""
    spec["variants"]["zh"] = {"format": "text", "body": "好"}
    assert world.ask("POST", "/template-preview", {"spec": spec, "channel": "sms_aliyun"}).json()["refusal"] == "no_provider_code"


@pytest.mark.parametrize(
    ("variant", "said"),
    [
        ({"provider_code": ""}, "provider_code"),
        ({"provider_code": "S", "body": " "}, "body"),
        ({"provider_code": "S", "parameters": {}}, "parameters.name"),
        ({"provider_code": "S", "parameters": {"name": "a", "more": "b"}}, "parameters.more"),
        ({"provider_code": "S", "body": "{{ person.first_name }}"}, "zh.body"),
    ],
)
def test_an_approved_text_must_be_whole(world: World, variant: dict[str, object], said: str) -> None:
    spec = {"variants": {"zh": {"format": "text", "body": "${name}您好", "parameters": {"name": "x"}, **variant}}}
    answer = world.ask("PUT", "/templates/note", {"name": "N", "channel": "sms_aliyun", "kind": "service", "spec": spec})
    assert answer.status_code == 422
    assert said in answer.text


def test_secrets_do_not_follow_a_new_address_by_themselves(world: World, lin: str) -> None:
    set_up(world, "sms_twilio", **TWILIO)
    elsewhere = {**TWILIO, "token": "", "base_url": "https://else.example"}
    answer = world.ask("PUT", "/channels/sms_twilio", {"enabled": True, "config": elsewhere})
    assert (answer.status_code, "give them again" in answer.text) == (422, True)
    assert world.ask("PUT", "/channels/sms_twilio", {"enabled": True, "config": {**TWILIO, "token": ""}}).status_code == 200


def test_a_misspelt_channel_is_refused_where_people_say_what_they_want(world: World, lin: str) -> None:
    topic = {"name_zh": "a", "name_en": "a", "channels": ["emial"]}
    assert world.ask("PUT", "/topics/x", topic).status_code == 422
    said = {"topic": "news", "channel": "emial", "state": "unsubscribed"}
    answer = world.ask("PUT", f"/people/{world.people[lin]}/consent", said)
    assert (answer.status_code, "sms_aliyun" in answer.text) == (422, True)
    assert world.ask("PUT", f"/people/{world.people[lin]}/consent", {**said, "channel": "*"}).status_code == 204


def parts_one_by_one(text: str, sizes: dict[str, int], otherwise: int, single: int, each: int) -> int:
    """Put letter after letter into messages, and begin another where one does not fit."""
    lengths = [sizes.get(letter, otherwise) for letter in text]
    if sum(lengths) <= single:
        return 1
    messages = [0]
    for length in lengths:
        if messages[-1] + length > each:
            messages.append(0)
        messages[-1] += length
    return len(messages)


@given(st.text(alphabet="aZ0 @£é\n€[]{}|", max_size=700))
def test_gsm_letters_of_the_extension_table_take_two_places_and_are_not_cut(text: str) -> None:
    assert _sms.gsm_parts(text) == parts_one_by_one(text, dict.fromkeys("€[]{}|", 2), 1, 160, 153)


@given(st.text(alphabet="好a🎉", max_size=400))
def test_other_letters_take_two_bytes_or_four(text: str) -> None:
    assert _sms.ucs2_parts(text) == parts_one_by_one(text, {"🎉": 2}, 1, 70, 67)


@pytest.mark.parametrize(
    ("text", "parts"),
    [("a" * 160, 1), ("a" * 161, 2), ("a" * 306, 2), ("a" * 307, 3), ("好" * 70, 1), ("好" * 71, 2), ("a" * 69 + "好", 1), ("€" * 80, 1)],
)
def test_parts_are_those_of_the_published_limits(text: str, parts: int) -> None:
    assert _sms.gsm_parts(text) == parts


@pytest.mark.parametrize(("length", "parts"), [(70, 1), (71, 2), (134, 2), (135, 3)])
def test_chinese_providers_count_every_letter_alike(length: int, parts: int) -> None:
    assert _sms.chinese_parts("a" * length) == parts


@pytest.mark.parametrize(
    ("listed", "known"),
    [
        ("+86 138-0013-8000", "13800138000"),
        ("13800138000", "+8613800138000"),
        ("0086 13800138000", "138 0013 8000"),
        ("138 0013 8000", "+86 (138) 0013 8000"),
        ("8613800138000", "13800138000"),
    ],
)
def test_a_number_that_nothing_is_sent_to_is_known_however_it_is_written(world: World, provider: Provider, listed: str, known: str) -> None:
    set_up(world, "sms_twilio", **{**TWILIO, "country": "CN"}, base_url=provider.url)
    text_template(world, "sms_twilio", "Hi")
    join(world, "ning", {"phone": known})
    assert world.ask("POST", "/suppressions", {"channel": "sms_twilio", "addresses": listed}).json()["added"] == 1
    assert sent(world, "ning", "k1")["reason"] == "suppressed_address"
    assert world.ask("DELETE", "/suppressions/sms_twilio", params={"address": listed}).status_code == 204
    provider.answer = lambda heard: (201, {"sid": "SM1", "status": "queued", "num_segments": "1"})
    assert sent(world, "ning", "k2")["state"] == "accepted"


def test_what_is_no_number_is_not_taken_into_the_list(world: World) -> None:
    answer = world.ask("POST", "/suppressions", {"channel": "sms_twilio", "addresses": "call me\n13800138000"}).json()
    assert (answer["added"], [one["line"] for one in answer["refused"]]) == (1, [1])


def test_a_step_of_a_flow_may_name_another_channel_than_its_template(world: World, provider: Provider, lin: str) -> None:
    provider.answer = lambda heard: (201, {"sid": "SM1", "status": "queued", "num_segments": "1"})
    set_up(world, "sms_twilio", **TWILIO, base_url=provider.url)
    set_up(world, "sms_aliyun", **ALIYUN, base_url=provider.url)
    world.template()  # a letter in HTML, for e-mail
    asked = [
        Outgoing(
            send_key=f"flow:{channel}",
            person_id=world.people[lin],
            channel=channel,
            template_id="hello",
            kind="benefit",
            topic="",
            origin=Origin(type="flow", id="1", version=1, node="send", entry=1),
            not_before=world.clock.now,
            expires_at=world.clock.now + timedelta(hours=1),
        )
        for channel in ("sms_twilio", "sms_aliyun")
    ]
    with world.house.store.write() as conn:
        assert enqueue(conn, world.scope, asked, world.clock.now) == 2
    world.sender.step()
    found = {one["channel"]: (one["state"], one["reason"]) for one in world.ask("GET", "/messages").json()["items"]}
    assert found == {"sms_twilio": ("accepted", ""), "sms_aliyun": ("suppressed", "no_provider_code")}
    assert [heard.form()["Body"] for heard in provider.heard] == ["您好！看看 (https://shop.example/a?b=1)"]


@pytest.mark.parametrize(("channel", "config"), [("sms_aliyun", ALIYUN), ("sms_tencent", TENCENT), ("sms_twilio", TWILIO)])
def test_an_answer_that_comes_too_late_leaves_the_message_unknown_and_it_is_never_sent_again(
    world: World, provider: Provider, lin: str, monkeypatch: pytest.MonkeyPatch, channel: str, config: dict[str, str]
) -> None:
    monkeypatch.setattr(_provider, "SECONDS", 0.2)
    provider.answer = lambda heard: slow(0.5)
    set_up(world, channel, **config, base_url=provider.url)
    code = {} if channel == "sms_twilio" else {"provider_code": "T1"}
    text_template(world, channel, "您好", **code)
    found = sent(world, lin, "k1")
    assert (found["state"], found["reason"]) == ("unknown", "no_answer")
    world.clock.now += timedelta(minutes=30)
    world.sender.step()
    assert world.message(found["message_id"])["state"] == "unknown"
    assert len(provider.heard) <= 1
