"""The door of this room: everything that other rooms, the command line and the web may use."""

from uems.superusers.jobs import Tender
from uems.superusers.referrals.worker import Referrer

__all__ = ["Referrer", "Tender"]
