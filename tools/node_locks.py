"""Does an npm lock name an address? Takes the links to sponsors out; where to download from is left out by each folder's .npmrc.

`make lock` runs it after npm wrote the locks; a test holds every lock free of addresses.
"""

import json
import sys
from pathlib import Path


def without_addresses(text: str) -> str:
    """The lock without what only tells whom to pay: npm installs the same from it."""
    lock = json.loads(text)
    for package in lock["packages"].values():
        package.pop("funding", None)
        package.pop("resolved", None)
    return json.dumps(lock, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    for name in sys.argv[1:]:
        path = Path(name)
        path.write_text(without_addresses(path.read_text("utf-8")), "utf-8")
