"""What reading every text on its own costs: our encoder against `SentenceTransformer.encode`, interleaved.

    python benchmarks/encode.py            # writes benchmarks/results/encode.md

Same process, same weights, same texts (the first 400 shipped labelled paragraphs), A B A B.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import time
from pathlib import Path

from pipeline.config import EncoderConfig
from pipeline.embed import find_encoder
from pipeline.embed.encoder import SentenceEncoder
from pipeline.offline import quiet

ROOT = Path(__file__).resolve().parents[1]
ROUNDS = 4


def main() -> None:
    quiet()
    from sentence_transformers import SentenceTransformer

    lines = (ROOT / "labels" / "paragraphs.jsonl").read_text("utf-8").splitlines()[:400]
    texts = [json.loads(line)["text"] for line in lines]
    config = EncoderConfig()
    files = find_encoder(config)
    ours = SentenceEncoder(files, config=config)
    plain = SentenceTransformer(str(files.folder), device="cpu", local_files_only=True)
    ways = {
        "SentenceTransformer.encode, batches of 32": lambda: plain.encode(texts, batch_size=32),
        "ours: every text on its own": lambda: ours.encode(texts),
    }
    for way in ways.values():
        way()  # weights load and caches warm
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, way in ways.items():
            begun = time.perf_counter()
            way()
            seconds[name].append(time.perf_counter() - begun)
    first = statistics.median(next(iter(seconds.values())))
    rows = [
        f"| {name} | {len(texts) / statistics.median(times):.0f} | {first / statistics.median(times):.2f} |"
        for name, times in seconds.items()
    ]
    text = "\n".join(
        [
            "# Encoding, one text at a time",
            "",
            f"Median of {ROUNDS} interleaved rounds over {len(texts)} paragraphs; {os.cpu_count()} cores,",
            f"Python {platform.python_version()}, {platform.machine()}. Printed by `python benchmarks/encode.py`.",
            "",
            "| way | paragraphs/s | x |",
            "|---|---:|---:|",
            *rows,
            "",
        ]
    )
    results = ROOT / "benchmarks" / "results"
    results.mkdir(exist_ok=True)
    (results / "encode.md").write_text(text, "utf-8")
    print(text)


if __name__ == "__main__":
    main()
