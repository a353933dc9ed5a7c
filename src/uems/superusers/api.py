"""The door of this room: everything that other rooms, the command line and the web may use."""

from uems.kpis import api as kpis
from uems.superusers.erasing import ERASER
from uems.superusers.jobs import Tender
from uems.superusers.ladder.criteria import LadderSettings
from uems.superusers.ladder.making import make_ladder
from uems.superusers.referrals.worker import Referrer
from uems.superusers.ties.making import make_ties
from uems.superusers.ties.settings import TieSettings
from uems.superusers.ties.standing import standing_ties

__all__ = ["ERASER", "LadderSettings", "Referrer", "Tender", "TieSettings", "make_ladder", "make_ties"]

kpis.fill_ties(standing_ties)
