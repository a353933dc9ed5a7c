"""What do the robots of three chat programs share as channels? A group of the team hears of somebody; nobody is written to."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Annotated, Final

from pydantic import Field

from uems.kernel.edge import Clean
from uems.kernel.house import House
from uems.kernel.outbound import Outbound
from uems.kernel.robots import LONGEST, Robot, call_of, read
from uems.kernel.scope import Scope
from uems.outreach.channel import ChannelBase, Config, Content, Handed, Letter, Medium, Transport, Weight
from uems.outreach.channels._chat import weighed, words
from uems.outreach.channels._provider import BUSY, SETUP, Sending, call, refused, status_fault


class GroupRobot(Config):
    """url: of the robot, as its group shows it. secret: that it asks signatures by; empty where it asks for none."""

    url: Annotated[str, Field(max_length=2_000), Clean] = ""
    secret: Annotated[str, Field(max_length=200), Clean] = ""


class _Calls(Sending):
    def __init__(self, outbound: Outbound, robot: Robot, config: GroupRobot) -> None:
        self._outbound, self._robot, self._config = outbound, robot, config

    def hand_over(self, letter: Letter) -> Handed:
        wanted = call_of(self._robot, self._config.url, self._config.secret, words(letter), letter.at)
        answer = call(self._outbound, wanted.url, headers={"content-type": "application/json"}, content=wanted.body)
        said = read(answer)
        if not said.taken:
            fault = status_fault(answer) if not answer.ok else BUSY if said.again else SETUP
            raise refused(f"The robot ({self._robot})", answer.status, said.words, fault)
        return Handed(detail=said.words)


class RobotBase(ChannelBase):
    """A channel by a robot. A text that the group would not see whole is not sent."""

    medium: Medium = "address"
    content: Content = "note"
    robot: Robot
    secrets: Sequence[str] = ("url", "secret")
    needs: Sequence[str] = ("url",)
    connections = 2
    """Groups take twenty messages a minute."""

    def weigh(self, config: GroupRobot, letter: Letter) -> Weight:
        return weighed(letter, LONGEST[self.robot])

    @asynccontextmanager
    async def open(self, house: House, scope: Scope, config: GroupRobot) -> AsyncIterator[Transport]:
        with Outbound(house.settings) as outbound:
            yield _Calls(outbound, self.robot, config)


SAMPLE: Final = GroupRobot(url="https://example.com/robot/send?access_token=1", secret="SEC a secret")
