"""Which channels are there? Every file of ``channels`` is one."""

from typing import Final

from uems.kernel.registry import Registry
from uems.outreach.channel import Channel

CHANNELS: Final[Registry[Channel]] = Registry("channel", "uems.outreach.channels")
