"""What do the columns probably mean? A first mapping from their names, in Chinese and English, and from what is in them.

A guess is a proposal for the user to correct; the dry run shows what it would do.
"""

import re
from collections.abc import Iterator, Sequence

from uems.collect.files.mapping import FieldMap, Mapping, MessageIdMap, RevenueMap, Said, TimeMap
from uems.collect.files.model import Column, ColumnType
from uems.collect.files.values import PropertyType
from uems.kernel.money import exponents

_NAMES: dict[str, str] = {
    "user_id": """
        userid user uid customerid customer memberid member accountid householdid buyerid clientid custid visitorid
        用户id 用户编号 用户 会员id 会员号 会员编号 会员卡号 客户id 客户编号 客户号 顾客id 买家id 买家 账号 账户id""",
    "anonymous_id": """
        anonymousid anonid deviceid cookieid distinctid openid unionid 设备id 设备号 匿名id 访客id""",
    "email": """
        email emailaddress mail useremail customeremail 邮箱 电子邮箱 电子邮件 邮件地址 邮件""",
    "phone": """
        phone phonenumber mobile mobilephone cellphone tel 手机号 手机号码 手机 电话 电话号码 联系电话 联系方式""",
    "event": """
        event eventname eventtype action activity 事件 事件名 事件名称 行为 行为类型 动作""",
    "time": """
        timestamp ts time eventtime occurredat createdat createtime ordertime orderdate ordereddate date datetime purchasedat
        purchasedate paidat paytime paymenttime transactiontimestamp transactiondate invoicedate happenedat registeredat signupdate
        时间 日期 下单时间 下单日期 订单时间 订单日期 订单创建时间 付款时间 支付时间 交易时间 交易日期 创建时间 发生时间
        事件时间 购买时间 购买日期 注册时间 注册日期 成交时间""",
    "revenue": """
        revenue amount total ordertotal orderamount totalamount totalprice grandtotal salesvalue sales paidamount payment
        金额 订单金额 实付金额 支付金额 付款金额 实付 总金额 总价 销售额 交易金额 成交金额 消费金额""",
    "currency": """
        currency currencycode 币种 货币 货币类型""",
    "message_id": """
        messageid eventid eventuuid 消息id 事件id""",
    "order_id": """
        orderid orderno ordernumber basketid transactionid invoiceno 订单号 订单编号 订单id 交易号 流水号""",
}

_PROPERTY_TYPES: dict[ColumnType, PropertyType] = {
    "text": "auto", "integer": "integer", "number": "number", "boolean": "boolean", "datetime": "auto", "json": "json",
}  # fmt: skip
_CAMEL = re.compile(r"[\s_.\-/()()::\[\]]+")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[a-zA-Z]{2,}")


def plain(name: str) -> str:
    """A column name as the table of names has it: no case, no separators."""
    return _CAMEL.sub("", name).lower()


def _named(columns: Sequence[Column], role: str, taken: set[str]) -> Column | None:
    """The column whose name stands first among the names of a role."""
    by_name = {plain(column.name): column for column in reversed(columns) if column.name not in taken}
    return next((by_name[name] for name in _NAMES[role].split() if name in by_name), None)


def _time(columns: Sequence[Column], taken: set[str]) -> Column | None:
    found = _named(columns, "time", taken)
    if found is not None:
        return found
    free = [column for column in columns if column.name not in taken]
    return next((column for column in free if column.type == "datetime"), None)


def _looks_like_email(column: Column) -> bool:
    return bool(column.examples) and all(_EMAIL.fullmatch(example.strip('" ')) for example in column.examples)


def _roles(columns: Sequence[Column]) -> dict[str, Column]:
    taken: set[str] = set()
    roles: dict[str, Column] = {}

    def give(role: str, column: Column | None) -> None:
        if column is not None:
            roles[role] = column
            taken.add(column.name)

    for role in ("user_id", "anonymous_id", "email", "phone", "event"):
        give(role, _named(columns, role, taken))
    if "email" not in roles:
        give("email", next((column for column in columns if column.name not in taken and _looks_like_email(column)), None))
    give("time", _time(columns, taken))
    revenue = _named(columns, "revenue", taken)
    give("revenue", revenue if revenue is not None and (revenue.type in ("integer", "number") or _money(revenue)) else None)
    currency = _named(columns, "currency", taken)
    give("currency", currency if currency is not None and all(e.strip('" ').upper() in exponents() for e in currency.examples) else None)
    for role in ("message_id", "order_id"):
        give(role, _named(columns, role, taken))
    return roles


def _money(column: Column) -> bool:
    return bool(column.examples) and all(re.search(r"\d", example) and len(example) < 30 for example in column.examples)


def _fields(columns: Sequence[Column], taken: set[str]) -> Iterator[FieldMap]:
    for column in columns:
        if column.name not in taken:
            yield FieldMap(name=column.name[:200], column=column.name, type=_PROPERTY_TYPES[column.type])


def guess_mapping(columns: Sequence[Column]) -> Mapping | None:
    """A mapping that can be tried at once, or None where no column can be a person."""
    columns = [column for column in columns if 0 < len(column.name) <= 500 and "\x00" not in column.name]
    roles = _roles(columns)
    name = {role: column.name for role, column in roles.items()}
    if not name.keys() & {"user_id", "anonymous_id", "email", "phone"}:
        return None
    # Rows without a time or an event are what is known of people, not what they did.
    profile = "event" not in name and "revenue" not in name and "order_id" not in name
    taken = set(name.values()) - {name.get("order_id")}
    fields = list(_fields(columns, taken))
    time = TimeMap(column=name["time"]) if "time" in name else TimeMap(constant="now")
    people = {role: name.get(role) for role in ("user_id", "anonymous_id", "email", "phone")}
    if profile:
        return Mapping(type="identify", time=time, properties=fields, **people)
    fields = [field.model_copy(update={"name": "order_id"}) if field.column == name.get("order_id") else field for field in fields]
    event = Said(column=name["event"]) if "event" in name else Said(constant="Order Completed")
    return Mapping(
        event=event,
        time=time,
        revenue=RevenueMap(column=name["revenue"]) if "revenue" in name else None,
        currency=Said(column=name["currency"]) if "currency" in name else None,
        message_id=MessageIdMap(columns=[name["message_id"]], as_is=True) if "message_id" in name else MessageIdMap(),
        properties=fields,
        **people,
    )
