"""What else one could use, and what was tried and is no option of the configuration: methods for ``quality.py``."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from typing import Any

import numpy as np
from folds import ROOT, Bench, Method, Row, Seen, configured
from numpy.typing import NDArray

from pipeline.encoders import Encoded, network_of
from pipeline.evaluation.evaluate import measure_held_out
from pipeline.ingest.clean import clean
from pipeline.labels.table import label_table, read_labels
from pipeline.learning.baselines import tfidf_logits
from pipeline.learning.features import Features
from pipeline.learning.heads import Heads, fit_heads, out_of_fold
from pipeline.training.train import Trained, train

SETFIT_STEPS = 120  # batches of 16 pairs: 3,840 texts read with gradients, as many as ours reads in its 3 passes
PAIR_STEPS = 40  # of the second contrastive attempt, a third of that: the whole row then takes five minutes


def always_no(bench: Bench) -> Row:
    held, nothing = bench.plain.model.held_out, np.zeros(bench.answers.shape, dtype=np.float32)
    themes = bench.plain.model.themes
    return measure_held_out(held, nothing, nothing.astype(bool), themes=themes, config=bench.config), None


def tfidf(bench: Bench) -> Row:
    return bench.in_folds(lambda fold: tfidf_logits(bench.texts, bench.answers, fold=fold))


def definition(bench: Bench) -> Row:
    """Cosine to the theme's definition; the threshold alone is learned."""
    meanings = [theme.definition for theme in bench.plain.model.codebook.themes]
    similar = bench.encoder.encode(bench.texts).vectors @ bench.encoder.encode(meanings).vectors.T
    return bench.in_folds(lambda fold: similar.astype(np.float64) * 10)


def of_training(trained: Trained) -> Row:
    return trained.evaluation.measures, trained.evaluation.by_source


def trained_with(*overrides: str) -> Method:
    """Measure a recipe of the configuration."""
    return lambda bench: of_training(train(configured(bench.data, list(overrides))))


def with_elsewhere(bench: Bench) -> Row:
    """Ours, told in every fold what the themes are not (``labels/elsewhere.jsonl``); measured on the same rows."""
    config, codebook = configured(bench.data, []), bench.plain.model.codebook
    table = label_table(
        read_labels([*config.labels, ROOT / "labels" / "elsewhere.jsonl"], codebook=codebook), codebook=codebook
    )
    more = np.ones(len(table.texts) - len(bench.texts), dtype=bool)
    assert table.texts[: len(bench.texts)] == bench.table.texts
    texts = [clean(text) for text in table.texts]
    reading = replace(bench.reading, texts=texts, passages=table.passages, answers=table.answers, config=config)

    def held_out(seen: Seen, _: NDArray[np.int64]) -> NDArray[np.float64]:
        learned = np.concatenate([seen, more])
        features = reading.features(learned)
        return fit_heads(features.lesson(table.answers, learned), config=config.head).logits(features.rows[~learned])

    return bench.fold_by_fold(held_out, far=True)


def setfit(bench: Bench) -> Row:
    """SetFit, one-vs-rest, the same encoder; unsure is trained as no, because it knows no other answer."""
    return bench.fold_by_fold(lambda seen, _: setfit_fold(bench, seen), far=False)


def setfit_fold(bench: Bench, seen: Seen) -> NDArray[np.float64]:
    import torch
    from datasets import Dataset
    from setfit import SetFitModel, Trainer, TrainingArguments

    torch.manual_seed(7)
    folder = str(network_of(bench.encoder).files.folder)
    model = SetFitModel.from_pretrained(folder, multi_target_strategy="one-vs-rest", local_files_only=True)
    rows = np.flatnonzero(seen)
    data = Dataset.from_dict(
        {
            "text": [bench.texts[row] for row in rows],
            "label": (bench.answers[rows] == 1).astype(int).tolist(),
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
    probabilities = np.asarray(model.predict_proba([bench.texts[row] for row in np.flatnonzero(~seen)]))
    clipped = np.clip(probabilities.astype(np.float64), 1e-6, 1 - 1e-6)
    return np.log(clipped / (1 - clipped))


class Network:
    """A network of its own as an encoder."""

    identity = ""

    def __init__(self, model: Any) -> None:
        self.model = model

    def encode(self, texts: list[str], **_: Any) -> Encoded:
        return Encoded(self.model.encode(texts), np.ones(len(texts), dtype=np.int32))


def contrastive(bench: Bench) -> Row:
    """Plain + neighbours on an encoder that was taught how many of their themes two paragraphs have in common.

    SetFit takes two paragraphs for alike when they have any theme in common.
    """

    def features(seen: Seen) -> Features:
        network = network_of(bench.encoder).open()
        teach_pairs(network, [bench.texts[row] for row in np.flatnonzero(seen)], bench.answers[seen])
        return replace(bench.reading, encoder=Network(network)).features(seen)

    config = bench.config.head
    return bench.in_folds(lambda fold: out_of_fold(features, bench.answers, fold=fold, config=config), far=False)


def teach_pairs(network: Any, texts: list[str], answers: NDArray[np.int8]) -> None:
    """Train on pairs, half of them with a theme in common, by the order of their cosines (CoSENT loss)."""
    import torch
    from datasets import Dataset
    from sentence_transformers import SentenceTransformerTrainer, SentenceTransformerTrainingArguments
    from sentence_transformers.sentence_transformer.losses import CoSENTLoss

    generator, yes = np.random.default_rng(7), (answers == 1).astype(float)
    common = yes @ yes.T
    alike = common / np.maximum(yes.sum(axis=1)[:, None] + yes.sum(axis=1)[None, :] - common, 1)
    np.fill_diagonal(alike, 0.0)
    count = PAIR_STEPS * 16
    near, far = np.argwhere(alike > 0), np.argwhere(alike == 0)
    pairs = np.concatenate([generator.choice(some, count // 2, replace=False) for some in (near, far)])
    first, second = generator.permutation(pairs).T
    shown = {"a": [texts[row] for row in first], "b": [texts[row] for row in second], "score": alike[first, second]}
    arguments = SentenceTransformerTrainingArguments(
        output_dir=tempfile.mkdtemp(),
        max_steps=PAIR_STEPS,
        per_device_train_batch_size=16,
        learning_rate=5e-5,
        warmup_steps=4,
        seed=7,
        report_to="none",
        save_strategy="no",
        disable_tqdm=True,
    )
    with torch.autocast("cpu", torch.bfloat16):
        SentenceTransformerTrainer(
            model=network, args=arguments, train_dataset=Dataset.from_dict(shown), loss=CoSENTLoss(network)
        ).train()
    network.eval()


def heads_of(rows: NDArray[np.float32], answers: NDArray[np.int8], bench: Bench) -> Heads:
    return fit_heads(Features(rows).lesson(answers, np.ones(len(rows), dtype=bool)), config=bench.config.head)


def stacked(bench: Bench) -> Row:
    """Theme correlations: a second head reads the first heads' held-out outputs beside the vectors."""
    rows = bench.reading.features(np.ones(len(bench.texts), dtype=bool)).rows

    def held_out(seen: Seen, inner: NDArray[np.int64]) -> NDArray[np.float64]:
        answers = bench.answers[seen]
        first = out_of_fold(lambda _: Features(rows[seen]), answers, fold=inner, config=bench.config.head)
        others = heads_of(rows[seen], answers, bench).logits(rows[~seen])
        second = heads_of(np.hstack([rows[seen], 0.3 * first]).astype(np.float32), answers, bench)
        return second.logits(np.hstack([rows[~seen], 0.3 * others]).astype(np.float32))

    return bench.fold_by_fold(held_out, far=True)


def cleaned(bench: Bench) -> Row:
    """Training answers that cleanlab takes for errors are not trained on; all are scored on."""
    from cleanlab.filter import find_label_issues

    rows = bench.reading.features(np.ones(len(bench.texts), dtype=bool)).rows

    def held_out(seen: Seen, inner: NDArray[np.int64]) -> NDArray[np.float64]:
        kept = bench.answers[seen].copy()
        likely = 1 / (
            1 + np.exp(-out_of_fold(lambda _: Features(rows[seen]), kept, fold=inner, config=bench.config.head))
        )
        for answers, yes in zip(kept.T, likely.T, strict=True):
            asked = np.flatnonzero(answers >= 0)
            both = np.stack([1 - yes[asked], yes[asked]], axis=1)
            answers[asked[find_label_issues(answers[asked], both, n_jobs=1)]] = -1
        return heads_of(rows[seen], kept, bench).logits(rows[~seen])

    return bench.fold_by_fold(held_out, far=True)
