"""By which means do the people of the demo's shop do what they do? Through the API, as the shop's own program would."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from uems.simulate.days import Running
from uems.simulate.life.words import Language
from uems.simulate.sending import Sleep, Target


class Door(Protocol):
    """The HTTP API, as the command line has it: raises ``UemsError`` with the server's own code and message."""

    def get(self, path: str) -> Any: ...
    def post(self, path: str, body: object = None) -> Any: ...
    def put(self, path: str, body: object) -> Any: ...
    def patch(self, path: str, body: object) -> Any: ...
    def request(self, method: str, path: str, **options: Any) -> Any: ...
    def stream(self, method: str, path: str, **options: Any) -> AbstractContextManager[Any]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """running: the world after its last day. workspace: its address in the API."""

    door: Door
    workspace: str
    write_key: str
    running: Running
    language: Language
    clock: Callable[[], datetime]
    sleep: Sleep

    @property
    def target(self) -> Target:
        return Target(api=self.door, workspace=self.workspace, write_key=self.write_key)

    def user(self, person: int) -> dict[str, str]:
        """Somebody by the id that the shop gave them."""
        return {"kind": "user_id", "value": f"{self.running.world.name}-u{person}"}

    def wait(self, done: Callable[[], bool], seconds: float) -> bool:
        """Whether it was so within so many seconds."""
        for _ in range(round(seconds / 0.25)):
            if done():
                return True
            self.sleep(0.25)
        return False
