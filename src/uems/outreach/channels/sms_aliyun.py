"""SMS by Alibaba Cloud (阿里云短信, SendSms of 2017-05-25): approved texts under a code, with the parameters of each person."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Final
from uuid import uuid4

from uems.kernel.house import House
from uems.kernel.outbound import Outbound
from uems.kernel.scope import Scope
from uems.outreach.channel import Door, Handed, Letter, Receipt, Refused, Told, Transport, Weight
from uems.outreach.channels import _acs3
from uems.outreach.channels._provider import (
    BUSY,
    DAY,
    HOUR,
    NOBODY,
    SETUP,
    SOON,
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
    "isv.MOBILE_NUMBER_ILLEGAL": NOBODY,
    "isv.MOBILE_TERMINATED": NOBODY,
    "isv.DAY_LIMIT_CONTROL": DAY,
    "isv.AMOUNT_NOT_ENOUGH": SETUP,
    "isv.OUT_OF_SERVICE": SETUP,
    "isv.ACCOUNT_ABNORMAL": SETUP,
    "isv.ACCOUNT_NOT_EXISTS": SETUP,
    "isv.PRODUCT_UN_SUBSCRIPT": SETUP,
    "isv.PRODUCT_UNSUBSCRIBE": SETUP,
    "isp.RAM_PERMISSION_DENY": SETUP,
    "isp.SYSTEM_ERROR": SOON,
    "SignatureDoesNotMatch": SETUP,
    "InvalidAccessKeyId.NotFound": SETUP,
    "InvalidAccessKeyId.Inactive": SETUP,
    "InvalidTimeStamp.Expired": SETUP,
    "SignatureNonceUsed": SOON,
    "Throttling": SOON,
    "Throttling.User": SOON,
    "Throttling.Api": SOON,
    "ServiceUnavailable": BUSY,
}
_FLOW: Final = {"天": DAY, "小时": HOUR, "分钟": BUSY}
"""isv.BUSINESS_LIMIT_CONTROL says in its message which of the limits of one number was reached."""


class AliyunSms(Sms):
    """access_key_id, access_key_secret: of a RAM user who may send messages. sign_name: the approved signature, without 【】."""

    access_key_id: Line = ""
    access_key_secret: Line = ""
    sign_name: Line = ""
    base_url: Line = "https://dysmsapi.aliyuncs.com"


class _Calls:
    def __init__(self, outbound: Outbound, config: AliyunSms) -> None:
        self._outbound, self._config = outbound, config

    async def send(self, letter: Letter) -> Handed:
        return await asyncio.to_thread(self._send, letter)

    def _send(self, letter: Letter) -> Handed:
        config = self._config
        query = {
            "PhoneNumbers": _number(letter.address, config.country),
            "SignName": config.sign_name,
            "TemplateCode": letter.provider_code,
            "OutId": letter.key,
        }
        if letter.parameters:
            query["TemplateParam"] = json.dumps(dict(letter.parameters), ensure_ascii=False, separators=(",", ":"))
        headers = _acs3.signed(
            config.access_key_id,
            config.access_key_secret,
            host=host_name(config.base_url),
            action="SendSms",
            version="2017-05-25",
            query=query,
            nonce=uuid4().hex,
            at=letter.at,
        )
        answer = call(self._outbound, f"{config.base_url.rstrip('/')}/?{_acs3.encoded(query)}", headers=headers)
        said = fields(answer)
        code = said.get("Code")
        if code == "OK" and answer.ok:
            return Handed(provider_id=str(said.get("BizId", "")), detail="OK", parts=letter.parts, cost_micros=letter.cost_micros)
        if not isinstance(code, str):
            raise refused("Aliyun", answer.status, "no code in the answer", status_fault(answer))
        raise _refused(code, str(said.get("Message", "")))


def _number(address: str, country: str) -> str:
    """Numbers of the mainland as they are dialled there, others with their country and without +."""
    number = international(address, country)
    return number.removeprefix("+86") if number.startswith("+86") else number.removeprefix("+")


def _refused(code: str, message: str) -> Refused:
    fault = _FAULTS.get(code, WRONG)
    if code == "isv.BUSINESS_LIMIT_CONTROL":
        fault = next((limit for word, limit in _FLOW.items() if word in message), HOUR)
    return refused("Aliyun", code, message, fault)


class _AliyunSms(SmsBase):
    key: Final = "sms_aliyun"
    label_zh: Final = "阿里云短信"
    label_en: Final = "SMS by Alibaba Cloud"
    Config: Final = AliyunSms
    sample: Final = AliyunSms(access_key_id="LTAI5tExample", access_key_secret="a secret", sign_name="示例商城")
    provider_templates = True
    receipts: Door = "console"
    secrets: Sequence[str] = ("access_key_secret",)
    needs: Sequence[str] = ("access_key_id", "access_key_secret", "sign_name", "base_url")

    def weigh(self, config: AliyunSms, letter: Letter) -> Weight:
        return weighed_approved(config, letter, config.sign_name)

    def read_receipts(self, config: AliyunSms, told: Told) -> Sequence[Receipt]:
        return [
            Receipt(
                key=text(one, "out_id"),
                provider_id=text(one, "biz_id"),
                delivered=one.get("success") is True,
                permanent=is_gone(text(one, "err_code"), text(one, "err_msg")),
                detail=f"Aliyun {text(one, 'err_code')} {text(one, 'err_msg')}".strip(),
            )
            for one in listed(told.body)
        ]

    @asynccontextmanager
    async def open(self, house: House, scope: Scope, config: AliyunSms) -> AsyncIterator[Transport]:
        with Outbound(house.settings) as outbound:
            yield _Calls(outbound, config)


ITEM = _AliyunSms()
