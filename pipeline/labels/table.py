"""Judged paragraphs as a table that heads can be trained on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import DataError
from pipeline.labels.check import examine
from pipeline.labels.codebook import Codebook
from pipeline.labels.lines import Answer, Judged
from pipeline.labels.problem import Level
from pipeline.records import digest

__all__ = ["Answer", "Judged", "LabelTable", "label_table", "labels_sha256", "read_labels"]

_SHOWN = 5


@dataclass(frozen=True)
class LabelTable:
    """One row per judged paragraph, one column per theme.

    Parameters
    ----------
    texts
        n texts.
    answers
        Shape (n, t): 1 yes, 0 no, -1 unsure, contradictory or not asked.
    unsure
        Shape (n, t): whether a coder was unsure. The answer is -1 there, whatever the others said.
    articles, stories, sources
        Per row; ``sources`` is where the topic comes from and may be empty.
    passages
        Per row: shared by rows that follow one another in an article without a gap, so that they are neighbours.
    ids, places
        Per row: the paragraph's id, and ``file:line`` of its first judgement.
    codebook_ids
        The t themes, in the order of the columns.
    """

    texts: list[str]
    answers: NDArray[np.int8]
    unsure: NDArray[np.bool_]
    articles: list[str]
    stories: list[str]
    sources: list[str]
    passages: list[str]
    ids: list[str]
    places: list[str]
    codebook_ids: tuple[str, ...]


def read_labels(paths: Sequence[Path], *, codebook: Codebook) -> list[Judged]:
    """Read label files, or all ``*.jsonl`` of label folders, and accept them only without an error.

    Raises
    ------
    DataError
        When anything is wrong with them; names the first problems and how many there are.
    MissingError
        When a file or folder is not there, or may not be read.
    """
    judged, problems = examine(paths, codebook=codebook)
    errors = [problem for problem in problems if problem.level is Level.ERROR]
    named = " ".join(str(path) for path in paths)
    remedy = f"see them all with: themes labels check {named}"
    if errors:
        first = "\n".join(f"  {problem}" for problem in errors[:_SHOWN])
        count = f"{len(errors)} problem{'s' if len(errors) > 1 else ''} in the labels"
        raise DataError(named, f"{count}:\n{first}\n", remedy)
    if not judged:
        raise DataError(named, "no judged paragraph, found 0 lines", remedy)
    return judged


def label_table(judged: Iterable[Judged], *, codebook: Codebook) -> LabelTable:
    """Put judgements in a table, one row per paragraph however many coders judged it.

    Coders who were asked and agree give their answer; where they do not agree, nobody knows (-1).

    Returns
    -------
    LabelTable
        Rows sorted by article, paragraph and id, whatever the order of the files was.
    """
    paragraphs: dict[tuple[str, int, str], list[Judged]] = defaultdict(list)
    for line in sorted(judged, key=_order):
        paragraphs[line.article, line.paragraph, line.text].append(line)
    rows = list(paragraphs.values())  # a dict keeps the order of first arrival, which is sorted
    answers = np.full((len(rows), len(codebook.ids)), -1, dtype=np.int8)
    unsure = np.zeros(answers.shape, dtype=bool)
    for row, lines in enumerate(rows):
        given = [{line.judgements[theme] for line in lines if theme in line.judgements} for theme in codebook.ids]
        answers[row] = [_agreed(one) for one in given]
        unsure[row] = [Answer.UNSURE in one for one in given]
    firsts = [lines[0] for lines in rows]
    return LabelTable(
        texts=[line.text for line in firsts],
        answers=answers,
        unsure=unsure,
        articles=[line.article for line in firsts],
        stories=[line.story for line in firsts],
        sources=[line.topic_source for line in firsts],
        passages=_passages(firsts),
        ids=[line.id for line in firsts],
        places=[line.place for line in firsts],
        codebook_ids=codebook.ids,
    )


def _passages(lines: Sequence[Judged]) -> list[str]:
    """Name runs of rows whose paragraph numbers follow one another: who judged 3 and 9 did not judge neighbours."""
    names: list[str] = []
    for row, line in enumerate(lines):
        before = lines[row - 1] if row else None
        follows = before is not None and line.article == before.article and line.paragraph == before.paragraph + 1
        names.append(names[-1] if follows else f"{row} {line.article}")
    return names


def _order(line: Judged) -> tuple[str, int, str, str, str]:
    return line.article, line.paragraph, line.id, line.text, line.coder


def _agreed(given: set[Answer]) -> int:
    """Give 1 or 0 when all who were asked say so, else -1."""
    if given == {Answer.YES}:
        return 1
    return 0 if given == {Answer.NO} else -1


def labels_sha256(judged: Iterable[Judged]) -> str:
    """Hash the content of labels, whatever the files, their layout and the order of lines and keys.

    Returns
    -------
    str
        64 hex digits of SHA-256.
    """
    return digest(*sorted(_line_sha256(line) for line in judged))


def _line_sha256(line: Judged) -> str:
    answers = [part for theme, answer in sorted(line.judgements.items()) for part in (theme, answer)]
    number = str(line.paragraph)
    origin = (line.set, line.topic_source)
    return digest(line.id, line.article, line.story, number, line.text, line.coder, line.codebook, *origin, *answers)
