"""Which JSON does a column take, how does it come back, and what does the engine refuse? The same on every engine."""

import json

import pyarrow as pa
import pytest

from uems.kernel.errors import UemsError
from uems.kernel.schema import Column, Migration, TableDef, migrate
from uems.kernel.settings import Settings
from uems.kernel.sql import Sql, json_path
from uems.kernel.warehouse import Warehouse

TABLES = Migration(
    number=1,
    room="tests",
    name="json",
    steps=(TableDef(name="things", columns=(Column(name="id", type="UInt32"), Column(name="p", type="JSON")), order_by="id"),),
)
WIDE = {f"k{i}": i for i in range(10_000)}
DEEP: dict[str, object] = {}
for _ in range(100):
    DEEP = {"a": DEEP or 1}

# What is sent and what comes back. None: the same.
TAKEN: list[tuple[str, str, str | None]] = [
    ("nothing", "{}", None),
    ("null values are left out", '{"a":null,"b":1}', '{"b":1}'),
    ("an empty key", '{"":1,"b":2}', None),
    ("an empty key inside", '{"a":{"":1}}', None),
    ("a dot steps into an object", '{"a.b":1}', '{"a":{"b":1}}'),
    ("a dot and an object of the same path: the first wins", '{"a.b":1,"a":{"b":2}}', '{"a":{"b":1}}'),
    ("a value and an object of one name", '{"a.b":1,"a":5}', '{"a":5,"a":{"b":1}}'),
    ("dots alone", '{"..":1}', '{"":{"":{"":1}}}'),
    ("a repeated key: the first wins", '{"a":1,"a":"x"}', '{"a":1}'),
    ("names like columns", '{"id":1,"p":2,"events":3}', None),
    ("quotes and escapes in a name", '{"a\'b\\"c`d\\\\e\\n":1}', None),
    ("names of other scripts", '{"价格 😀":"四"}', None),
    ("names like syntax", '{":a":1,"^a":2,"a[]":3,"a:b":4}', None),
    ("NUL in a name and a value", '{"a\\u0000b":"x\\u0000y"}', None),
    ("a pair of surrogates", '{"a":"\\ud83d\\ude00"}', '{"a":"😀"}'),
    ("text that looks like a date", '{"a":"2020-01-01","b":"2020-01-01 00:00:00.100","c":"2020-01-01T00:00:00Z"}', None),
    ("text that looks like a number", '{"a":"123","b":"1e5","c":"true"}', None),
    ("the largest integers", '{"a":18446744073709551615,"b":-9223372036854775808}', None),
    ("integers that are too large become text", '{"a":123456789012345678901234567890}', '{"a":"123456789012345678901234567890"}'),
    ("more digits than a float has", '{"a":0.1234567890123456789}', '{"a":0.12345678901234568}'),
    ("whole floats", '{"a":5.0,"b":1e3}', '{"a":5,"b":1000}'),
    ("booleans among numbers", '{"a":[true,1,false]}', None),
    ("mixed lists", '{"a":[1,"x",null,{"b":1},[2]]}', None),
    ("lists of objects", '{"a":[{"b":1},{"b":"x","c":2.5}]}', None),
    ("empty lists", '{"a":[]}', None),
    ("ten thousand names", json.dumps(WIDE), None),
    ("a hundred levels", json.dumps(DEEP), None),
    ("a hundred lists in lists", '{"a":' + "[" * 100 + "1" + "]" * 100 + "}", None),
    ("a name of 100 KB", json.dumps({"n" * 100_000: 1}), None),
    ("a text of 2 MB", json.dumps({"a": "x" * 2_000_000}), None),
]
REFUSED = [
    ("half a pair of surrogates", '{"a":"\\ud800"}'),
    ("half a pair in a name", '{"\\udc00":1}'),
    ("a number beyond Float64", '{"a":1e400}'),
    ("NaN", '{"a":NaN}'),
    ("Infinity", '{"a":-Infinity}'),
    ("a raw control character", '{"a":"\x01"}'),
    ("an unknown escape", '{"a":"\\x41"}'),
    ("text that ends early", '{"a":1'),
    ("text behind the end", '{"a":1} x'),
    ("nothing at all", ""),
    ("null", "null"),
    ("a list", "[1]"),
    ("a number", "5"),
    ("a text", '"x"'),
    ("two thousand levels", '{"a":' * 2000 + "1" + "}" * 2000),
    ("bytes that are no text", b'{"a":"\xff"}'),
]


@pytest.fixture
def things(any_warehouse: Warehouse, engine_settings: Settings) -> Warehouse:
    migrate(any_warehouse, engine_settings, [TABLES])
    return any_warehouse


def ordered(text: str) -> object:
    """JSON with the order of names left out of the comparison; a name may stand twice."""

    def pairs(found: list[tuple[str, object]]) -> object:
        return sorted(found, key=lambda pair: (pair[0], repr(pair[1])))

    return json.loads(text, object_pairs_hook=pairs)


def test_json_comes_back_as_it_was_sent_or_as_the_list_says(things: Warehouse) -> None:
    for number, (_, sent, _) in enumerate(TAKEN):
        rows = pa.table({"id": pa.array([number], pa.uint32()), "p": [sent]})
        things.insert("things", rows, token=f"t:{number}")
    rows = things.query(Sql("SELECT id, p FROM things ORDER BY id")).to_pylist()
    assert len(rows) == len(TAKEN)
    for row, (name, sent, expected) in zip(rows, TAKEN, strict=True):
        assert ordered(row["p"]) == ordered(sent if expected is None else expected), name


def test_all_of_it_in_one_block_and_after_a_merge(things: Warehouse) -> None:
    whole = pa.table({"id": pa.array(range(len(TAKEN)), pa.uint32()), "p": [sent for _, sent, _ in TAKEN]})
    things.insert("things", whole.slice(0, 15), token="first")
    things.insert("things", whole.slice(15), token="second")
    for member in things.members():
        local = "things_local" if len(things.members()) > 1 else "things"
        member.execute(Sql(f"OPTIMIZE TABLE {local} FINAL"))
    rows = things.query(Sql("SELECT id, p FROM things ORDER BY id")).to_pylist()
    for row, (name, sent, expected) in zip(rows, TAKEN, strict=True):
        assert ordered(row["p"]) == ordered(sent if expected is None else expected), name


@pytest.mark.parametrize(("name", "text"), REFUSED, ids=[name for name, _ in REFUSED])
def test_what_is_no_json_object_is_refused(things: Warehouse, name: str, text: str | bytes) -> None:
    rows = pa.table({"id": pa.array([1], pa.uint32()), "p": pa.array([text], pa.binary() if isinstance(text, bytes) else pa.string())})
    with pytest.raises(UemsError) as caught:
        things.insert("things", rows, token="bad")
    assert (caught.value.code, caught.value.status) == ("warehouse_rejected_rows", 422), name
    assert things.query(Sql("SELECT count() AS n FROM things")).to_pylist() == [{"n": 0}]


def test_a_property_is_read_by_its_path_whatever_its_name(things: Warehouse) -> None:
    names = ["plan", "a b", "价格", "it's", 'quo"te', "back`tick", "back\\slash", "{x:String}", "100%", "a:b", "select", "x.y"]
    rows = pa.table({"id": pa.array([1], pa.uint32()), "p": [json.dumps({name: f"value of {name}" for name in names})]})
    things.insert("things", rows, token="names")
    for name in names:
        path = json_path(Sql("p"), name)
        found = things.query(
            Sql(f"SELECT {path}.:String AS v FROM things WHERE {path}.:String = {{value:String}}"), {"value": f"value of {name}"}
        )
        assert found.to_pylist() == [{"v": f"value of {name}"}], name
