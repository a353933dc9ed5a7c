"""Do the unmodified flag clients for Python and JavaScript, and one of OpenFeature, answer what the server answers?"""

import json
import subprocess
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from growthbook import GrowthBook

from tests.clients.conftest import HERE, Target
from uems.experiments.flags.evaluator import compile_payload
from uems.experiments.flags.splitting import Subject

MAIL = {"name": "mail", "op": "ends_with", "value": ".example"}
COUNTRY = {
    "or": [
        {"trait": {"name": "country", "op": "in", "value": ["us", "CA"], "ignore_case": True}},
        {"and": [{"trait": {"name": "age", "op": "gte", "value": 30}}, {"not": {"trait": MAIL}}]},
        {"trait": {"name": "tags", "op": "list_contains", "value": "beta"}},
        {"segment": {"key": "vip"}},
    ]
}  # fmt: skip
USERS: list[dict[str, Any]] = [
    {"id": "user-1", "country": "US"},
    {"id": "user-2", "country": "de", "age": 31, "mail": "a@b.c"},
    {"id": "user-3", "country": "de", "age": 31, "mail": "a@b.example"},
    {"id": "用户-4", "tags": ["alpha", "beta"]},
    {"id": "user-5", "tags": "beta", "age": 29.5},
    *({"id": f"person-{n}", "country": "cA" if n % 3 else "FR"} for n in range(25)),
]
ARMS = [{"key": f"arm{n}", "name": f"Arm {n}", "value": n, "weight": weight} for n, weight in enumerate((50, 30, 20))]
SPACE = {"key": "home", "start": 20, "end": 90}
THERE = {"flag": "country", "values": [True]}
FLAGS: dict[str, Any] = {
    "country": {
        "value_type": "boolean",
        "default": False,
        "rules": [{"kind": "force", "id": "there", "value": True, "condition": COUNTRY}],
    },
    "rollout": {
        "value_type": "string",
        "default": "old",
        "rules": [{"kind": "force", "id": "some", "value": "new", "percent": 37.5}],
    },
    "split": {
        "value_type": "number",
        "default": -1,
        "rules": [{"kind": "split", "id": "test", "experiment": "split-test", "arms": ARMS, "percent": 80, "namespace": SPACE}],
    },
    "gated": {
        "value_type": "json",
        "default": {"size": 1},
        "rules": [{"kind": "force", "id": "in", "value": {"size": 2, "of": ["a"]}, "prerequisites": [THERE]}],
    },
    "blocked": {"value_type": "number", "default": 1, "prerequisites": [{"flag": "rollout", "values": ["never"]}]},
    "later": {"value_type": "boolean", "default": False},
}  # fmt: skip


class Flags:
    """Flags on the running server, as an operator makes them."""

    def __init__(self, target: Target) -> None:
        self._http = httpx.Client(
            base_url=f"{target.url}/api/workspaces/shop",
            headers={"authorization": f"Bearer {target.server.token}"},
            trust_env=False,
            timeout=30,
        )
        self.url = target.url
        self.key = self.ask("POST", "/keys", {"kind": "flags", "name": "clients"})["token"]

    def ask(self, method: str, path: str, body: object) -> Any:
        answer = self._http.request(method, path, json=body)
        assert answer.status_code < 300, answer.text
        return answer.json()

    def save(self, key: str, spec: object) -> None:
        self.ask("PUT", f"/flags/{key}", {"name": key, "spec": spec, "accept_moves": True})
        self.ask("POST", f"/flags/{key}/state", {"state": "on"})

    def payload(self) -> dict[str, Any]:
        found: dict[str, Any] = httpx.get(f"{self.url}/api/features/{self.key}", trust_env=False).json()["features"]
        return found

    def expected(self, user: dict[str, Any]) -> dict[str, list[object]]:
        """What our evaluator answers: flag → value, source, rule."""
        flags, subject = compile_payload(self.payload()), Subject(attributes=user)
        found = {key: flags.evaluate(key, subject) for key in flags.keys}
        return {key: [one.value, one.source, one.rule_id] for key, one in found.items()}


@pytest.fixture(scope="module")
def flags(target: Target) -> Flags:
    target_segment = {"name": "VIP", "condition": {"did": {"events": ["Order Completed"]}}}
    made = Flags(target)
    made.ask("PUT", "/segments/vip", target_segment)
    for key, spec in FLAGS.items():
        made.save(key, spec)
    return made


def test_the_python_client_answers_what_the_server_answers_and_hears_of_a_change(flags: Flags) -> None:
    for user in USERS:
        viewed: list[tuple[str, str]] = []
        client = GrowthBook(
            api_host=flags.url,
            client_key=flags.key,
            attributes=user,
            on_experiment_viewed=lambda experiment, result, user_context, viewed=viewed: viewed.append((experiment.key, result.key)),
        )
        client.load_features()
        found = {key: client.eval_feature(key) for key in FLAGS}
        assert {key: [one.value, one.source, one.ruleId or ""] for key, one in found.items()} == flags.expected(user)
        shown = [("split-test", one.experimentResult.key) for one in found.values() if one.experimentResult]
        assert viewed == shown
        client.destroy()
    client = GrowthBook(api_host=flags.url, client_key=flags.key, attributes={"id": "1"}, streaming=True)
    client.load_features()
    try:
        assert client.get_feature_value("later", None) is False
        time.sleep(1)  # its stream opens in a thread of its own
        flags.save("later", {**FLAGS["later"], "default": True})
        deadline = time.monotonic() + 20
        while client.get_feature_value("later", None) is not True:
            assert time.monotonic() < deadline, "the change did not arrive"
            time.sleep(0.05)
    finally:
        client.stop_auto_refresh(timeout=1)
        client.destroy()
        flags.save("later", FLAGS["later"])


def test_the_javascript_clients_answer_what_the_server_answers_and_hear_of_a_change(flags: Flags, packages: Path, node: str) -> None:
    wanted = [flags.expected(user) for user in USERS]
    program = [node, "flags.mjs", flags.url, flags.key, json.dumps(USERS)]
    with subprocess.Popen(program, cwd=HERE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        try:
            assert running.stdout is not None
            line = running.stdout.readline()
            if not line:
                raise AssertionError(running.communicate()[1])
            said = json.loads(line)
            flags.save("later", {**FLAGS["later"], "default": True})
            rest, _ = running.communicate(timeout=30)
        finally:
            running.kill()
    assert (said["ready"], said["source"]) == (True, "network")
    assert [one["answers"] for one in said["local"]] == wanted
    for answers, told in zip(wanted, said["local"], strict=True):
        arms = [f"arm{answers['split'][0]}"] if answers["split"][1] == "experiment" else []
        assert told["viewed"] == [["split-test", arm] for arm in arms]
    for answers, remote in zip(wanted, said["remote"], strict=True):
        assert remote["number"]["value"] == answers["split"][0]
        assert remote["boolean"]["value"] == answers["country"][0]
        assert remote["missing"]["errorCode"] == "FLAG_NOT_FOUND"
        assert (remote["missing"]["value"], remote["blocked"]["value"]) == ("mine", -7)
    assert json.loads(rest) == {"later": True}
