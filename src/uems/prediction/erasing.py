"""What does this room forget of a person? Which actions harm them; scores are tags, which the room of profiles forgets."""

from typing import Final

from uems.kernel.erasure import RoomEraser, StoreRows
from uems.prediction.tables import uplift_harmed

ERASER: Final = RoomEraser(key="prediction", store=(StoreRows(table=uplift_harmed),))
