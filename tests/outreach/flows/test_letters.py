"""Can a recipe be published as it comes, with something to say in both languages?"""

from pathlib import Path

import pytest

from tests.support.houses import build
from tests.support.web import operator_client
from uems.kernel.settings import Settings
from uems.outreach.flows.registry import RECIPES, Recipe
from uems.web.app import create_app


def sent_by(recipe: Recipe) -> set[str]:
    return {str(config["template"]) for kind, config in recipe.nodes.values() if kind == "send"}


@pytest.mark.parametrize("recipe", list(RECIPES), ids=lambda one: one.key)
def test_a_recipe_brings_exactly_the_letters_that_it_sends(recipe: Recipe) -> None:
    assert recipe.letters.keys() == sent_by(recipe)


def test_every_recipe_is_saved_with_its_letters_and_leaves_what_somebody_wrote_alone(tmp_path: Path) -> None:
    house = build(Settings(home=tmp_path / "home"))
    try:
        api = operator_client(create_app(house), house)
        assert api.post("/api/workspaces", {"slug": "shop", "name": "Shop", "zone": "UTC", "currency": "USD"}).status_code == 201
        base = "/api/workspaces/shop"
        own = {"name": "Ours", "spec": {"language": "en", "variants": {"en": {"subject": "Hi", "body": "<p>Hi</p>"}}}}
        assert api.send("PUT", f"{base}/templates/welcome", json=own).status_code == 200
        for one in api.get(f"{base}/flow-recipes").json()["items"]:
            body = {"name": one["label_en"], "graph": one["graph"], "revision": 0, "recipe": one["key"], "language": "en"}
            assert api.send("PUT", f"{base}/flows/{one['key']}", json=body).status_code == 200
        topic = {"name_zh": "心意", "name_en": "Care", "default": "subscribed"}
        assert api.send("PUT", f"{base}/topics/care", json=topic).status_code == 200
        for one in api.get(f"{base}/flow-recipes").json()["items"]:
            benefits = {node["id"] for node in one["graph"]["nodes"] if node["type"] == "send" and node["config"]["kind"] == "benefit"}
            before = api.post(f"{base}/flow-checks", {"graph": one["graph"]}).json()["problems"]
            assert {problem["node"] for problem in before if problem["code"] == "no_topic"} == benefits
            for node in one["graph"]["nodes"]:
                node["config"] |= {"topic": "care"} if node["id"] in benefits else {}
            after = api.post(f"{base}/flow-checks", {"graph": one["graph"]}).json()["problems"]
            assert after == []
        made = {one["template_id"]: one for one in api.get(f"{base}/templates").json()["items"]}
        assert made.keys() == {key for recipe in RECIPES for key in sent_by(recipe)}
        assert made["welcome"]["name"] == "Ours"
        assert made["cart_offer"]["name"] == "An offer that ends today"
        again = {"name": "Again", "graph": one["graph"], "revision": 0, "recipe": "welcome"}
        assert api.send("PUT", f"{base}/flows/again", json=again).status_code == 200
        after = {one["template_id"]: one["version"] for one in api.get(f"{base}/templates").json()["items"]}
        assert after == {key: one["version"] for key, one in made.items()}
    finally:
        house.close()
