"""What does every part of the program need to do its work? One house, built once at the start, handed to whoever asks."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from uems.kernel.settings import Settings
from uems.kernel.store import Store

if TYPE_CHECKING:  # rooms that need only the store do not load the analytical engine
    from uems.kernel.log import Log
    from uems.kernel.warehouse import Warehouse


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """The open resources of a process. Web routes get it by ``access.house_of(request)``."""

    settings: Settings
    warehouse: "Warehouse"
    store: Store
    log: "Log"

    def close(self) -> None:
        """Stop accepting first, then let go of the engines."""
        self.log.close()
        self.warehouse.close()
        self.store.close()
