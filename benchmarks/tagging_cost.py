"""What tagging with the default model costs, against the plain encoder pass: scores, bands and evidence included.

    python benchmarks/tagging_cost.py       # writes benchmarks/results/tagging_cost.md

Interleaved rounds over the same paragraphs; the vector cache is left out.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import time
from pathlib import Path

from sentence_transformers import SentenceTransformer

from pipeline.embed import CachedEncoder
from pipeline.explain import weigh
from pipeline.model import ThemeModel, TokenShares

ROOT = Path(__file__).resolve().parents[1]
ROUNDS, PARAGRAPHS = 3, 400


def main() -> None:
    model = ThemeModel.load(ROOT / "models" / "default")
    encoder = model.encoder.inner if isinstance(model.encoder, CachedEncoder) else model.encoder
    object.__setattr__(model, "encoder", encoder)
    lines = (ROOT / "labels" / "paragraphs.jsonl").read_text("utf-8").splitlines()[:PARAGRAPHS]

    rows = [json.loads(line) for line in lines]
    texts, articles = [row["text"] for row in rows], [row["article"] for row in rows]
    plain = SentenceTransformer(str(encoder.files.folder), device="cpu", local_files_only=True)

    def with_evidence() -> None:
        shares: dict[int, TokenShares] = {}
        scored = model.score(texts, articles=articles, watch=shares.__setitem__)
        for row in range(len(texts)):
            if scored.bands[row].any():
                weigh(model, texts[row], shares=shares[row])

    ways = {
        "SentenceTransformer.encode, batches of 32": lambda: plain.encode(texts, batch_size=32),
        "scores and bands": lambda: model.score(texts, articles=articles),
        "scores, bands and evidence": with_evidence,
    }
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for way in ways.values():
        way()
    for _ in range(ROUNDS):
        for name, way in ways.items():
            begun = time.perf_counter()
            way()
            seconds[name].append(time.perf_counter() - begun)
    base = statistics.median(seconds["SentenceTransformer.encode, batches of 32"])
    text = [
        "# What tagging costs",
        "",
        f"Median of {ROUNDS} interleaved rounds over {PARAGRAPHS} paragraphs; {os.cpu_count()} cores,",
        f"Python {platform.python_version()}, {platform.machine()}. Printed by `python benchmarks/tagging_cost.py`.",
        "",
        "| way | paragraphs/s | cost |",
        "|---|---:|---:|",
    ]
    for name, all_ in seconds.items():
        middle = statistics.median(all_)
        text.append(f"| {name} | {len(texts) / middle:.0f} | {middle / base:.2f} x |")
    (ROOT / "benchmarks" / "results" / "tagging_cost.md").write_text("\n".join(text) + "\n", "utf-8")
    print("\n".join(text))


if __name__ == "__main__":
    main()
