"""DingTalk (钉钉): a custom robot tells a group of the team."""

from typing import Final

from uems.kernel.robots import Robot
from uems.outreach.channels._robot import SAMPLE, GroupRobot, RobotBase


class _Robot(RobotBase):
    key: Final = "robot_dingtalk"
    label_zh: Final = "钉钉群机器人"
    label_en: Final = "DingTalk group robot"
    Config: Final = GroupRobot
    sample: Final = SAMPLE
    robot: Robot = "dingtalk"


ITEM = _Robot()
