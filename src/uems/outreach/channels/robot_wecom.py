"""WeCom (企业微信): a group robot tells a group of the team; it asks for no signature."""

from typing import Final

from uems.kernel.robots import Robot
from uems.outreach.channels._robot import SAMPLE, GroupRobot, RobotBase


class _Robot(RobotBase):
    key: Final = "robot_wecom"
    label_zh: Final = "企业微信群机器人"
    label_en: Final = "WeCom group robot"
    Config: Final = GroupRobot
    sample: Final = SAMPLE
    robot: Robot = "wecom"


ITEM = _Robot()
