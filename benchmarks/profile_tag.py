"""Where the time of `themes tag` goes, stage by stage: reading, encoding, heads, evidence, writing.

    python benchmarks/profile_tag.py [MODEL] [COPIES]       # writes benchmarks/results/profile.md

The dump is made of the shipped labelled paragraphs, COPIES times with a number in each, so that no text comes twice.
The vector cache is left out, the encoder is loaded before the clock starts. Reading and writing have threads of
their own: their seconds are those of the processor, and count only as far as the encoder waits for them.
"""

from __future__ import annotations

import json
import os
import platform
import sys
import tempfile
import time
from collections import defaultdict
from contextlib import contextmanager
from pathlib import Path

from pipeline.encoders import CachedEncoder, CompiledEncoder
from pipeline.model.bundle import load_bundle
from pipeline.model.theme_model import ThemeModel
from pipeline.tagging import run, tag

ROOT = Path(__file__).resolve().parents[1]
ENDED = object()


class Clock:
    """Seconds by stage: on the wall, and of the processor in the thread that works."""

    def __init__(self) -> None:
        self.wall: dict[str, float] = defaultdict(float)
        self.cpu: dict[str, float] = defaultdict(float)

    @contextmanager
    def stage(self, name: str):
        wall, cpu = time.perf_counter(), time.thread_time()
        try:
            yield
        finally:
            self.wall[name] += time.perf_counter() - wall
            self.cpu[name] += time.thread_time() - cpu

    def timed(self, name: str, function):
        def call(*args, **kwargs):
            with self.stage(name):
                return function(*args, **kwargs)

        return call

    def timed_items(self, name: str, function):
        def items(*args, **kwargs):
            found = function(*args, **kwargs)
            try:
                while True:
                    with self.stage(name):
                        item = next(found, ENDED)
                    if item is ENDED:
                        return
                    yield item
            finally:
                found.close()

        return items


class Timed:
    """An encoder whose time is taken, without that of who watches."""

    def __init__(self, inner, clock: Clock) -> None:
        self.inner, self.identity, self.clock = inner, inner.identity, clock

    def encode(self, texts, *, watch=None, **kwargs):
        told = None if watch is None else self.clock.timed("token shares", watch)
        with self.clock.stage("encode"):
            return self.inner.encode(texts, watch=told, **kwargs)

    def explain(self, text):
        return self.inner.explain(text)


def write_dump(path: Path, copies: int) -> int:
    """Write the shipped paragraphs as articles, and give how many there are."""
    articles: dict[str, list[str]] = defaultdict(list)
    for line in (ROOT / "labels" / "paragraphs.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        articles[row["article"]].append(row["text"])
    with path.open("w", encoding="utf-8") as file:
        for copy in range(copies):
            for texts in articles.values():
                numbered = [f"{text} ({copy})" if copy else text for text in texts]
                file.write(json.dumps({"text": "\n\n".join(numbered)}, ensure_ascii=False) + "\n")
    return copies * sum(map(len, articles.values()))


def watch_stages(model: ThemeModel, clock: Clock) -> None:
    """Take the time of each stage, from now on."""
    encoder = model.encoder.inner if isinstance(model.encoder, CachedEncoder) else model.encoder
    if isinstance(encoder, CompiledEncoder):
        encoder._pieces = clock.timed("tokenise", encoder._pieces)
    object.__setattr__(model, "encoder", Timed(encoder, clock))
    run.ingest = clock.timed_items("read, clean, cut, cluster", run.ingest)
    run.reading_ahead = clock.timed_items("wait for the reader", run.reading_ahead)
    run.Behind.add = clock.timed("wait for the writer", run.Behind.add)
    for name in ("paragraph_rows", "tag_rows", "noise_rows"):
        setattr(run, name, clock.timed("rows", getattr(run, name)))
    run.evidence_rows = clock.timed("evidence", run.evidence_rows)
    run.told_of = clock.timed("evidence not told in the pass", run.told_of)
    run.write_shard = clock.timed("write files", run.write_shard)


def table(clock: Clock, *, seconds: float, paragraphs: int) -> list[str]:
    main = (
        "encode",
        "tokenise",
        "token shares",
        "evidence not told in the pass",
        "wait for the reader",
        "wait for the writer",
    )
    wall = {name: clock.wall[name] for name in main}
    wall["encode"] -= wall["token shares"] + wall["tokenise"]
    wall["heads, bands, the rest"] = seconds - sum(wall.values())
    lines = ["| the thread that encodes | seconds | share | ms a paragraph |", "|---|---:|---:|---:|"]
    lines += [f"| {name} | {s:.2f} | {s / seconds:.1%} | {1000 * s / paragraphs:.3f} |" for name, s in wall.items()]
    lines += ["", "| beside it | processor seconds | ms a paragraph |", "|---|---:|---:|"]
    for name in ("read, clean, cut, cluster", "rows", "evidence", "write files"):
        lines.append(f"| {name} | {clock.cpu[name]:.2f} | {1000 * clock.cpu[name] / paragraphs:.3f} |")
    return lines


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "models" / "default"
    copies = int(sys.argv[2]) if len(sys.argv) > 2 else 4
    model, clock = load_bundle(folder), Clock()
    watch_stages(model, clock)
    with tempfile.TemporaryDirectory() as place:
        written = write_dump(Path(place) / "dump.jsonl", copies)
        model.score(["The network is loaded by this."])
        clock.wall.clear()
        begun = time.perf_counter()
        summary = tag(model, [Path(place) / "dump.jsonl"], out=Path(place) / "out")
        seconds = time.perf_counter() - begun
    recipe = model.recipe.encoder
    way = f"{getattr(recipe, 'backend', 'torch')}, {getattr(recipe, 'precision', 'fp32')}"
    text = [
        "# Where the time of `themes tag` goes",
        "",
        f"{model.name} ({way}): {summary.paragraphs:,} of {written:,} paragraphs tagged in {seconds:.1f} s,",
        f"{summary.paragraphs / seconds:.0f} a second, {summary.to_read:,} of them with evidence.",
        f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.machine()}.",
        "Printed by `python benchmarks/profile_tag.py`.",
        "",
        *table(clock, seconds=seconds, paragraphs=summary.paragraphs),
    ]
    (ROOT / "benchmarks" / "results" / "profile.md").write_text("\n".join(text) + "\n", "utf-8")
    print("\n".join(text))


if __name__ == "__main__":
    main()
