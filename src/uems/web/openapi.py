"""What does the HTTP API look like? Prints its OpenAPI document; the types of the web UI are made from it.

python -m uems.web.openapi > openapi.json
"""

import json
import sys
from functools import cache
from typing import Any

import uems
from uems.web.app import App
from uems.web.mounting import mount_rooms


@cache
def openapi_document() -> dict[str, Any]:
    """The document that a running server answers at /api/openapi.json; needs no data and opens none."""
    app = App(title="UEMS", version=uems.__version__)
    mount_rooms(app)
    return app.openapi()


if __name__ == "__main__":
    sys.stdout.write(json.dumps(openapi_document(), indent=1, sort_keys=True) + "\n")
