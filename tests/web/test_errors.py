"""Does everything that goes wrong answer in the one shape, with a request id and without giving anything away?"""

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel

from tests.support.web import Visitor
from uems.access.api import public
from uems.kernel.edge import takes_upload
from uems.kernel.errors import UemsError
from uems.web import app as web_app
from uems.web.frame import MAX_BODY_BYTES

JSON = {"Content-Type": "application/json"}
router = APIRouter()


class Note(BaseModel):
    text: str
    rest: dict[str, Any] = {}


@router.post("/test/echo")
def echo(body: Note, visitor: Annotated[Visitor, public()]) -> Note:
    return body


@router.get("/test/break")
def break_down(visitor: Annotated[Visitor, public()]) -> Note:
    raise RuntimeError("the password is hunter2")


@router.get("/test/refuse")
def refuse(visitor: Annotated[Visitor, public()]) -> Note:
    raise UemsError("log_full", "Full \ud800.", status=429, details={"retry_after_seconds": 7.9, "odd": object})


@router.get("/test/wrong")
def answer_wrongly(visitor: Annotated[Visitor, public()]) -> Note:
    return {"text": 1}  # type: ignore[return-value]


@router.get("/test/number/{number}")
def number(number: int, visitor: Annotated[Visitor, public()]) -> Note:
    return Note(text=str(number))


@router.post("/test/upload")
@takes_upload(MAX_BODY_BYTES + 1000)
async def upload(request: web_app.Request, visitor: Annotated[Visitor, public()]) -> Note:
    size = 0
    async for part in request.stream():
        size += len(part)
    return Note(text=str(size))
