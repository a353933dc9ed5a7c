"""A server with one more route, whose query runs for minutes: for the test of how a server ends."""

from fastapi import Request

from uems.cli import main
from uems.kernel.sql import Sql
from uems.kernel.warehouse import Limits
from uems.web.health import router


@router.get("/slow")
def slow(request: Request) -> int:
    house = request.app.state.house
    (house.settings.home / "slow-started").touch()
    heavy = Sql("SELECT count() AS n FROM numbers(1000000000000) WHERE sipHash64(number) = 1")
    found = house.warehouse.query(heavy, limits=Limits(seconds=600))
    return int(found.column("n")[0].as_py())


if __name__ == "__main__":
    main()
