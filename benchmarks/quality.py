"""How well themes are found, against what else one could use, in the same leak-free folds.

    pip install -c constraints.txt setfit cleanlab -e .
    python benchmarks/quality.py                    # everything: one to two hours on two cores
    python benchmarks/quality.py labels ours setfit # one data set, some methods; the other rows stay

Data sets: ``labels`` (the shipped labels) and ``pb2020`` (../shared/data/pb2020, themes with 30 reports or more).
Writes benchmarks/results/quality.json (all figures) and quality.md (the tables that docs/quality.md explains).
With benchmarks/encoders.py run before, the two encoders that it fetches are measured too.
"""

from __future__ import annotations

import json
import os
import platform
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.config import Config, EncoderConfig
from pipeline.configfile import load_config
from pipeline.embed import load_encoder
from pipeline.ingest.clean import clean
from pipeline.learn.baselines import tfidf_logits
from pipeline.learn.calibration import held_out_scores
from pipeline.learn.features import Features
from pipeline.learn.heads import Heads, fit_heads, out_of_fold
from pipeline.learn.metrics import Measures, measure
from pipeline.learn.neighbours import around
from pipeline.learn.splits import source_folds
from pipeline.training import Trained, train

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results"
PB2020 = ROOT.parent / "shared" / "data" / "pb2020" / "paragraphs.jsonl"
ENCODERS = Path(os.environ.get("THEMES_ENCODERS", ROOT / "models" / "encoders"))
UNTAUGHT = ["adapt.epochs=0", "head.C=4", "head.codebook=false"]
PLAIN = [*UNTAUGHT, "head.neighbours=0"]
QUIET = ["tracking.enabled=false"]
SETFIT_STEPS = 120  # batches of 16 pairs: 3,840 texts read with gradients, as many as ours reads in its 3 passes


# ------------------------------------------------------------------------------------------------- data


def configured(data: str, overrides: list[str]) -> Config:
    """Give the default configuration for a data set; pb2020 is written as labels of ours, outside the project."""
    default = str(ROOT / "configs" / "default.yaml")
    if data == "labels":
        return load_config(default, [*QUIET, *overrides]).config
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
        self.table = self.plain.table
        self.texts = [clean(text) for text in self.table.texts]
        self.config = configured(data, PLAIN)
        self.sources = None if data == "pb2020" else source_folds(self.table.sources, groups=self.plain.groups, n=3)

    @cache  # noqa: B019  # one object a run
    def vectors(self, encoder: str) -> np.ndarray:
        config = EncoderConfig(id=encoder if encoder.startswith("package:") else str(ENCODERS / encoder))
        return load_encoder(config).encode(self.texts).vectors

    def beside(self, *encoders: str, neighbours: float = 0.5) -> np.ndarray:
        own = np.hstack([self.vectors(encoder) for encoder in encoders])
        return np.hstack([own, np.float32(neighbours) * around(own, self.table.passages)])

    def measured(self, logits: np.ndarray, fold: np.ndarray) -> Measures:
        config = self.config
        scores, decisions = held_out_scores(
            logits, self.table.answers, fold=fold, calibration=config.calibration, thresholds=config.thresholds
        )
        return self._measure(scores, decisions)

    def _measure(self, scores: np.ndarray, decisions: np.ndarray) -> Measures:
        return measure(
            self.table.answers,
            scores,
            decisions,
            groups=self.plain.groups,
            themes=self.table.codebook_ids,
            config=self.config.evaluation,
            seed=self.config.seed,
        )

    def in_folds(self, logits_of: Callable[[np.ndarray], np.ndarray]) -> list[Measures | None]:
        """Measure a method in the grouped folds, and in the folds by source where there are any."""
        found: list[Measures | None] = [self.measured(logits_of(self.plain.fold), self.plain.fold)]
        found.append(None if self.sources is None else self.measured(logits_of(self.sources), self.sources))
        return found

    def heads_on(self, features: np.ndarray, **head: Any) -> list[Measures | None]:
        config = self.config.head.model_copy(update=head)
        return self.in_folds(
            lambda fold: out_of_fold(lambda _: Features(features), self.table.answers, fold=fold, config=config)
        )


# ---------------------------------------------------------------------------------------------- methods


def of_training(trained: Trained) -> list[Measures | None]:
    return [trained.evaluation.measures, trained.evaluation.by_source]


def always_no(bench: Bench) -> list[Measures | None]:
    nothing = np.zeros(bench.table.answers.shape, dtype=np.float32)
    return [bench._measure(nothing, nothing.astype(bool)), None]


def tfidf(bench: Bench) -> list[Measures | None]:
    return bench.in_folds(lambda fold: tfidf_logits(bench.texts, bench.table.answers, fold=fold))


def definition(bench: Bench) -> list[Measures | None]:
    """Cosine to the theme's definition; the threshold alone is learned."""
    codebook = bench.plain.model.codebook
    meanings = load_encoder(bench.config.encoder).encode([theme.definition for theme in codebook.themes]).vectors
    similar = bench.vectors(bench.config.encoder.id) @ meanings.T * 10.0
    return bench.in_folds(lambda fold: similar.astype(np.float64))


def setfit(bench: Bench) -> list[Measures | None]:
    """SetFit, one-vs-rest, the same encoder; unsure is trained as no, because it knows no other answer."""

    def logits_of(fold: np.ndarray) -> np.ndarray:
        logits = np.zeros(bench.table.answers.shape)
        for number in np.unique(fold):
            begun = time.perf_counter()
            logits[fold == number] = setfit_fold(bench, fold == number)
            print(f"    setfit fold {number}: {time.perf_counter() - begun:.0f} s", flush=True)
        return logits

    return [bench.measured(logits_of(bench.plain.fold), bench.plain.fold), None]


def setfit_fold(bench: Bench, held_out: np.ndarray) -> np.ndarray:
    import torch
    from datasets import Dataset
    from setfit import SetFitModel, Trainer, TrainingArguments

    torch.manual_seed(7)
    encoder = load_encoder(EncoderConfig(cache=False))
    model = SetFitModel.from_pretrained(
        str(encoder.files.folder), multi_target_strategy="one-vs-rest", local_files_only=True
    )
    rows = np.flatnonzero(~held_out)
    data = Dataset.from_dict(
        {
            "text": [bench.texts[row] for row in rows],
            "label": (bench.table.answers[rows] == 1).astype(int).tolist(),
        }
    )
    arguments = TrainingArguments(
        output_dir=tempfile.mkdtemp(),
        batch_size=16,
        max_steps=SETFIT_STEPS,
        seed=7,
        report_to="none",
        save_strategy="no",
    )
    with torch.autocast("cpu", torch.bfloat16):  # as ours is taught; without, it takes twice as long
        Trainer(model=model, args=arguments, train_dataset=data).train()
    probabilities = np.asarray(model.predict_proba([bench.texts[row] for row in np.flatnonzero(held_out)]))
    clipped = np.clip(probabilities.astype(np.float64), 1e-6, 1 - 1e-6)
    return np.log(clipped / (1 - clipped))


def trained_with(*overrides: str) -> Callable[[Bench], list[Measures | None]]:
    return lambda bench: of_training(train(configured(bench.data, [*overrides, "evaluation.baselines=false"])))


def encoders(*names: str) -> Callable[[Bench], list[Measures | None]]:
    return lambda bench: bench.heads_on(bench.beside(*names))


def heads_of(features: np.ndarray, answers: np.ndarray, bench: Bench) -> Heads:
    return fit_heads(Features(features).lesson(answers, np.ones(len(answers), dtype=bool)), config=bench.config.head)


def inner_logits(features: np.ndarray, answers: np.ndarray, fold: np.ndarray, bench: Bench) -> np.ndarray:
    return out_of_fold(lambda _: Features(features), answers, fold=fold, config=bench.config.head)


def lexical(bench: Bench) -> list[Measures | None]:
    """Hashed words beside the vectors: no vocabulary is kept."""
    from sklearn.feature_extraction.text import HashingVectorizer

    words = HashingVectorizer(n_features=4096, stop_words="english").transform(bench.texts).toarray()
    features = np.hstack([bench.beside(bench.config.encoder.id), words.astype(np.float32)])
    return bench.heads_on(features)


def stacked(bench: Bench) -> list[Measures | None]:
    """Theme correlations: a second head reads the first heads' held-out outputs beside the vectors."""
    features, answers = bench.beside(bench.config.encoder.id), bench.table.answers

    def logits_of(fold: np.ndarray) -> np.ndarray:
        logits = np.zeros(answers.shape)
        for number in np.unique(fold):
            seen = fold != number
            inner = inner_logits(features[seen], answers[seen], fold[seen], bench)
            first = heads_of(features[seen], answers[seen], bench)
            rows = np.hstack([features[seen], 0.3 * inner]).astype(np.float32)
            held = np.hstack([features[~seen], 0.3 * first.logits(features[~seen])]).astype(np.float32)
            logits[~seen] = heads_of(rows, answers[seen], bench).logits(held)
        return logits

    return bench.in_folds(logits_of)


def cleaned(bench: Bench) -> list[Measures | None]:
    """Training answers that cleanlab takes for errors are not trained on; all are scored on."""
    from cleanlab.filter import find_label_issues

    features, answers = bench.beside(bench.config.encoder.id), bench.table.answers

    def logits_of(fold: np.ndarray) -> np.ndarray:
        logits = np.zeros(answers.shape)
        for number in np.unique(fold):
            seen = fold != number
            kept = answers[seen].copy()
            inner = inner_logits(features[seen], kept, fold[seen], bench)
            for theme in range(kept.shape[1]):
                asked = kept[:, theme] >= 0
                likely = 1 / (1 + np.exp(-inner[asked, theme]))
                wrong = find_label_issues(kept[asked, theme], np.stack([1 - likely, likely], axis=1), n_jobs=1)
                kept[np.flatnonzero(asked)[wrong], theme] = -1
            logits[~seen] = heads_of(features[seen], kept, bench).logits(features[~seen])
        return logits

    return bench.in_folds(logits_of)


MINILM = EncoderConfig().id
RIVALS: dict[str, tuple[str, Callable[[Bench], list[Measures | None]]]] = {
    "always_no": ("always no", always_no),
    "tfidf": ("TF-IDF + logistic regression", tfidf),
    "definition": ("cosine to the definition", definition),
    "plain": ("MiniLM + logistic regression", lambda bench: of_training(bench.plain)),
    "setfit": (f"SetFit, {SETFIT_STEPS} steps, MiniLM", setfit),
    "ours": ("**ours: `configs/default.yaml`**", trained_with()),
}
ATTEMPTS: dict[str, tuple[str, Callable[[Bench], list[Measures | None]]]] = {
    "neighbours": ("plain + neighbours", trained_with(*UNTAUGHT)),
    "codebook": ("plain + neighbours + codebook", trained_with("adapt.epochs=0", "head.C=4")),
    "taught": ("plain + teaching", trained_with("head.neighbours=0", "head.codebook=false")),
    "balanced": (
        "plain + neighbours, `head.class_weight=balanced`",
        trained_with(*UNTAUGHT, "head.class_weight=balanced"),
    ),
    "lexical": ("plain + neighbours + hashed words", lexical),
    "stacked": ("plain + neighbours + theme correlations", stacked),
    "cleaned": ("plain + neighbours, cleanlab's errors left out", cleaned),
    "potion": ("potion-base-8M + neighbours", encoders("potion")),
    "mpnet": ("mpnet + neighbours (8 times the cost)", encoders("mpnet")),
    "minilm_mpnet": ("MiniLM and mpnet side by side + neighbours (9 times the cost)", encoders(MINILM, "mpnet")),
    "all_three": ("MiniLM, mpnet and potion side by side + neighbours", encoders(MINILM, "mpnet", "potion")),
}
DATA = {"labels": RIVALS | ATTEMPTS, "pb2020": RIVALS}


# ------------------------------------------------------------------------------------------------ report


def main(words: list[str]) -> None:
    chosen = [data for data in DATA if data in words] or list(DATA)
    methods = [word for word in words if word not in DATA]
    path = RESULTS / "quality.json"
    kept = json.loads(path.read_text()) if path.is_file() else {}
    for data in chosen:
        if data == "pb2020" and not PB2020.is_file():
            print("pb2020 is not here: skipped")
            continue
        bench = Bench(data)
        for name, (shown, method) in DATA[data].items():
            if (methods and name not in methods) or _lacks(name):
                continue
            if (data, name) == ("labels", "ours"):  # measured by `themes train configs/default.yaml`, in the same folds
                shipped = json.loads((ROOT / "models" / "default" / "evaluation.json").read_text())
                row = {"shown": shown, "grouped": shipped["measures"], "by_source": shipped["by_source"]}
            else:
                grouped, by_source = method(bench)
                row = {
                    "shown": shown,
                    "grouped": grouped and grouped.as_dict(),
                    "by_source": by_source and by_source.as_dict(),
                }
            kept.setdefault(data, {})[name] = row
            path.write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n")
            print(data, line(row), flush=True)
        kept[data]["_rows"] = len(bench.texts)
        kept[data]["_groups"] = len(np.unique(bench.plain.groups))
        path.write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n")
    (RESULTS / "quality.md").write_text(report(kept))


def _lacks(name: str) -> bool:
    needs = {"potion": ["potion"], "mpnet": ["mpnet"], "minilm_mpnet": ["mpnet"], "all_three": ["mpnet", "potion"]}
    missing = [encoder for encoder in needs.get(name, []) if not (ENCODERS / encoder).is_dir()]
    if missing:
        print(f"{name}: skipped, run benchmarks/encoders.py first")
    return bool(missing)


def line(row: dict[str, Any]) -> str:
    return f"| {row['shown']} | {cells(row['grouped'])} | {cells(row['by_source'])} |"


def cells(measures: dict[str, Any] | None) -> str:
    if measures is None:
        return "– | –"
    return " | ".join(figure(measures["macro"][name]) for name in ("f1", "average_precision"))


def figure(one: dict[str, Any]) -> str:
    return "–" if one["value"] is None else f"{one['value']:.3f} [{one['low']:.2f}, {one['high']:.2f}]"


def report(kept: dict[str, Any]) -> str:
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.machine()}"
    parts = [f"# Quality\n\nPrinted by `python benchmarks/quality.py`; {machine}.\n"]
    head = "| method | macro F1 | macro AP | F1, sources held out | AP, sources held out |\n|---|---|---|---|---|\n"
    for data, title, names in (
        ("labels", "The shipped labels", RIVALS),
        ("labels", "What was tried", ATTEMPTS),
        ("pb2020", "2020PB incident reports, tags with at least 30 reports", RIVALS),
    ):
        rows = [line(kept[data][name]) for name in names if name in kept.get(data, {})]
        if rows:
            size = f"{kept[data]['_rows']} paragraphs in {kept[data]['_groups']} groups"
            parts.append(f"\n## {title}\n\n{size}.\n\n{head}" + "\n".join(rows) + "\n")
    return "".join(parts)


if __name__ == "__main__":
    main(sys.argv[1:])
