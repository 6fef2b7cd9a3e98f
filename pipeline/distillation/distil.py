"""``distil``: a model and an unlabelled dump in, a student or a gated model out, with what that loses."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.configuration.schema import EvaluationConfig
from pipeline.distillation.dump_sample import Passages, read_passages
from pipeline.distillation.losses import Sample, gate_loss, student_loss
from pipeline.distillation.student import Taught, out_of_group, start_encoder, taught_student
from pipeline.distillation.student_card import gated_card, student_card
from pipeline.distillation.student_features import Pages, fit_student
from pipeline.encoders import find_encoder
from pipeline.errors import DataError, UsageError
from pipeline.files import canonical_json
from pipeline.ingest.clean import clean
from pipeline.model.bundle import BUNDLE, save_bundle
from pipeline.model.gate import GateRule, fit_gate, runs
from pipeline.model.theme_model import Gate, ThemeModel
from pipeline.progress import Progress, silent

__all__ = ["Distilled", "Settings", "distil"]

_FEWEST = 10  # stories: with fewer, five of them or less would have to speak for all others
_WHY = "what the gate excludes is read by nobody; docs/distil.md"


@dataclass(frozen=True, slots=True)
class Settings:
    """How a student is made.

    Parameters
    ----------
    width
        Numbers in a token vector, beside one for each theme.
    held_out
        Share of the paragraphs that is only measured on.
    folds
        Students that never see a part of the rest; probabilities, thresholds and gate are chosen on their outputs.
    miss
        Share of the full model's yes tags that a gate may lose.
    most
        Paragraphs of the dump that are learned from and measured on.
    seed
        Of the draw of paragraphs, folds and resamplings.
    """

    width: int = 256
    held_out: float = 0.2
    folds: int = 3
    miss: float = 0.005
    most: int = 50_000
    seed: int = 7


@dataclass(frozen=True, slots=True, eq=False)
class Distilled:
    """A student, measured.

    Parameters
    ----------
    teacher, student
        The models.
    rule
        Which paragraphs a gate with this student passes.
    evaluation
        What it loses: ``student`` and ``gate``, with the settings and the sizes of both parts of the dump.
    """

    teacher: ThemeModel
    student: ThemeModel
    rule: GateRule
    evaluation: dict[str, Any]

    def save(self, folder: Path) -> ThemeModel:
        """Write the student as a bundle of its own."""
        student = dataclasses.replace(self.student, name=folder.name)
        documents = {
            BUNDLE.card: student_card(student, self.evaluation).encode("utf-8"),
            BUNDLE.evaluation: canonical_json({"distilled": self.evaluation}),
            BUNDLE.config: canonical_json({"distil": self.evaluation["settings"]}),
        }
        return save_bundle(student, folder=folder, documents=documents)

    def save_gated(self, folder: Path, *, source: Path) -> ThemeModel:
        """Write the teacher with the student as its gate; ``source`` is the teacher's bundle."""
        decider = self.teacher.decider
        promises = tuple(dataclasses.replace(promise, why=_WHY) for promise in decider.promises)
        gated = dataclasses.replace(
            self.teacher,
            name=folder.name,
            decider=dataclasses.replace(decider, promises=promises),
            provenance=self.teacher.provenance | {"gate_in_front_of": self.teacher.sha256},
            gate=Gate(self.student, self.rule),
            sha256="",
        )
        evaluation = json.loads((source / BUNDLE.evaluation).read_bytes())
        card = gated_card((source / BUNDLE.card).read_text("utf-8"), self.evaluation)
        documents = {
            BUNDLE.card: card.encode("utf-8"),
            BUNDLE.evaluation: canonical_json(evaluation | {"distilled": self.evaluation}),
            BUNDLE.config: (source / BUNDLE.config).read_bytes(),
        }
        checks = json.loads((source / BUNDLE.checks).read_bytes())
        return save_bundle(gated, folder=folder, documents=documents, checks=checks)


def distil(
    teacher: ThemeModel,
    dump: Sequence[Path | str],
    *,
    off_topic: Sequence[Path | str] = (),
    settings: Settings | None = None,
    fields: Mapping[str, str] | None = None,
    tokenizer: bytes | None = None,
    progress: Progress = silent,
) -> Distilled:
    """Teach a static student what a model says of a dump, and measure what it loses on held-out stories.

    Parameters
    ----------
    teacher
        A trained model; without the gate that it may have.
    dump
        Files and folders with articles, which nobody needs to have judged.
    off_topic
        Files and folders with articles that are surely about other things: whatever the teacher would say there
        counts as wrong, and neither student nor gate learn it.
    settings
        How; the defaults when not given.
    fields
        Where article fields stand in records, as for ``tag``.
    tokenizer
        Content of a ``tokenizer.json``; that of the teacher's encoder when not given.

    Raises
    ------
    UsageError
        The teacher is a student, or was never saved.
    MissingError
        The teacher's encoder has no ``tokenizer.json``.
    DataError
        The dump has no paragraph, or too few stories.
    """
    settings = settings or Settings()
    if teacher.is_student or not teacher.sha256:
        problem = "is a student itself" if teacher.is_student else "was never saved"
        raise UsageError(f"model {teacher.name}", problem, "name the model that people's judgements trained")
    teacher = teacher.full
    tokenizer = _tokenizer(teacher) if tokenizer is None else tokenizer

    def read(paths: Sequence[Path | str]) -> Passages:
        config, most, seed = teacher.recipe.ingest, settings.most, settings.seed
        return read_passages(paths, config=config, fields=fields, most=most, seed=seed, progress=progress)

    passages = read(dump)
    _check_stories(passages, dump)
    others = read(off_topic) if off_topic else None
    taught = Taught.by(teacher, passages, progress=progress)
    if others is not None:
        passages = passages.and_off_topic(others)
        taught = taught.and_nothing_in(int(passages.off_topic.sum()))
    out = passages.shares(settings.held_out, seed=settings.seed)
    student, rule = _teach(
        teacher, tokenizer, passages.take(~out), taught.take(~out), settings=settings, progress=progress
    )
    progress("measure", 0, None)
    sample = Sample(passages.take(out), teacher.themes, EvaluationConfig(), settings.seed)
    return Distilled(
        teacher,
        student,
        rule,
        {
            "teacher": {"name": teacher.name, "sha256": teacher.sha256},
            "settings": asdict(settings),
            "dump": {
                "paragraphs": len(passages.texts),
                "of": passages.read,
                "off_topic": int(passages.off_topic.sum()),
                "learned": int((~out).sum()),
                "stories": len(np.unique(passages.groups)),
            },
            **_measured(student, rule, taught.take(out), sample, neighbours=bool(teacher.recipe.neighbours)),
        },
    )


def _check_stories(passages: Passages, dump: Sequence[Path | str]) -> None:
    stories = len(np.unique(passages.groups))
    if stories < _FEWEST:
        raise DataError(
            " ".join(map(str, dump)),
            f"too few stories to learn from, found {stories}, needed {_FEWEST}",
            "name a larger dump",
        )


def _tokenizer(teacher: ThemeModel) -> bytes:
    path = find_encoder(teacher.recipe.encoder).folder / "tokenizer.json"
    if not path.is_file():
        raise DataError(path, "the encoder has no such file, and a student needs one", "save it with a fast tokenizer")
    return path.read_bytes()


def _teach(
    teacher: ThemeModel,
    tokenizer: bytes,
    passages: Passages,
    taught: Taught,
    *,
    settings: Settings,
    progress: Progress,
) -> tuple[ThemeModel, GateRule]:
    """Fit the student; probabilities, bands and gate are chosen on what students say of stories they never saw."""
    texts = [clean(text) for text in passages.texts]
    encoder = start_encoder(teacher, tokenizer, texts, width=settings.width, progress=progress)
    pages = Pages.of(encoder, texts, passages.articles, neighbours=teacher.recipe.neighbours)
    targets = taught.targets(teacher.decider.threshold)
    unseen = out_of_group(pages, targets, fold=passages.folds(settings.folds, seed=settings.seed), progress=progress)
    fitted = fit_student(pages, targets, learned=np.ones(len(texts), dtype=bool))
    progress("fit students", settings.folds + 1, settings.folds + 1)
    student = taught_student(
        teacher, encoder, fitted, name=teacher.name, unseen=unseen, taught=taught, passages=passages
    )
    rule = fit_gate(unseen, taught.yes, articles=runs(passages.articles), groups=passages.groups, miss=settings.miss)
    return student, rule


def _measured(
    student: ThemeModel, rule: GateRule, taught: Taught, sample: Sample, *, neighbours: bool
) -> dict[str, Any]:
    scored = Taught.by(student, sample.passages)
    return {
        "student": student_loss(taught, scored, sample),
        "gate": gate_loss(rule, scored.logits, taught, sample, neighbours=neighbours),
    }
