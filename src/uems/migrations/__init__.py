"""How do tables of the store change from one version of the program to the next?

One file a change in ``versions``, named ``NNNN_<room>_<what>.py``; they run in the order of their numbers.
"""

from pathlib import Path


def revision_of(file: str) -> str:
    """The number of a version file, for its ``revision``: ``revision_of(__file__)``."""
    return Path(file).name[:4]


def before(file: str) -> str | None:
    """The number of the version file that comes before this one, for its ``down_revision``: ``before(__file__)``.

    Rooms number their files in ranges of their own; gaps do no harm.
    """
    numbers = sorted(revision_of(path.name) for path in Path(file).parent.glob("[0-9][0-9][0-9][0-9]_*.py"))
    earlier = [number for number in numbers if number < revision_of(file)]
    return earlier[-1] if earlier else None
