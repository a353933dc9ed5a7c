"""Which routes has this room? Those of its parts."""

from uems.kernel.routing import Routes
from uems.superusers.referrals.routes import router as referrals

router = Routes()
router.include(referrals)
