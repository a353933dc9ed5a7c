"""Which routes has this room beside those of metrics?"""

from fastapi import APIRouter

from uems.kpis.spend_routes import router as spend

router = APIRouter()
router.include_router(spend)
