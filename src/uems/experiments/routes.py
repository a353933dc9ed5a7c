"""Which routes has this room? Those of its parts."""

from uems.experiments.flags.routes import router as flags
from uems.kernel.routing import Routes

router = Routes()
router.include(flags)
