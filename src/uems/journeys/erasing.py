"""What does this room forget of a person? Their sessions."""

from typing import Final

from uems.kernel.erasure import RoomEraser, WarehouseRows

ERASER: Final = RoomEraser(key="journeys", warehouse=(WarehouseRows(table="sessions", what="sessions"),))
