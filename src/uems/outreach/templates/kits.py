"""Which theme and which blocks is a template made of? Those that stand now, or those that a version of it was saved with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, func, select, tuple_

from uems.outreach.tables import outreach_block_versions, outreach_blocks, outreach_themes
from uems.outreach.templates.blocks import BlockSpec, Kit, closure, sources_of
from uems.outreach.templates.model import TemplateSpec
from uems.outreach.templates.theme import Theme

_B, _V, _T = outreach_blocks.c, outreach_block_versions.c, outreach_themes.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """theme: its version, None where it is not read. latest: of blocks named without a version; pinned: of those named with one."""

    theme: int | None = None
    latest: Mapping[str, int] = field(default_factory=dict)
    pinned: tuple[tuple[str, int], ...] = ()

    def written(self) -> dict[str, Any] | None:
        """As it is kept; None for a template that needs nothing."""
        if self == Parts():
            return None
        return {"theme": self.theme, "latest": dict(self.latest), "pinned": [list(one) for one in self.pinned]}

    @staticmethod
    def read(kept: Mapping[str, Any] | None) -> "Parts":
        """What ``written`` wrote."""
        if kept is None:
            return Parts()
        pinned = tuple((str(key), int(version)) for key, version in kept["pinned"])
        return Parts(theme=kept["theme"], latest={str(key): int(version) for key, version in kept["latest"].items()}, pinned=pinned)


def parts_of(spec: TemplateSpec, kit: Kit) -> Parts:
    """What a template is made of when it is saved now."""
    used, themed = closure(sources_of(spec), kit)
    return Parts(
        theme=kit.theme_version if themed else None,
        latest={one.key: one.version for one in sorted(used) if not one.pinned},
        pinned=tuple((one.key, one.version) for one in sorted(used) if one.pinned),
    )


def read_kit(conn: Connection, workspace_id: int) -> Kit:
    """What stands now. It looks blocks up as they are asked for, so it is of use within this transaction only."""
    latest = {row.block_id: row.version for row in conn.execute(_live(workspace_id))}
    theme, version = read_theme(conn, workspace_id)
    return Kit(theme=theme, theme_version=version, latest=latest, find=_finder(conn, workspace_id))


def kept_kit(conn: Connection, workspace_id: int, parts: Parts) -> Kit:
    """What a version of a template was saved with, all of it looked up."""
    wanted = {*parts.latest.items(), *parts.pinned}
    specs: dict[tuple[str, int], BlockSpec] = {}
    if wanted:
        these = tuple_(_V.block_id, _V.version).in_(sorted(wanted))
        for row in conn.execute(select(_V.block_id, _V.version, _V.spec).where(_V.workspace_id == workspace_id, these)):
            specs[row.block_id, row.version] = BlockSpec.model_validate(row.spec)
    theme = read_theme(conn, workspace_id, parts.theme)[0] if parts.theme else Theme()
    return Kit(theme=theme, theme_version=parts.theme or 0, latest=parts.latest, find=lambda key, version: specs.get((key, version)))


def read_theme(conn: Connection, workspace_id: int, version: int | None = None) -> tuple[Theme, int]:
    """(the theme, its version): the latest one, or the one asked for; the standard one and 0 where nobody set any."""
    query = select(_T.spec, _T.version).where(_T.workspace_id == workspace_id)
    query = query.order_by(_T.version.desc()).limit(1) if version is None else query.where(_T.version == version)
    row = conn.execute(query).first()
    return (Theme(), 0) if row is None else (Theme.model_validate(row.spec), row.version)


def _live(workspace_id: int) -> Any:
    return select(_B.block_id, _B.version).where(_B.workspace_id == workspace_id, _B.archived.is_(False))


def count_blocks(conn: Connection, workspace_id: int) -> int:
    """How many blocks a workspace has, archived ones too."""
    return int(conn.execute(select(func.count()).select_from(outreach_blocks).where(_B.workspace_id == workspace_id)).scalar_one())


def _finder(conn: Connection, workspace_id: int) -> Callable[[str, int], BlockSpec | None]:
    known: dict[tuple[str, int], BlockSpec | None] = {}

    def find(key: str, version: int) -> BlockSpec | None:
        if (key, version) not in known:
            query = select(_V.spec).where(_V.workspace_id == workspace_id, _V.block_id == key, _V.version == version)
            spec = conn.execute(query).scalar_one_or_none()
            known[key, version] = None if spec is None else BlockSpec.model_validate(spec)
        return known[key, version]

    return find
