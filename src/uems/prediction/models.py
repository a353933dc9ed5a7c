"""Which models are there, which version of each is in use, and who changed that?"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, RowMapping, func, insert, select, update

from uems.access.api import Access, audit
from uems.kernel.errors import UemsError, invalid, not_found
from uems.kernel.scope import Scope
from uems.kernel.store import Store, lock
from uems.prediction.features import Feature
from uems.prediction.model import Model, Outcome, Spec, Version
from uems.prediction.portable import Predictor, from_bytes, hash_of, to_bytes
from uems.prediction.spec import dump_spec, parse_spec
from uems.prediction.tables import model_versions, models
from uems.prediction.tag_values import check_free, give_back, has_own_rule
from uems.profiles import api as profiles

_KEY: Final = re.compile(r"[a-z][a-z0-9_]{0,59}")
_m, _v = models.c, model_versions.c
_SEEN: Final = [column for column in _v if column.name != "content"]
MOST_MODELS: Final = 50
RESERVED: Final = frozenset({"lifetime_value", "next_need", "next_need_on", "survival", "value_at_risk"})
"""Tags that forecasts write."""


def _model_of(row: RowMapping) -> Model:
    return Model(**{name: value for name, value in row.items() if name != "deleted_at"})


def _version_of(row: RowMapping) -> Version:
    return Version(**{**row, "features": tuple(Feature(**told) for told in row["features"])})


def spec_of(model: Model | Version) -> Spec:
    """What the model foretells. Raises as ``parse_spec`` when a program of another version wrote it."""
    return parse_spec(model.definition)


def create_model(
    store: Store, access: Access | None, scope: Scope, key: str, spec: Spec, now: datetime, *, template: str | None = None
) -> Model:
    """A new model, not trained yet; a worker trains it at once. access: None when the system makes it by itself.

    Raises ``invalid``, ``model_exists``, ``tag_taken`` and ``too_many_models`` (409).
    """
    if not _KEY.fullmatch(key):
        raise invalid("key", key, "must be 1 to 60 small letters, digits and underscores, and start with a letter.")
    if key in RESERVED:
        raise UemsError("tag_taken", f"The tag {key!r} is that of a forecast. Take another key.", status=409, details={"tag": key})
    check_free(store, scope, key)
    made = {
        "workspace_id": scope.workspace_id,
        "key": key,
        "definition": dump_spec(spec),
        "version": None,
        "template": template,
        "created_by": access.actor.label[:300] if access else "",
        "created_at": now,
        "updated_at": now,
        "train_at": now,
        "score_at": None,
    }
    with store.write() as conn:
        lock(conn, f"models:{scope.workspace_id}")
        known = conn.execute(select(_m.key, _m.deleted_at).where(_m.workspace_id == scope.workspace_id)).all()
        if any(row.key == key and row.deleted_at is None for row in known):
            raise UemsError("model_exists", f"There is a model {key!r} already. Change it, or take another key.", status=409)
        if sum(row.deleted_at is None for row in known) >= MOST_MODELS:
            raise UemsError("too_many_models", f"A workspace has at most {MOST_MODELS} models. Delete one first.", status=409)
        if any(row.key == key for row in known):  # its versions and runs stay, and go on counting
            conn.execute(update(models).where(_is(scope, key)).values({**made, "deleted_at": None}))
        else:
            conn.execute(insert(models).values({**made, "deleted_at": None}))
        if access is not None:
            audit(conn, access, "model.created", f"model:{key}", None, {"definition": made["definition"]})
        return _load(conn, scope, key)


def get_model(store: Store, scope: Scope, key: str) -> Model:
    """Raises ``not_found``."""
    with store.read() as conn:
        return _load(conn, scope, key)


def list_models(store: Store, scope: Scope) -> list[Model]:
    """By key."""
    query = select(models).where(_m.workspace_id == scope.workspace_id, _m.deleted_at.is_(None)).order_by(_m.key)
    with store.read() as conn:
        return [_model_of(row) for row in conn.execute(query).mappings()]


def tag_uses(conn: Connection, scope: Scope) -> Iterator[profiles.TagUse]:
    """Which models write, ask or are judged by which tags: shown with the tag, which cannot be removed meanwhile."""
    query = select(models).where(_m.workspace_id == scope.workspace_id, _m.deleted_at.is_(None)).order_by(_m.key)
    for model in map(_model_of, conn.execute(query).mappings()):
        one = profiles.TagUse(tag=model.key, kind="model", key=model.key, label=_label(model), wants="number")
        yield one
        try:
            spec = spec_of(model)
        except UemsError:
            continue  # of another version of the program; its own page says so
        target = spec.target
        given = (target.condition,) if isinstance(target, Outcome) else (target.who, target.against)
        conditions = tuple(one for one in (*given, spec.among, spec.rule.condition) if one is not None)
        asked = {leaf.name for one in conditions for _, leaf in profiles.asked_in(one)}
        if spec.rule.tag is not None:
            yield replace(one, tag=spec.rule.tag, conditions=conditions)
        for tag in sorted(asked - {spec.rule.tag}):
            yield replace(one, tag=tag, conditions=conditions, wants=None)


def _label(model: Model) -> str:
    return str(model.definition.get("label_en") or model.definition.get("label_zh") or model.key)


def change_model(store: Store, access: Access, key: str, spec: Spec) -> Model:
    """Another definition. The version in use goes on until one is trained for the new definition, which happens at once."""
    scope = access.scope
    with store.write() as conn:
        before = _load(conn, scope, key)
        values = {"definition": dump_spec(spec), "updated_at": access.now}
        retrain = {**before.definition, **_FREE} != {**values["definition"], **_FREE}  # type: ignore[dict-item]
        conn.execute(update(models).where(_is(scope, key)).values(**values, train_at=access.now if retrain else before.train_at))
        audit(conn, access, "model.changed", f"model:{key}", {"definition": before.definition}, {"definition": values["definition"]})
        return _load(conn, scope, key)


def refit(store: Store, scope: Scope, key: str, spec: Spec) -> Model:
    """Write down what a standard model made of the workspace; nobody's change, so neither audited nor dated."""
    with store.write() as conn:
        conn.execute(update(models).where(_is(scope, key)).values(definition=dump_spec(spec)))
        return _load(conn, scope, key)


# What can be changed without training anew.
_FREE: Final = {"label_zh": "", "label_en": "", "fallback": False, "auto_promote": False, "retrain_days": 0}


def delete_model(store: Store, access: Access, key: str) -> None:
    """Forget it; its versions stay for whoever makes a model of the same key again. Raises ``not_found``."""
    with store.write() as conn:
        before = _load(conn, access.scope, key)
        conn.execute(update(models).where(_is(access.scope, key)).values(deleted_at=access.now, train_at=None, score_at=None, version=None))
        audit(conn, access, "model.deleted", f"model:{key}", {"definition": before.definition}, None)
        give_back(conn, access, key)


def _is(scope: Scope, key: str) -> Any:
    return (_m.workspace_id == scope.workspace_id) & (_m.key == key)


def _load(conn: Connection, scope: Scope, key: str) -> Model:
    row = conn.execute(select(models).where(_is(scope, key), _m.deleted_at.is_(None))).mappings().first()
    if row is None:
        raise not_found("model", key)
    return _model_of(row)


def list_versions(store: Store, scope: Scope, key: str) -> list[Version]:
    """The newest first."""
    query = select(*_SEEN).where(_v.workspace_id == scope.workspace_id, _v.key == key).order_by(_v.version.desc()).limit(200)
    with store.read() as conn:
        _load(conn, scope, key)
        return [_version_of(row) for row in conn.execute(query).mappings()]


def get_version(store: Store, scope: Scope, key: str, version: int) -> Version:
    """Raises ``not_found``."""
    with store.read() as conn:
        _load(conn, scope, key)
        return _version(conn, scope, key, version)


def _version(conn: Connection, scope: Scope, key: str, version: int) -> Version:
    row = conn.execute(select(*_SEEN).where(_this(scope, key, version))).mappings().first()
    if row is None:
        raise not_found("version", f"{key} {version}")
    return _version_of(row)


def _this(scope: Scope, key: str, version: int) -> Any:
    return (_v.workspace_id == scope.workspace_id) & (_v.key == key) & (_v.version == version)


def predictor_of(store: Store, scope: Scope, version: Version) -> Predictor:
    """The trained model itself. Raises ``model_damaged`` (500)."""
    query = select(_v.content).where(_this(scope, version.key, version.version))
    with store.read() as conn:
        content = conn.execute(query).scalar_one()
    return from_bytes(content, version.sha256)


def add_version(
    conn: Connection,
    scope: Scope,
    model: Model,
    predictor: Predictor,
    told: Mapping[str, Any],
    features: tuple[Feature, ...],
    now: datetime,
) -> Version:
    """Keep a trained model. told: vocabulary, backtest, baseline, rows, seconds. It is a candidate, or refused by its backtest."""
    content = to_bytes(predictor)
    last = conn.execute(select(func.max(_v.version)).where(_v.workspace_id == scope.workspace_id, _v.key == model.key)).scalar()
    number = (last or 0) + 1
    row = {
        "workspace_id": scope.workspace_id,
        "key": model.key,
        "version": number,
        "state": "candidate" if told["backtest"]["beats_rule"] else "refused",
        "algorithm": predictor.algorithm,
        "definition": model.definition,
        "features": [asdict(feature) for feature in features],
        "content": content,
        "sha256": hash_of(content),
        "trained_at": now,
        **told,
    }
    conn.execute(insert(model_versions).values(row))
    return _version(conn, scope, model.key, number)


def promote(store: Store, access: Access, key: str, version: int, *, forced: str | None = None) -> Version:
    """Put a version to use. forced: why it is used although it does not beat the rule; audited.

    Raises ``model_not_better`` (409) with the numbers when it does not beat the rule and nobody says why it should be used.
    """
    scope = access.scope
    with store.write() as conn:
        lock(conn, f"models:{scope.workspace_id}")
        model = _load(conn, scope, key)
        found = _version(conn, scope, key, version)
        reason = (forced or "").strip()
        if not found.backtest["beats_rule"] and not reason:
            raise not_better(found)
        put_to_use(conn, scope, model, found, access.actor.label, access.now, reason or None)
        facts = {"version": version, "forced": reason or None, "auc_gain": found.backtest["auc_gain"]}
        audit(conn, access, "model.promoted", f"model:{key}", {"version": model.version}, facts)
        return _version(conn, scope, key, version)


def put_to_use(conn: Connection, scope: Scope, model: Model, found: Version, by: str, now: datetime, forced: str | None = None) -> None:
    """Make ``found`` the version that scores are made with, and have them made anew."""
    old = (_v.workspace_id == scope.workspace_id) & (_v.key == model.key) & (_v.state == "promoted")
    conn.execute(update(model_versions).where(old).values(state="retired"))
    values = {"state": "promoted", "promoted_at": now, "promoted_by": by[:300], "forced": forced[:500] if forced else None}
    conn.execute(update(model_versions).where(_this(scope, model.key, found.version)).values(values))
    conn.execute(update(models).where(_is(scope, model.key)).values(version=found.version, score_at=now))


def not_better(found: Version) -> UemsError:
    """The refusal of a version that its backtest does not speak for."""
    told = found.backtest
    gain, errors = told["auc_gain"], told["brier"]
    return UemsError(
        "model_not_better",
        f"Version {found.version} does not beat its rule on the held-out period: AUC {told['auc']['value']:.3f} against "
        f"{told['rule_auc']['value']:.3f} (gain {gain['value']:+.3f}, 95% from {gain['low']:+.3f} to "
        f"{gain['high']:+.3f}; it must lie above 0), Brier {errors['model']:.4f} against {errors['rule']:.4f} "
        "(must not be higher). Give a reason to use it all the same.",
        status=409,
        details={"auc": told["auc"], "rule_auc": told["rule_auc"], "auc_gain": gain, "brier": errors},
    )


def roll_back(store: Store, access: Access, key: str) -> Version | None:
    """Use the version again that was in use before; the rule (None) when there was none. Raises ``nothing_to_roll_back`` (409)."""
    scope = access.scope
    with store.write() as conn:
        lock(conn, f"models:{scope.workspace_id}")
        model = _load(conn, scope, key)
        if model.version is None:
            raise UemsError("nothing_to_roll_back", f"No version of {key!r} is in use. Promote one instead.", status=409)
        current = _version(conn, scope, key, model.version)
        query = select(*_SEEN).where(
            _v.workspace_id == scope.workspace_id, _v.key == key, _v.state == "retired", _v.promoted_at <= current.promoted_at
        )
        row = conn.execute(query.order_by(_v.promoted_at.desc(), _v.version.desc()).limit(1)).mappings().first()
        conn.execute(update(model_versions).where(_this(scope, key, current.version)).values(state="candidate"))
        if row is None:
            conn.execute(update(models).where(_is(scope, key)).values(version=None, score_at=access.now))
            before = None
        else:
            before = _version_of(row)
            # The time of its first promotion stays, so that the next step back goes further.
            conn.execute(update(model_versions).where(_this(scope, key, before.version)).values(state="promoted"))
            conn.execute(update(models).where(_is(scope, key)).values(version=before.version, score_at=access.now))
        facts = {"version": before.version if before else None}
        audit(conn, access, "model.rolled_back", f"model:{key}", {"version": current.version}, facts)
        if before is None and has_own_rule(conn, scope, key):
            give_back(conn, access, key)
    return before


def plan(conn: Connection, scope: Scope, key: str, *, train_at: datetime | None = None, score_at: datetime | None = None) -> None:
    """When the next training, or scoring, is due."""
    values = {name: value for name, value in (("train_at", train_at), ("score_at", score_at)) if value is not None}
    conn.execute(update(models).where(_is(scope, key)).values(values))


def next_training(spec: Spec, now: datetime) -> datetime:
    return now + timedelta(days=spec.retrain_days)
