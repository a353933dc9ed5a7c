"""Which routes has this room? Those of its parts."""

from uems.kernel.routing import Routes
from uems.superusers.cocreation.routes import router as cocreation
from uems.superusers.ladder.routes import router as ladder
from uems.superusers.referrals.routes import router as referrals
from uems.superusers.ties.routes import router as ties

router = Routes()
router.include(cocreation)
router.include(referrals)
router.include(ties)
router.include(ladder)
