"""Which routes has this room? Those of its parts."""

from uems.experiments.flags.routes import router as flags
from uems.experiments.trials.routes import router as trials
from uems.kernel.routing import Routes

router = Routes()
router.include(flags)
router.include(trials)
