"""What else do segments answer over HTTP? The routes of the folders of this room."""

from uems.kernel.routing import Routes
from uems.segments.config.routes import router as config
from uems.segments.exports.routes import router as exports
from uems.segments.lists.routes import router as lists
from uems.segments.syncs.routes import router as syncs
from uems.segments.understanding.routes import router as understanding

router = Routes()
for part in (understanding, lists, exports, syncs, config):
    router.include(part)
