"""What else do segments answer over HTTP? The routes of the folders of this room."""

from fastapi import APIRouter

from uems.segments.understanding.routes import router as understanding

router = APIRouter()
router.include_router(understanding)
