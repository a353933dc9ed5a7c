"""Feishu (飞书) and Lark: a custom bot tells a group of the team."""

from typing import Final

from uems.kernel.robots import Robot
from uems.outreach.channels._robot import SAMPLE, GroupRobot, RobotBase


class _Robot(RobotBase):
    key: Final = "robot_feishu"
    label_zh: Final = "飞书群机器人"
    label_en: Final = "Feishu or Lark group bot"
    Config: Final = GroupRobot
    sample: Final = SAMPLE
    robot: Robot = "feishu"


ITEM = _Robot()
