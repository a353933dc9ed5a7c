"""How are saved reports listed, kept and removed over HTTP? Their answers come from ``POST .../reports/{name}`` with their spec."""

from typing import Annotated

from fastapi import Path, Query, Request

from uems.access.api import Access, guard, house_of
from uems.journeys.saved import definitions
from uems.journeys.saved.bodies import SavedReportBody, SavedReportChange
from uems.kernel.edge import Clean, Cursor, Key, Limit, Page, decode_cursor, encode_cursor
from uems.kernel.routing import Routes

router = Routes()
_BASE = "/workspaces/{workspace}/saved-reports"
SavedKey = Annotated[Key, Path(description="Key of the saved report.")]


@router.get(_BASE)
def list_saved_reports(
    request: Request,
    access: Annotated[Access, guard("reports:read")],
    search: Annotated[str, Query(max_length=200, description="Words that are in the name, the description or the key."), Clean] = "",
    report: Annotated[Key | None, Query(description="Only those of this report.")] = None,
    cursor: Cursor | None = None,
    limit: Limit = 50,
) -> Page[SavedReportBody]:
    """Saved reports by name."""
    place = decode_cursor(cursor, str, str) if cursor else None
    found, following = definitions.list_saved(
        house_of(request).store,
        access.scope,
        search=search,
        report=report,
        after=(place[0], place[1]) if place else None,
        limit=limit,
    )
    return Page(items=[SavedReportBody.of(one) for one in found], next_cursor=encode_cursor(*following) if following else None)


@router.get(f"{_BASE}/{{key}}")
def get_saved_report(request: Request, access: Annotated[Access, guard("reports:read")], key: SavedKey) -> SavedReportBody:
    """One saved report."""
    return SavedReportBody.of(definitions.saved_report(house_of(request).store, access.scope, key))


@router.put(f"{_BASE}/{{key}}")
def put_saved_report(
    request: Request, access: Annotated[Access, guard("reports:write")], key: SavedKey, body: SavedReportChange
) -> SavedReportBody:
    """Save a report under a key, or change the one that is saved there."""
    saved = definitions.save_report(house_of(request).store, access, key, body.draft, if_version=body.if_version)
    return SavedReportBody.of(saved)


@router.delete(f"{_BASE}/{{key}}")
def remove_saved_report(request: Request, access: Annotated[Access, guard("reports:write")], key: SavedKey) -> SavedReportBody:
    """Remove a saved report. The answer is what it was: put it again to undo."""
    return SavedReportBody.of(definitions.remove_saved(house_of(request).store, access, key))
