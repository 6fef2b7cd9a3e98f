"""The data sets and folds of ``quality.py``."""

from __future__ import annotations

import json
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.configuration.load import load_config
from pipeline.configuration.schema import Config
from pipeline.evaluation.evaluate import measure_held_out
from pipeline.ingest.clean import clean
from pipeline.learning.metrics import Measures
from pipeline.learning.splits import source_folds
from pipeline.training.train import train
from pipeline.training.training_data import Reading

ROOT = Path(__file__).resolve().parents[1]
PB2020 = ROOT.parent / "shared" / "data" / "pb2020" / "paragraphs.jsonl"
UNTAUGHT = ["adapt.epochs=0", "head.C=4"]
NEIGHBOURS = [*UNTAUGHT, "head.codebook=false"]
PLAIN = [*NEIGHBOURS, "head.neighbours=0"]
QUIET = ["tracking.enabled=false", "evaluation.baselines=false"]
Row = tuple[Measures, Measures | None]
Method = Callable[["Bench"], Row]
Seen = NDArray[np.bool_]


def configured(data: str, overrides: list[str]) -> Config:
    """Give the default configuration for a data set; pb2020 is written as labels of ours, outside the project."""
    default = str(ROOT / "configs" / "default.yaml")
    if data == "labels":
        return load_config(default, [*QUIET, f"labels=[{ROOT / 'labels' / 'paragraphs.jsonl'}]", *overrides]).config
    folder = pb2020_folder()
    paths = [f"codebook={folder / 'codebook.yaml'}", f"labels=[{folder / 'labels.jsonl'}]"]
    paths += ["folds.n=3", "evaluation.sources=0"]  # its reports are longer, and SetFit takes minutes a fold
    return load_config(default, [*QUIET, *paths, *overrides]).config


@cache
def pb2020_folder() -> Path:
    """Write the reports as judged paragraphs: a tag is yes, every other tag no."""
    folder = Path(tempfile.mkdtemp(prefix="pb2020-"))
    reports = [json.loads(line) for line in PB2020.read_text("utf-8").splitlines()]
    counts = Counter(theme for report in reports for theme in set(report["themes"]))
    themes = {theme: theme.replace("-", "_") for theme, count in sorted(counts.items()) if count >= 30}
    entries = [
        {
            "id": name,
            "name": theme,
            "definition": f"The report tells of {theme.replace('-', ' ')}.",
            "yes_when": f"It tells of {theme.replace('-', ' ')}.",
            "no_when": "It does not.",
        }
        for theme, name in themes.items()
    ]
    codebook = {"version": "1", "title": "Tags of 2020PB", "themes": entries}
    (folder / "codebook.yaml").write_text(json.dumps(codebook))
    lines = [
        {
            "id": report["id"],
            "article": report["article_id"],
            "story": report["article_id"],
            "paragraph": 1,
            "text": clean(report["text"]),
            "coder": "2020PB",
            "codebook": "1",
            "judgements": {name: "yes" if theme in report["themes"] else "no" for theme, name in themes.items()},
            "set": "pb2020",
            "topic_source": report["state"],
        }
        for report in reports
    ]
    (folder / "labels.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return folder


class Bench:
    """One data set with its folds; what every method is given, and how it is measured."""

    def __init__(self, data: str) -> None:
        self.data = data
        self.plain = train(configured(data, PLAIN))
        self.table, self.answers = self.plain.table, self.plain.answers
        self.texts = [clean(text) for text in self.table.texts]
        self.config = configured(data, NEIGHBOURS)
        self.encoder = self.plain.model.encoder
        self.sources = None if data == "pb2020" else source_folds(self.table.sources, groups=self.plain.groups, n=3)

    @property
    def reading(self) -> Reading:
        """How plain + neighbours reads."""
        table, codebook = self.table, self.plain.model.codebook
        return Reading(self.texts, table.passages, self.answers, self.encoder, codebook, self.config)

    def measured(self, logits: NDArray[np.float64], fold: NDArray[np.int64]) -> Measures:
        held = replace(self.plain.model.held_out, logits=logits, fold=fold)
        decided = held.decided(self.plain.model.themes)
        return measure_held_out(held, *decided, themes=self.plain.model.themes, config=self.config)

    def in_folds(self, logits_of: Callable[[NDArray[np.int64]], NDArray[np.float64]], *, far: bool = True) -> Row:
        """Measure a method in the grouped folds, and in the folds by source where there are any."""
        near = self.measured(logits_of(self.plain.fold), self.plain.fold)
        return near, None if self.sources is None or not far else self.measured(logits_of(self.sources), self.sources)

    def fold_by_fold(self, held_out: Callable[[Seen, NDArray[np.int64]], NDArray[np.float64]], *, far: bool) -> Row:
        """Measure what a method says of a fold after seeing the others: (rows seen, their folds) to logits."""

        def logits_of(fold: NDArray[np.int64]) -> NDArray[np.float64]:
            logits = np.zeros(self.answers.shape)
            for number in np.unique(fold):
                begun, seen = time.perf_counter(), fold != number
                logits[~seen] = held_out(seen, fold[seen])
                print(f"    fold {number}: {time.perf_counter() - begun:.0f} s", flush=True)
            return logits

        return self.in_folds(logits_of, far=far)
