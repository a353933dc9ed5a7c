"""Are the tables already what this version of the program needs? Answered without loading alembic, which costs half a second."""

from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import DatabaseError

import uems

_VERSIONS = Path(uems.__file__).parent / "migrations" / "versions"


def is_current(engine: Engine) -> bool:
    """Whether the last numbered file of the migrations is the last that ran here. False when unsure."""
    newest = max((path.name[:4] for path in _VERSIONS.glob("[0-9][0-9][0-9][0-9]_*.py")), default="")
    try:
        with engine.connect() as conn:
            return [row[0] for row in conn.exec_driver_sql("SELECT version_num FROM schema_versions")] == [newest]
    except DatabaseError:
        return False
