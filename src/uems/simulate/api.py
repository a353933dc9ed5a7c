"""The door of this room: a world, its days as tables, its truth, and the ways in which it is sent or written."""

from uems.simulate.answers import Answered, read_answers, write_answers
from uems.simulate.days import Running
from uems.simulate.demo import CURRENCY as DEMO_CURRENCY
from uems.simulate.demo import NAME as DEMO_NAME
from uems.simulate.demo import SLUG as DEMO_SLUG
from uems.simulate.demo import ZONE as DEMO_ZONE
from uems.simulate.demo import Loaded, demo_world
from uems.simulate.demo import begin_life as begin_demo_life
from uems.simulate.demo import keep_alive as keep_demo_alive
from uems.simulate.demo import load as load_demo
from uems.simulate.files import FileFormat, write
from uems.simulate.offers import offer_response
from uems.simulate.potential import Flow as PotentialFlow
from uems.simulate.potential import Shop as PotentialShop
from uems.simulate.reacting import Reacting
from uems.simulate.sending import Api, Pace, Progress, Target, live, send, tables
from uems.simulate.truth import people_of, truth_of, write_truth
from uems.simulate.wire import TABLE, lines
from uems.simulate.world import BrokenStep, Effect, MessageResponse, PriceChange, ViralInvitation, World, effect_of_text, effects_of_yaml

__all__ = [
    "DEMO_CURRENCY",
    "DEMO_NAME",
    "DEMO_SLUG",
    "DEMO_ZONE",
    "TABLE",
    "Answered",
    "Api",
    "BrokenStep",
    "Effect",
    "FileFormat",
    "Loaded",
    "MessageResponse",
    "Pace",
    "PotentialFlow",
    "PotentialShop",
    "PriceChange",
    "Progress",
    "Reacting",
    "Running",
    "Target",
    "ViralInvitation",
    "World",
    "begin_demo_life",
    "demo_world",
    "effect_of_text",
    "effects_of_yaml",
    "keep_demo_alive",
    "lines",
    "live",
    "load_demo",
    "offer_response",
    "people_of",
    "read_answers",
    "send",
    "tables",
    "truth_of",
    "write",
    "write_answers",
    "write_truth",
]
