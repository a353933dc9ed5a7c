"""The door of this room: everything that other rooms, the command line and the web may use."""

from uems.evaluation.randomised import randomised

__all__ = ["randomised"]
