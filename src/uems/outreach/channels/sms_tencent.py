"""SMS by Tencent Cloud (腾讯云短信, SendSms of 2021-01-11): approved texts under a number, with the parameters of each person in order."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

from uems.kernel.house import House
from uems.kernel.outbound import Outbound
from uems.kernel.scope import Scope
from uems.outreach.channel import Door, Handed, Letter, Receipt, Told, Transport, Weight
from uems.outreach.channels import _tc3
from uems.outreach.channels._provider import (
    BUSY,
    DAY,
    HOUR,
    NOBODY,
    SETUP,
    SOON,
    UNSURE,
    WRONG,
    Fault,
    call,
    fields,
    host_name,
    refused,
    status_fault,
)
from uems.outreach.channels._receipts import is_gone, listed, text
from uems.outreach.channels._sms import Line, Sms, SmsBase, weighed_approved
from uems.outreach.phone import international

_FAULTS: Final[Mapping[str, Fault]] = {
    "InvalidParameterValue.IncorrectPhoneNumber": NOBODY,
    "FailedOperation.PhoneNumberInBlacklist": NOBODY,
    "FailedOperation.InsufficientBalanceInSmsPackage": SETUP,
    "FailedOperation.PhoneNumberOnBlacklist": NOBODY,
    "LimitExceeded.PhoneNumberThirtySecondLimit": SOON,
    "LimitExceeded.DeliveryFrequencyLimit": BUSY,
    "LimitExceeded.PhoneNumberOneHourLimit": HOUR,
    "LimitExceeded.PhoneNumberDailyLimit": DAY,
    "LimitExceeded.PhoneNumberSameContentDailyLimit": DAY,
    "LimitExceeded.AppDailyLimit": HOUR,
    "LimitExceeded.AppMainlandChinaDailyLimit": HOUR,
    "LimitExceeded.AppCountryOrRegionDailyLimit": HOUR,
    "RequestLimitExceeded": SOON,
    "InternalError.Timeout": UNSURE,
    "FailedOperation.FailResolvePacket": SOON,
}
_GROUPS: Final = {"AuthFailure": SETUP, "UnauthorizedOperation": SETUP, "InternalError": BUSY, "RequestLimitExceeded": SOON}


class TencentSms(Sms):
    """secret_id, secret_key: of a sub-user who may send messages. sdk_app_id: of the application.

    sign_name: the approved signature, without 【】.
    """

    secret_id: Line = ""
    secret_key: Line = ""
    sdk_app_id: Line = ""
    sign_name: Line = ""
    region: Line = "ap-guangzhou"
    base_url: Line = "https://sms.tencentcloudapi.com"


class _Calls:
    def __init__(self, outbound: Outbound, config: TencentSms) -> None:
        self._outbound, self._config = outbound, config

    async def send(self, letter: Letter) -> Handed:
        return await asyncio.to_thread(self._send, letter)

    def _send(self, letter: Letter) -> Handed:
        config = self._config
        ordered = [letter.parameters[name] for name in sorted(letter.parameters, key=lambda name: (len(name), name))]
        wanted = {
            "PhoneNumberSet": [international(letter.address, config.country)],
            "SmsSdkAppId": config.sdk_app_id,
            "SignName": config.sign_name,
            "TemplateId": letter.provider_code,
            "TemplateParamSet": ordered,
            "SessionContext": letter.key,
        }
        body = json.dumps(wanted, ensure_ascii=False, separators=(",", ":")).encode()
        headers = _tc3.signed(
            config.secret_id,
            config.secret_key,
            service="sms",
            host=host_name(config.base_url),
            action="SendSms",
            version="2021-01-11",
            region=config.region,
            body=body,
            at=letter.at,
        )
        answer = call(self._outbound, config.base_url.rstrip("/") + "/", headers=headers, content=body)
        said = fields(answer).get("Response")
        sent = said.get("SendStatusSet") if isinstance(said, dict) else None
        one: Any = sent[0] if isinstance(sent, list) and sent else said.get("Error") if isinstance(said, dict) else None
        if not isinstance(one, dict):
            raise refused("Tencent", answer.status, "no status in the answer", status_fault(answer))
        code = str(one.get("Code", ""))
        if code != "Ok":
            raise refused("Tencent", code, one.get("Message", ""), _FAULTS.get(code, _GROUPS.get(code.partition(".")[0], WRONG)))
        fee = one.get("Fee")
        parts = fee if isinstance(fee, int) and fee > 0 else letter.parts
        return Handed(provider_id=str(one.get("SerialNo", "")), detail="Ok", parts=parts, cost_micros=config.priced(parts))


class _TencentSms(SmsBase):
    key: Final = "sms_tencent"
    label_zh: Final = "腾讯云短信"
    label_en: Final = "SMS by Tencent Cloud"
    Config: Final = TencentSms
    sample: Final = TencentSms(secret_id="AKIDexample", secret_key="a secret", sdk_app_id="1400006666", sign_name="示例商城")
    provider_templates = True
    receipts: Door = "console"
    secrets: Sequence[str] = ("secret_key",)
    needs: Sequence[str] = ("secret_id", "secret_key", "sdk_app_id", "sign_name", "base_url")

    def weigh(self, config: TencentSms, letter: Letter) -> Weight:
        return weighed_approved(config, letter, config.sign_name)

    def read_receipts(self, config: TencentSms, told: Told) -> Sequence[Receipt]:
        # What people answer is sent to the same address, without a status.
        return [
            Receipt(
                provider_id=text(one, "sid"),
                delivered=one["report_status"] == "SUCCESS",
                permanent=is_gone(text(one, "errmsg"), text(one, "description")),
                detail=f"Tencent {text(one, 'errmsg')} {text(one, 'description')}".strip(),
            )
            for one in listed(told.body)
            if one.get("report_status") in ("SUCCESS", "FAIL")
        ]

    @asynccontextmanager
    async def open(self, house: House, scope: Scope, config: TencentSms) -> AsyncIterator[Transport]:
        with Outbound(house.settings) as outbound:
            yield _Calls(outbound, config)


ITEM = _TencentSms()
