"""How is spend told, shown and taken back over HTTP?"""

from datetime import date, timedelta
from typing import Annotated

from fastapi import Query, Request
from starlette.concurrency import run_in_threadpool

from uems.access.api import Access, guard, house_of
from uems.kernel.clock import day_of
from uems.kernel.edge import Name, takes_upload
from uems.kernel.errors import UemsError, invalid
from uems.kernel.money import Money
from uems.kernel.routing import Routes
from uems.kpis.bodies import SpendBody, SpendDraft, SpendFileAnswer, SpendGone, SpendList, SpendSaved
from uems.kpis.model import Spend
from uems.kpis.spend_files import read_spend
from uems.kpis.spending import MAX_ROWS, delete_spend, save_spend, spend_between, try_spend

router = Routes()
_BASE = "/workspaces/{workspace}/spend"
_MOST_BYTES = 16_000_000
_MOST_DAYS = 1_100


@router.get(_BASE)
def list_spend(
    request: Request,
    access: Annotated[Access, guard("kpis:read")],
    first_day: Annotated[date | None, Query(description="First business day; left out: 90 days before the last.")] = None,
    last_day: Annotated[date | None, Query(description="Last business day; left out: today.")] = None,
) -> SpendList:
    """What each channel cost, day by day."""
    last = last_day or day_of(access.now, access.scope.zone)
    if not 1971 <= last.year <= 2148:
        raise invalid("last_day", last.isoformat(), "must be in the years 1971 to 2148.")
    first = first_day or last - timedelta(days=90)
    if not 0 <= (last - first).days < _MOST_DAYS:
        raise invalid("first_day", first.isoformat(), f"must be on or before last_day, {last}, and less than {_MOST_DAYS} days before it.")
    found = spend_between(house_of(request).store, access.scope, first, last, limit=MAX_ROWS)
    items = [SpendBody(day=one.day, channel=one.channel, amount_minor=one.amount_minor) for one in found]
    return SpendList(items=items, currency=access.scope.currency, first_day=first, last_day=last)


@router.put(_BASE)
def put_spend(request: Request, access: Annotated[Access, guard("kpis:write")], body: SpendDraft) -> SpendSaved:
    """Tell what channels cost, each row in place of what stood for its day and channel; the same again changes nothing."""
    rows = [Spend(day=row.day, channel=row.channel, amount_minor=Money.parse(row.amount, access.scope.currency).minor) for row in body.rows]
    told = save_spend(house_of(request).store, access, rows, body.currency)
    return SpendSaved(new=told.new, changed=told.changed, same=told.same)


@router.post(
    f"{_BASE}/file",
    openapi_extra={"requestBody": {"required": True, "content": {"text/csv": {"schema": {"type": "string"}}}}},
)
@takes_upload(_MOST_BYTES)
async def upload_spend(
    request: Request,
    access: Annotated[Access, guard("kpis:write")],
    dry_run: Annotated[bool, Query(description="Say what would be written, and write nothing.")] = False,
) -> SpendFileAnswer:
    """Upload a CSV file with the columns day, channel, amount and, if you like, currency. All of it is taken, or nothing."""
    content = bytearray()
    async for piece in request.stream():
        content += piece
        if len(content) > _MOST_BYTES:
            raise UemsError("too_large", f"The file has more than {_MOST_BYTES:,} bytes. Send it in parts.", status=413)

    def take_in() -> SpendFileAnswer:
        store, currency = house_of(request).store, access.scope.currency
        rows = read_spend(bytes(content), currency)
        told = try_spend(store, access.scope, rows, currency) if dry_run else save_spend(store, access, rows, currency)
        return SpendFileAnswer.of(rows, told, currency, dry_run=dry_run)

    return await run_in_threadpool(take_in)


@router.delete(_BASE)
def take_back_spend(
    request: Request,
    access: Annotated[Access, guard("kpis:write")],
    channel: Annotated[Name, Query(description="Name of the channel.")],
    first_day: Annotated[date, Query(description="First business day.")],
    last_day: Annotated[date, Query(description="Last business day.")],
) -> SpendGone:
    """Take away what a channel cost on these days."""
    return SpendGone(rows=delete_spend(house_of(request).store, access, channel, first_day, last_day))
