"""Is a first mapping proposed for the files that people have, in Chinese and English, and can it be tried at once?"""

from datetime import UTC, datetime
from pathlib import Path

from uems.collect.files.dry_run import DryRun, dry_run
from uems.collect.files.guess import guess_mapping
from uems.collect.files.mapping import Mapping
from uems.collect.files.reader import inspect
from uems.collect.files.rows import Target

TARGET = Target(zone="Asia/Shanghai", currency="CNY", key="k", now=datetime(2026, 3, 2, tzinfo=UTC))


def tried(tmp_path: Path, text: str) -> tuple[Mapping, DryRun]:
    path = tmp_path / "a.csv"
    path.write_text(text, "utf-8")
    shape = inspect(path)
    mapping = guess_mapping(shape.columns)
    assert mapping is not None
    return mapping, dry_run(path, shape, mapping, TARGET, scratch=tmp_path / "s")


def test_a_chinese_order_export(tmp_path: Path) -> None:
    text = "订单编号,用户ID,手机号,下单时间,实付金额,商品名称,数量\n" + "".join(
        f"D00{i},u{i % 3},1380000000{i % 3},2024/3/{i + 1} 9:05,¥{i}.50,手机壳,{i}\n" for i in range(9)
    )
    mapping, found = tried(tmp_path, text)
    assert (mapping.type, mapping.user_id, mapping.phone, mapping.time.column) == ("track", "用户ID", "手机号", "下单时间")
    assert mapping.revenue is not None
    assert mapping.revenue.column == "实付金额"
    assert [field.name for field in mapping.properties] == ["order_id", "商品名称", "数量"]
    assert (found.rows_ok, found.rows_bad, found.people, found.complete) == (9, 0, 3, True)
    assert found.events == {"Order Completed": 9, "identify": 3}
    assert found.revenue_minor == {"CNY": sum(i * 100 + 50 for i in range(9))}


def test_an_english_event_log(tmp_path: Path) -> None:
    text = "Event Name,distinct_id,Timestamp,plan,price\n" + "".join(f"Viewed,d{i},2024-01-0{i}T10:00:00Z,pro,{i}\n" for i in range(1, 6))
    mapping, found = tried(tmp_path, text)
    assert (mapping.event.column if mapping.event else "", mapping.anonymous_id, mapping.time.column) == (
        "Event Name",
        "distinct_id",
        "Timestamp",
    )
    assert mapping.revenue is None
    assert found.events == {"Viewed": 5}


def test_a_member_list_becomes_profiles(tmp_path: Path) -> None:
    text = "会员号,邮箱,城市,注册日期\n" + "".join(f"{100 + i},a{i}@x.cn,上海,2023-05-0{i}\n" for i in range(1, 6))
    mapping, found = tried(tmp_path, text)
    assert (mapping.type, mapping.user_id, mapping.email, mapping.time.column) == ("identify", "会员号", "邮箱", "注册日期")
    assert found.events == {"identify": 5}


def test_an_email_column_is_known_by_what_is_in_it(tmp_path: Path) -> None:
    mapping, found = tried(tmp_path, "Kontakt;Ort\na@x.de;Köln\nb@x.de;Bonn\n")
    assert (mapping.email, mapping.type, mapping.time.constant) == ("Kontakt", "identify", "now")
    assert found.people == 2


def test_where_nothing_can_be_a_person_nothing_is_guessed(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("sku,price\na,1\nb,2\n")
    assert guess_mapping(inspect(path).columns) is None
