"""Where is a model trained? In a process of its own, on a folder of snapshots, so that the server stays small and quick.

``make`` writes what is to be learned and waits; ``python -m uems.prediction.workshop FOLDER`` is the other side. What lies in the
folder is arrays and JSON, nothing that could run.
"""

import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from uems.kernel.errors import UemsError
from uems.prediction.backtest import Result, Snapshot, Tell, by_person, over_time
from uems.prediction.portable import from_bytes, hash_of, to_bytes

_logger = logging.getLogger("uems.prediction")

_WAIT_SECONDS: Final = 0.2
_ONE_THREAD: Final = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def save(folder: Path, snapshot: Snapshot, features: Sequence[str]) -> Path:
    """Keep a snapshot; whole, or not at all."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"cut-{snapshot.name}.npz"
    part = path.with_suffix(".part")
    with part.open("wb") as file:
        np.savez(
            file,
            people=snapshot.people,
            matrix=snapshot.matrix,
            labels=snapshot.labels,
            rule=snapshot.rule,
            features=np.frombuffer(json.dumps(list(features)).encode(), np.uint8),
        )
    part.replace(path)
    return path


def load(path: Path) -> tuple[Snapshot, tuple[str, ...]]:
    """A kept snapshot and the keys of its features."""
    with np.load(path, allow_pickle=False) as archive:
        held = dict(archive)
    features = tuple(json.loads(held.pop("features").tobytes()))
    return Snapshot(name=path.stem.removeprefix("cut-"), **held), features


def learned_from(paths: Sequence[Path], kind: str, seed: int, tell: Tell = lambda step, done: None) -> Result:
    """The model of kept snapshots, the oldest first. kind: "time" or "person". Features that never differ, from
    each other or at all, are left out."""
    loaded = [load(path) for path in paths]
    features = loaded[0][1]
    whole = np.concatenate([one.matrix for one, _ in loaded])
    first: dict[bytes, int] = {}
    for n in range(len(features)):
        if _differs(whole[:, n]):
            # Where every purchase is an order, what is said of one need not be said of the other.
            first.setdefault(whole[:, n].tobytes(), n)
    kept = sorted(first.values())
    chosen = tuple(features[n] for n in kept)
    snapshots = [
        Snapshot(name=one.name, people=one.people, matrix=np.ascontiguousarray(one.matrix[:, kept]), labels=one.labels, rule=one.rule)
        for one, _ in loaded
    ]
    return over_time(chosen, snapshots, seed, tell) if kind == "time" else by_person(chosen, snapshots[0], seed, tell)


def _differs(column: Any) -> bool:
    known = column[~np.isnan(column)]
    return len(known) > 0 and bool((known != known[0]).any() or len(known) < len(column))


def make(folder: Path, paths: Sequence[Path], kind: str, seed: int, tick: Callable[[str, float], None]) -> Result:
    """Train in another process. tick: called several times a second with step and progress; what it raises ends the training.

    Raises what the training raises: ``not_enough_history``, ``not_enough_outcomes``; ``training_failed`` (500) for anything else.
    """
    told = apart(folder, "uems.prediction.workshop", {"paths": [path.name for path in paths], "kind": kind, "seed": seed}, tick)
    predictor = from_bytes((folder / "model.npz").read_bytes(), told["sha256"])
    return Result(predictor=predictor, backtest=told["backtest"], baseline=told["baseline"])


def apart(folder: Path, module: str, order: Mapping[str, Any], tick: Callable[[str, float], None]) -> dict[str, Any]:
    """Have ``module``, which ends in ``child``, do an order in a process of its own; gives what it told.

    tick: called several times a second with step and progress; what it raises ends the work. Raises what the work raises, and
    ``training_failed`` (500) for anything else.
    """
    (folder / "order.json").write_text(json.dumps(order))
    for left in ("result.json", "progress.json"):
        (folder / left).unlink(missing_ok=True)
    environment = {**os.environ, **dict.fromkeys(_ONE_THREAD, "1")}
    errors = folder / "errors.txt"
    with errors.open("wb") as said:
        child = subprocess.Popen(
            [sys.executable, "-m", module, str(folder)],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
        )
        try:
            while True:
                try:
                    child.wait(_WAIT_SECONDS)
                    break
                except subprocess.TimeoutExpired:
                    tick(*_progress(folder))
        finally:
            if child.poll() is None:
                child.kill()
                child.wait()
    return _result(folder, child.returncode, errors)


def _progress(folder: Path) -> tuple[str, float]:
    try:
        step, done = json.loads((folder / "progress.json").read_text())
    except (OSError, ValueError):
        return "train", 0.0
    return str(step), float(done)


def _result(folder: Path, code: int, errors: Path) -> dict[str, Any]:
    try:
        told: dict[str, Any] = json.loads((folder / "result.json").read_text())
    except (OSError, ValueError):
        # What the process said last is for the operator: it may quote paths, and values of people.
        _logger.error("models: a training ended with code %d and no model: %s", code, errors.read_text(errors="replace")[-2000:])
        message = f"The training ended with code {code} and no model; the server's log says why. Start it again."
        raise UemsError("training_failed", message, status=500) from None
    if "error" in told:
        error = told["error"]
        raise UemsError(error["code"], error["message"], status=told["status"], details=error.get("details"))
    return told


def child(work: Callable[[Path, Tell], Mapping[str, Any]]) -> None:
    """The other side of ``apart``: do the work in the folder that is named last on the command line, and tell what came of it."""
    folder, parent = Path(sys.argv[-1]), os.getppid()
    os.nice(10)

    def tell(step: str, done: float) -> None:
        if os.getppid() != parent:
            sys.exit("Whoever ordered this is gone.")  # and a successor may work in the same folder
        _write(folder / "progress.json", [step, done])

    try:
        told = work(folder, tell)
    except UemsError as error:
        _write(folder / "result.json", {"error": error.as_json(), "status": error.status})
        return
    _write(folder / "result.json", told)


def _train(folder: Path, tell: Tell) -> dict[str, Any]:
    order = json.loads((folder / "order.json").read_text())
    result = learned_from([folder / name for name in order["paths"]], order["kind"], order["seed"], tell)
    content = to_bytes(result.predictor)
    (folder / "model.npz").write_bytes(content)
    return {"backtest": result.backtest, "baseline": result.baseline, "sha256": hash_of(content)}


def _write(path: Path, told: object) -> None:
    part = path.with_suffix(".part")
    part.write_text(json.dumps(told))
    part.replace(path)


if __name__ == "__main__":
    child(_train)
