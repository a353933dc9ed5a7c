"""What is a tag made from, and in which order are tags computed? Read from their configs; circles are refused by name."""

from collections.abc import Iterable, Mapping, Sequence

from uems.kernel.errors import UemsError
from uems.kernel.filters import And, Node, Not, Or, Property
from uems.profiles.conditions.grammar import kind_of, leaves
from uems.profiles.conditions.model import REVENUE, Did, Doing, Regular, Related, Tag, Top, Trait
from uems.profiles.conditions.model import Sequence as Steps
from uems.profiles.roles.model import EVENT_ROLES, ROLES, Roles
from uems.profiles.tags.config import ComputedConfig, Config, ModelConfig, ReadyConfig, RuleConfig, Which, read_config
from uems.profiles.tags.model import Lineage, TagDef

__all__ = ["asks_tags", "conditions_of", "conditions_of_tag", "in_order", "lineage_of", "needed_roles", "tops_of"]


def conditions_of(config: Config) -> tuple[Node, ...]:
    """The conditions on people that a config holds."""
    if isinstance(config, RuleConfig):
        return tuple(when for _, when in config.values)
    return conditions_of(config.fallback) if isinstance(config, ModelConfig) and config.fallback is not None else ()


def conditions_of_tag(tag: TagDef) -> tuple[Node, ...]:
    """The conditions on people that a definition holds; raises as ``read_config``."""
    return conditions_of(read_config(tag))


def asks_tags(config: Config) -> set[str]:
    """Keys of the tags that the config asks."""
    found = {leaf.name for leaf in _all_leaves(conditions_of(config)) if isinstance(leaf, Tag | Top)}
    ready = _ready(config)
    return found | set(ready.rule.tags if ready else ())


def tops_of(trees: Iterable[Node]) -> set[Top]:
    """The conditions on percentiles, also inside conditions on related people."""
    return {leaf for leaf in _all_leaves(trees) if isinstance(leaf, Top)}


def needed_roles(config: Config) -> tuple[str, ...]:
    """Roles without which the tag says nothing."""
    ready = _ready(config)
    if ready is not None:
        return ready.rule.needed(ready.settings)
    if isinstance(config, ComputedConfig):
        return tuple(dict.fromkeys(role for which in _whiches(config) if not which.doing.events for role in which.roles))
    return ()


def lineage_of(config: Config, roles: Roles) -> Lineage:
    """Everything that the tag is made from, with the events and properties of its roles as they are mapped now."""
    events: dict[str, None] = {}
    properties: dict[str, None] = {}
    traits: dict[str, None] = {}
    relations = False
    for leaf in _all_leaves(conditions_of(config)):
        for doing in _doings(leaf):
            events |= dict.fromkeys(doing.events)
            properties |= dict.fromkeys(_properties(doing.where))
        if isinstance(leaf, Did) and leaf.name and leaf.name != REVENUE:
            properties[leaf.name] = None
        if isinstance(leaf, Trait):
            traits[leaf.name] = None
        relations = relations or isinstance(leaf, Related)
    used: dict[str, None] = {}
    if isinstance(config, ComputedConfig):
        for which in _whiches(config):
            used |= dict.fromkeys(which.roles)
            events |= dict.fromkeys(which.doing.events)
            properties |= dict.fromkeys(_properties(which.doing.where))
        if config.property:
            properties[config.property] = None
    ready = _ready(config)
    if ready is not None:
        used |= dict.fromkeys((*ready.rule.needed(ready.settings), *ready.rule.uses))
        relations = relations or ready.rule.whole
    for role in used:
        events |= dict.fromkeys(roles.events(role)) if role in EVENT_ROLES else {}
        if ROLES[role].of == "property" and roles.property(role):
            properties[roles.property(role)] = None
    return Lineage(
        events=tuple(events),
        properties=tuple(properties),
        traits=tuple(traits),
        tags=tuple(sorted(asks_tags(config))),
        roles=tuple(used),
        relations=relations,
    )


def in_order(asks: Mapping[str, set[str]]) -> list[list[str]]:
    """Keys in steps: each asks only tags of the steps before it. Raises ``tag_circle`` (422) that names the circle.

    asks: tag → the tags that it asks; those that are not keys themselves are taken as given.
    """
    depth: dict[str, int] = {}

    def visit(key: str, path: tuple[str, ...]) -> int:
        if key in path:
            circle = " → ".join((*path[path.index(key) :], key))
            raise UemsError("tag_circle", f"Tags ask each other in a circle: {circle}. Leave one of the steps out.", status=422)
        if key not in depth:
            depth[key] = 1 + max((visit(other, (*path, key)) for other in sorted(asks[key]) if other in asks), default=-1)
        return depth[key]

    for key in sorted(asks):
        visit(key, ())
    return [[key for key in asks if depth[key] == step] for step in range(max(depth.values(), default=-1) + 1)]


def _all_leaves(trees: Iterable[Node]) -> Iterable[Node]:
    for tree in trees:
        for leaf in leaves(tree):
            yield leaf
            yield from _all_leaves(kind_of(leaf).inner(leaf))


def _doings(leaf: Node) -> Sequence[Doing]:
    if isinstance(leaf, Did | Regular):
        return (leaf.doing,)
    return leaf.steps if isinstance(leaf, Steps) else ()


def _properties(where: Node | None) -> list[str]:
    if where is None:
        return []
    if isinstance(where, And | Or):
        return [name for part in where.parts for name in _properties(part)]
    if isinstance(where, Not):
        return _properties(where.part)
    return [where.name] if isinstance(where, Property) else []


def _whiches(config: ComputedConfig) -> tuple[Which, ...]:
    return (config.which, config.among) if config.among is not None else (config.which,)


def _ready(config: Config) -> ReadyConfig | None:
    inner = config.fallback if isinstance(config, ModelConfig) else config
    return inner if isinstance(inner, ReadyConfig) else None
