"""How far is a report that takes long? The same question as a stream: what share is done as it goes on, at the end the answer."""

from typing import Annotated, Any

from fastapi import Path, Request
from fastapi.responses import StreamingResponse

from uems.access.api import Access, guard, house_of
from uems.journeys import asking
from uems.journeys.bodies import ReportAnswer, answer_body
from uems.kernel.edge import Key
from uems.kernel.followed import FOLLOWED, followed
from uems.kernel.routing import Routes

router = Routes()


@router.post("/workspaces/{workspace}/reports/{name}/progress", response_class=StreamingResponse, responses=FOLLOWED)
async def follow_report(
    request: Request,
    access: Annotated[Access, guard("reports:read")],
    name: Annotated[Key, Path(description="Name of the report.")],
    spec: dict[str, Any],
) -> StreamingResponse:
    """Answer one report for one spec, and say meanwhile how far it is: events ``progress``, then ``answer`` or ``error``."""
    asking.check_spec(name, spec)
    house = house_of(request)

    def work() -> ReportAnswer:
        return answer_body(house, access, name, asking.run_report(house, access.scope, name, spec, access.now))

    return followed(house, work)
