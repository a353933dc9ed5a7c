"""How are models asked for, trained, judged, put to use and taken back over HTTP?"""

from typing import Annotated

from fastapi import Path, Query, Request
from pydantic import ValidationError

from uems.access.api import Access, guard, house_of
from uems.kernel.edge import Cursor, Id, Key, Limit, Page, decode_cursor, encode_cursor
from uems.kernel.errors import UemsError, faults, invalid
from uems.kernel.house import House
from uems.kernel.routing import Routes
from uems.kernel.store import from_microseconds, to_microseconds
from uems.prediction import models, runs
from uems.prediction.backtest import LEAST
from uems.prediction.bodies import (
    ChangedModelBody,
    ModelBody,
    ModelList,
    ModelPreviewBody,
    ModelRunBody,
    ModelVersionBody,
    ModelVersionList,
    NewModelBody,
    NewRunBody,
    OutlookBody,
    OutlookList,
    PromotionBody,
    ScoreBody,
    TemplateBody,
    TemplateList,
)
from uems.prediction.forecast_routes import router as forecasts
from uems.prediction.model import Model, Spec
from uems.prediction.registry import TEMPLATES
from uems.prediction.scoring import explain
from uems.prediction.snapshots import outlook
from uems.prediction.spec import parse_spec
from uems.prediction.uplift_routes import router as uplift

router = Routes()
router.include(forecasts)
router.include(uplift)
_W = "/workspaces/{workspace}"
ModelKey = Annotated[Key, Path(description="Key of the model.")]
VersionNumber = Annotated[int, Path(ge=1, le=2**31 - 1, description="Number of the version.")]
RunId = Annotated[Key, Path(description="Id of the run.")]


def _body(house: House, access: Access, found: list[Model]) -> list[ModelBody]:
    keys = [model.key for model in found]
    scored = runs.latest_runs(house.store, access.scope, keys, "score")
    used = {m.key: models.get_version(house.store, access.scope, m.key, m.version) for m in found if m.version is not None}
    return [ModelBody.of(model, used.get(model.key), scored.get(model.key)) for model in found]


@router.get(_W + "/models")
def list_models(request: Request, access: Annotated[Access, guard("models:read")]) -> ModelList:
    """Every model, by key, with how the version in use did and what it last said."""
    house = house_of(request)
    return ModelList(items=_body(house, access, models.list_models(house.store, access.scope)))


@router.get(_W + "/model-templates")
def list_templates(access: Annotated[Access, guard("models:read")]) -> TemplateList:
    """Models that come ready to use, with the form of their config."""
    return TemplateList(
        items=[
            TemplateBody(
                key=one.key,
                label_zh=one.label_zh,
                label_en=one.label_en,
                standard=one.standard,
                config_schema=one.Config.model_json_schema(),
                sample=one.sample.model_dump(mode="json"),
            )
            for one in TEMPLATES
        ]
    )


@router.post(_W + "/models")
def create_model(request: Request, access: Annotated[Access, guard("models:write")], body: NewModelBody) -> ModelBody:
    """Make a model, from a definition or a template. A worker trains it at once; its scores become the tag of the same key."""
    house = house_of(request)
    spec, template = _spec(house, access, body), body.template if body.definition is None else None
    made = models.create_model(house.store, access, access.scope, body.key, spec, access.now, template=template)
    return _body(house, access, [made])[0]


def _spec(house: House, access: Access, body: NewModelBody) -> Spec:
    if body.definition is not None:
        if body.template is not None:
            raise invalid("template", body.template, "cannot stand beside a definition. Leave one of the two out.")
        return parse_spec(body.definition.told())
    if body.template is None:
        raise invalid("definition", None, "is missing; send a definition or a template.")
    template = TEMPLATES.get(body.template)
    try:
        config = template.Config.model_validate(body.config)
    except ValidationError as error:
        found = faults(error.errors(), "config")
        raise UemsError("invalid_config", f"The config of {body.template} cannot be used: {found}.", status=422) from error
    return template.spec(house, access.scope, config, access.now)


@router.post(_W + "/models/preview")
def preview_model(request: Request, access: Annotated[Access, guard("models:read")], body: ModelPreviewBody) -> OutlookList:
    """What a definition would have to learn from: at each cut, how many people, and of how many it came true."""
    found = outlook(house_of(request), access.scope, parse_spec(body.definition.told()), access.now)
    return OutlookList(items=[OutlookBody(cut=one.cut, people=one.people, positives=one.positives) for one in found], needed=LEAST)


@router.get(_W + "/models/{model_key}")
def get_model(request: Request, access: Annotated[Access, guard("models:read")], model_key: ModelKey) -> ModelBody:
    """One model."""
    house = house_of(request)
    return _body(house, access, [models.get_model(house.store, access.scope, model_key)])[0]


@router.put(_W + "/models/{model_key}")
def change_model(
    request: Request, access: Annotated[Access, guard("models:write")], model_key: ModelKey, body: ChangedModelBody
) -> ModelBody:
    """Another definition. The version in use goes on until one is trained for the new one, which happens at once."""
    house = house_of(request)
    return _body(house, access, [models.change_model(house.store, access, model_key, parse_spec(body.definition.told()))])[0]


@router.delete(_W + "/models/{model_key}", status_code=204)
def delete_model(request: Request, access: Annotated[Access, guard("models:write")], model_key: ModelKey) -> None:
    """Forget a model. Its versions come back with a model of the same key; the tag keeps the last scores, and is not kept up."""
    models.delete_model(house_of(request).store, access, model_key)


@router.post(_W + "/models/{model_key}/runs")
def start_run(request: Request, access: Annotated[Access, guard("models:write")], model_key: ModelKey, body: NewRunBody) -> ModelRunBody:
    """Have a worker train the model, or score everybody. One that is under way already is given back."""
    return ModelRunBody.of(runs.queue_run(house_of(request).store, access, model_key, body.kind))


@router.get(_W + "/models/{model_key}/versions")
def list_versions(request: Request, access: Annotated[Access, guard("models:read")], model_key: ModelKey) -> ModelVersionList:
    """Every training with its backtest, the newest first."""
    found = models.list_versions(house_of(request).store, access.scope, model_key)
    return ModelVersionList(items=[ModelVersionBody.of(one) for one in found])


@router.get(_W + "/models/{model_key}/versions/{version}")
def get_version(
    request: Request, access: Annotated[Access, guard("models:read")], model_key: ModelKey, version: VersionNumber
) -> ModelVersionBody:
    """One training with its backtest."""
    return ModelVersionBody.of(models.get_version(house_of(request).store, access.scope, model_key, version))


@router.post(_W + "/models/{model_key}/versions/{version}/promote")
def promote_version(
    request: Request, access: Annotated[Access, guard("models:write")], model_key: ModelKey, version: VersionNumber, body: PromotionBody
) -> ModelVersionBody:
    """Put a version to use. One that does not beat the rule is refused, with the numbers, unless a reason is given."""
    return ModelVersionBody.of(models.promote(house_of(request).store, access, model_key, version, forced=body.reason))


@router.post(_W + "/models/{model_key}/rollback")
def roll_back(request: Request, access: Annotated[Access, guard("models:write")], model_key: ModelKey) -> ModelBody:
    """Use the version again that was in use before, or the rule when there was none."""
    house = house_of(request)
    models.roll_back(house.store, access, model_key)
    return _body(house, access, [models.get_model(house.store, access.scope, model_key)])[0]


@router.get(_W + "/models/{model_key}/people/{person_id}")
def explain_score(
    request: Request,
    access: Annotated[Access, guard("people:read")],
    model_key: ModelKey,
    person_id: Annotated[Id, Path(description="Number of the person, or one that a merged part of them had before.")],
) -> ScoreBody:
    """The score of one person now, and why."""
    house = house_of(request)
    return ScoreBody.of(explain(house, access.scope, models.get_model(house.store, access.scope, model_key), person_id, access.now))


@router.get(_W + "/model-runs")
def list_runs(
    request: Request,
    access: Annotated[Access, guard("models:read")],
    model: Annotated[Key | None, Query(description="Only the runs of this model.")] = None,
    cursor: Cursor | None = None,
    limit: Limit = 50,
) -> Page[ModelRunBody]:
    """Trainings and scorings, the newest first."""
    before = None
    if cursor is not None:
        at, run_id = decode_cursor(cursor, int, str)
        try:
            before = (from_microseconds(at), run_id)
        except OverflowError as error:
            raise invalid("cursor", cursor, "take it unchanged from next_cursor of the page before.") from error
    found = runs.list_runs(house_of(request).store, access.scope, key=model, before=before, limit=limit + 1)
    page = found[:limit]
    after = encode_cursor(to_microseconds(page[-1].created_at), page[-1].run_id) if len(found) > limit else None
    return Page(items=[ModelRunBody.of(run) for run in page], next_cursor=after)


@router.get(_W + "/model-runs/{run_id}")
def get_run(request: Request, access: Annotated[Access, guard("models:read")], run_id: RunId) -> ModelRunBody:
    """One run and how far it is."""
    return ModelRunBody.of(runs.get_run(house_of(request).store, access.scope, run_id))


@router.post(_W + "/model-runs/{run_id}/cancel")
def cancel_run(request: Request, access: Annotated[Access, guard("models:write")], run_id: RunId) -> ModelRunBody:
    """Stop a run. What it wrote before stays."""
    return ModelRunBody.of(runs.cancel_run(house_of(request).store, access, run_id))
