"""A small training on hand-made sentences and a fake encoder, for the tests of tracking."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipeline.configuration.load import load_config
from pipeline.configuration.schema import TrackingConfig
from pipeline.training.train import Trained, train
from tests.support.fakes import FakeEncoder

SECRET = "zebrafinch"  # stands in every labelled text, and may stand nowhere in a store
CODEBOOK = """version: "1.0"
title: Two themes
themes:
  - id: bribery
    name: Bribery and extortion
    definition: Money is taken.
    yes_when: a bribe is taken
    no_when: it is a price
  - id: weather
    name: Weather
    definition: It rains.
    yes_when: rain falls
    no_when: it is dry
"""


@dataclass(frozen=True)
class Tracked:
    """A training, its bundle and where it was made."""

    trained: Trained
    bundle: Path
    sha256: str


def small_training(folder: Path, *, extra: str = "") -> Tracked:
    """Train two themes on 36 sentences and save the bundle; takes a fraction of a second."""
    folder.mkdir(parents=True, exist_ok=True)
    texts = [
        (f"Patrol {i} took a bribe of {i} coins {SECRET}.", "yes", "no")
        if i % 3 == 0
        else (f"Rain {i} fell on hill {i} all night {SECRET}.", "no", "yes")
        if i % 3 == 1
        else (f"Shop number {i} sold bread {SECRET}.", "no", "unsure" if i == 2 else "no")
        for i in range(36)
    ]
    lines = [
        {
            "id": f"x{i}-1",
            "article": f"x{i}",
            "story": f"x{i}",
            "paragraph": 1,
            "text": text,
            "coder": "me",
            "codebook": "1.0",
            "judgements": {"bribery": bribery, "weather": weather},
            "set": "test",
            "topic_source": "",
        }
        for i, (text, bribery, weather) in enumerate(texts)
    ]
    (folder / "labels.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    (folder / "codebook.yaml").write_text(CODEBOOK)
    (folder / "c.yaml").write_text(
        "name: small\ncodebook: codebook.yaml\nlabels: [labels.jsonl]\nfolds: {n: 3}\n"
        f"evaluation: {{bootstrap: 100}}\n{extra}"
    )
    trained = train(load_config(str(folder / "c.yaml")).config, encoder=FakeEncoder())
    return Tracked(trained, folder / "bundle", trained.save(folder / "bundle").sha256)


def tracking(uri: object, **more: object) -> TrackingConfig:
    """Give a configuration that tracks to this store."""
    return TrackingConfig.model_validate({"uri": str(uri), **more})


def closed_port() -> int:
    """Give a port of this machine that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def ask(address: str, body: object = None) -> bytes:
    """Get an address, or post JSON to it."""
    request = urllib.request.Request(
        address,
        data=None if body is None else json.dumps(body).encode(),
        headers={"content-type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=60) as answered:
        return bytes(answered.read())


@contextmanager
def served(command: list[str], *, folder: Path, health: str, **environment: str) -> Iterator[str]:
    """Run ``mlflow COMMAND`` on a free port of the loopback address, and end it with all it started."""
    port, log = closed_port(), folder / "server.log"
    kept = os.environ | {
        "MLFLOW_ALLOW_PICKLE_DESERIALIZATION": "false",
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }
    with log.open("wb") as written:
        process = subprocess.Popen(
            [sys.executable, "-m", "mlflow", *command, "--host", "127.0.0.1", "--port", str(port)],
            env=kept | environment,
            cwd=folder,
            stdout=written,
            stderr=written,
            start_new_session=True,
        )
    try:
        _wait(process, f"http://127.0.0.1:{port}/{health}", log)
        yield f"http://127.0.0.1:{port}"
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=60)


def _wait(process: subprocess.Popen[bytes], address: str, log: Path) -> None:
    for _ in range(240):
        assert process.poll() is None, log.read_text()[-3000:]
        try:
            ask(address)
        except OSError:
            time.sleep(0.5)
        else:
            return
    raise AssertionError(log.read_text()[-3000:])
