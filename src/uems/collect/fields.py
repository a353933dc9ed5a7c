"""What may a filter on events name? Every promoted column with its type and its name in both languages, and the properties.

Not among them: the person and the node of a row, because merges change whose row it is, and what only the pipeline needs.
"""

from dataclasses import dataclass
from typing import Final

from uems.kernel.filters import Field, Fields, FieldType, json_column
from uems.kernel.sql import Sql, ident


@dataclass(frozen=True, slots=True, kw_only=True)
class EventColumn:
    """A column of the events table that filters and breakdowns may name."""

    name: str
    type: FieldType
    label_zh: str
    label_en: str
    nullable: bool = False


def _text(name: str, label_zh: str, label_en: str) -> EventColumn:
    return EventColumn(name=name, type="text", label_zh=label_zh, label_en=label_en)


EVENT_COLUMNS: Final = (
    _text("event", "事件", "Event"),
    _text("type", "调用类型", "Call type"),
    EventColumn(name="ts", type="time", label_zh="发生时间", label_en="Time"),
    EventColumn(name="day", type="day", label_zh="业务日", label_en="Business day"),
    EventColumn(name="received_at", type="time", label_zh="接收时间", label_en="Time received"),
    EventColumn(name="revenue_minor", type="number", label_zh="收入（最小货币单位）", label_en="Revenue (minor units)", nullable=True),
    _text("currency", "币种", "Currency"),
    _text("channel", "渠道", "Channel"),
    _text("device", "设备", "Device"),
    _text("os", "操作系统", "Operating system"),
    _text("browser", "浏览器", "Browser"),
    _text("country", "国家", "Country"),
    _text("locale", "语言区域", "Locale"),
    _text("url", "页面网址", "Page address"),
    _text("path", "页面路径", "Page path"),
    _text("title", "页面标题", "Page title"),
    _text("referrer", "来源页面", "Referrer"),
    _text("utm_source", "广告来源", "UTM source"),
    _text("utm_medium", "广告媒介", "UTM medium"),
    _text("utm_campaign", "广告系列", "UTM campaign"),
    _text("utm_term", "广告关键词", "UTM term"),
    _text("utm_content", "广告内容", "UTM content"),
    _text("library", "客户端库", "Client library"),
    EventColumn(name="active", type="boolean", label_zh="用户本人操作", label_en="Done by the person"),
    _text("user_id", "用户 ID", "User id"),
    _text("anonymous_id", "匿名 ID", "Anonymous id"),
    _text("group_id", "群组 ID", "Group id"),
    _text("message_id", "消息 ID", "Message id"),
)
"""In the order in which a list of them reads well."""


def event_fields(alias: str = "") -> Fields:
    """The events table for ``kernel.filters.to_sql``; ``alias`` is that of the table in the query. It carries no traits."""
    prefix = Sql(f"{ident(alias)}.") if alias else Sql("")
    columns = {c.name: Field(sql=Sql(f"{prefix}{ident(c.name)}"), type=c.type, nullable=c.nullable) for c in EVENT_COLUMNS}
    return Fields(columns=columns, properties=json_column(Sql(f"{prefix}properties")))
