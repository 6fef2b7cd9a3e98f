"""Where the time of `themes train` goes: quick.yaml with a cold and a warm cache, interleaved, and default.yaml.

    python benchmarks/retrain.py            # writes benchmarks/results/retrain.md

Each run is a fresh process: first the imports, then each stage, by the clock of the progress calls.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ROUNDS = 3
ONE_RUN = """
import json, sys, time
start = time.perf_counter()
from pipeline.offline import quiet
quiet()
import sklearn.linear_model, sklearn.model_selection, sklearn.feature_extraction.text, datasketch
import mlflow.tracking, matplotlib.figure, pyarrow.parquet
marks = [("imports", time.perf_counter() - start)]
from pathlib import Path
from pipeline.configfile import load_config
from pipeline.tracking import record
from pipeline.training import train
folder = Path(sys.argv[1])
config = load_config(sys.argv[2], [f"tracking.uri={folder / 'runs.sqlite'}"]).config
last = ["read labels", time.perf_counter()]
def progress(stage, done, total):
    if stage != last[0]:
        now = time.perf_counter()
        marks.append((last[0], now - last[1]))
        last[:] = [stage, now]
trained = train(config, progress=progress)
progress("write bundle", 0, None)
trained.save(folder / "model")
progress("record in MLflow", 0, None)
record(trained, folder / "model", config=config.tracking)
progress("end", 0, None)
print(json.dumps(marks))
"""


def one_run(config: str, cache: Path, folder: Path) -> dict[str, float]:
    """Train once in a fresh process and give seconds by stage."""
    environment = {**os.environ, "THEMES_CACHE": str(cache), "PYTHONPATH": str(ROOT)}
    begun = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", ONE_RUN, str(folder), str(ROOT / "configs" / config)],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    stages: dict[str, float] = {}
    for stage, seconds in json.loads(done.stdout.splitlines()[-1]):
        stages[stage] = stages.get(stage, 0.0) + seconds
    stages["whole process"] = time.perf_counter() - begun
    return stages


def main() -> None:
    runs: dict[str, list[dict[str, float]]] = {"quick, cold": [], "quick, warm": [], "default, cold": []}
    with tempfile.TemporaryDirectory() as place:
        for number in range(ROUNDS):
            cache = Path(place) / f"cache{number}"
            runs["quick, cold"].append(one_run("quick.yaml", cache, Path(place) / f"cold{number}"))
            runs["quick, warm"].append(one_run("quick.yaml", cache, Path(place) / f"warm{number}"))
        runs["default, cold"].append(one_run("default.yaml", Path(place) / "empty", Path(place) / "default"))
    lines = [
        "# Retraining on the shipped labels",
        "",
        f"Median seconds of {ROUNDS} fresh processes each, cold and warm cache interleaved; `default.yaml`, which",
        f"teaches the encoder, once. {os.cpu_count()} cores, Python {platform.python_version()}, {platform.machine()}.",
        "Printed by `python benchmarks/retrain.py`.",
        "",
        "| stage | " + " | ".join(runs) + " |",
        "|---|" + "---:|" * len(runs),
    ]
    stages = dict.fromkeys(stage for rows in runs.values() for row in rows for stage in row)
    for stage in [*(stage for stage in stages if stage != "whole process"), "whole process"]:
        cells = [statistics.median(row.get(stage, 0.0) for row in rows) for rows in runs.values()]
        lines.append(f"| {stage} | " + " | ".join(f"{cell:.2f}" for cell in cells) + " |")
    text = "\n".join(lines) + "\n"
    results = ROOT / "benchmarks" / "results"
    results.mkdir(exist_ok=True)
    (results / "retrain.md").write_text(text, "utf-8")
    print(text)


if __name__ == "__main__":
    main()
