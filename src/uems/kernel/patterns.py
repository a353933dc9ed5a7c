"""Which regular expressions may users write? RE2's: the warehouse runs them too, and none of them can take forever."""

from collections.abc import Callable
from functools import lru_cache
from typing import Final

import re2

MAX_PATTERN: Final = 500


class Pattern:
    """A compiled pattern; thread-safe."""

    __slots__ = ("_search",)

    def __init__(self, search: Callable[[bytes], object]) -> None:
        self._search = search

    def is_in(self, text: str) -> bool:
        """Whether the pattern is found anywhere in ``text``."""
        # As bytes, because the library counts the characters of a str anew on every call; that takes twice as long.
        return self._search(text.encode("utf-8", "surrogatepass")) is not None


@lru_cache(maxsize=1_000)
def compile_pattern(pattern: str) -> Pattern:
    """The pattern with the options that the warehouse uses: UTF-8, a dot takes a line feed too, unanchored.

    Raises ``ValueError`` with RE2's own words when it cannot run, and when it is longer than 500 characters.
    """
    if len(pattern) > MAX_PATTERN:
        raise ValueError(f"has {len(pattern)} characters; at most {MAX_PATTERN}")
    options = re2.Options()
    options.dot_nl = True
    options.never_capture = True
    options.log_errors = False
    try:
        return Pattern(re2.compile(pattern, options).search)
    except re2.error as error:
        problem = error.args[0]
        raise ValueError(problem.decode() if isinstance(problem, bytes) else str(problem)) from error
