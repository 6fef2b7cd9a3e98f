"""Where the time of `themes train configs/quick.yaml` goes: cold, and with 20 new judgements on a warm cache.

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
NEW = 20  # judgements
ONE_RUN = """
import json, sys, time
start = time.perf_counter()
from pipeline.offline import quiet
quiet()
import sklearn.linear_model, sklearn.model_selection, sklearn.feature_extraction.text
import mlflow.tracking, matplotlib.figure, pyarrow.parquet
marks = [("imports", time.perf_counter() - start)]
from pathlib import Path
from pipeline.configuration.load import load_config
from pipeline.tracking import record
from pipeline.training.train import train
folder = Path(sys.argv[1])
config = load_config(sys.argv[2], [f"tracking.uri={folder / 'runs.sqlite'}", *sys.argv[3:]]).config
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


def one_run(cache: Path, folder: Path, labels: Path) -> dict[str, float]:
    """Train once in a fresh process and give seconds by stage."""
    environment = {**os.environ, "THEMES_CACHE": str(cache), "PYTHONPATH": str(ROOT)}
    begun = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", ONE_RUN, str(folder), str(ROOT / "configs" / "quick.yaml"), *judged(labels)],
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


def the_command(cache: Path, folder: Path, labels: Path) -> float:
    """Give the seconds of `themes train` itself, which loads later, and less, than the run that is timed by stage."""
    begun = time.perf_counter()
    words = ["train", str(ROOT / "configs" / "quick.yaml"), f"tracking.uri={folder / 'runs.sqlite'}", *judged(labels)]
    command = [sys.executable, "-m", "pipeline", *words, "--out", str(folder / "models")]
    environment = {**os.environ, "THEMES_CACHE": str(cache), "PYTHONPATH": str(ROOT)}
    subprocess.run(command, env=environment, check=True, capture_output=True)
    return time.perf_counter() - begun


def judged(labels: Path) -> list[str]:
    return [f"labels=[{labels}, {ROOT / 'labels' / 'elsewhere.jsonl'}]"]


def main() -> None:
    warm = f"warm, {NEW} new"
    runs: dict[str, list[dict[str, float]]] = {"cold": [], warm: []}
    every = ROOT / "labels" / "paragraphs.jsonl"
    with tempfile.TemporaryDirectory() as place:
        before = Path(place) / "before.jsonl"
        before.write_text("".join(every.read_text("utf-8").splitlines(keepends=True)[:-NEW]), "utf-8")
        for number in range(ROUNDS):
            cache, folder = Path(place) / f"cache{number}", Path(place) / f"folder{number}"
            other, apart = Path(place) / f"other{number}", Path(place) / f"apart{number}"
            for kind, labels in (("cold", before), (warm, every)):
                stages = one_run(cache, folder, labels)
                runs[kind].append(stages | {"`themes train` as a command": the_command(other, apart, labels)})
    lines = [
        "# Retraining on the shipped labels",
        "",
        f"`configs/quick.yaml`: median seconds of {ROUNDS} fresh processes each, cold and warm cache interleaved.",
        f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.machine()}.",
        "Printed by `python benchmarks/retrain.py`.",
        "",
        "| stage | " + " | ".join(runs) + " |",
        "|---|" + "---:|" * len(runs),
    ]
    last = ("whole process", "`themes train` as a command")
    stages = dict.fromkeys(stage for rows in runs.values() for row in rows for stage in row)
    for stage in [*(stage for stage in stages if stage not in last), *last]:
        cells = [statistics.median(row.get(stage, 0.0) for row in rows) for rows in runs.values()]
        lines.append(f"| {stage} | " + " | ".join(f"{cell:.2f}" for cell in cells) + " |")
    text = "\n".join(lines) + "\n"
    results = ROOT / "benchmarks" / "results"
    results.mkdir(exist_ok=True)
    (results / "retrain.md").write_text(text, "utf-8")
    print(text)


if __name__ == "__main__":
    main()
