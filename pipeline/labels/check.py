"""Every problem of the labels, with file and line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from pipeline.errors import MissingError
from pipeline.labels.codebook import Codebook
from pipeline.labels.lines import Answer, Judged, read_line
from pipeline.labels.problem import Level, Problem

__all__ = ["Level", "Problem", "check_labels", "examine", "label_files"]

_UTF8_BOM = b"\xef\xbb\xbf"
_UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")
_OPPOSITE = {Answer.YES: Answer.NO, Answer.NO: Answer.YES}


def check_labels(paths: Sequence[Path], *, codebook: Codebook) -> list[Problem]:
    """Give every problem of label files or folders.

    Returns
    -------
    list of Problem
        In the order of files and lines, problems of the whole last; empty when all is well.

    Raises
    ------
    MissingError
        When a file or folder is not there, or may not be read.
    """
    return examine(paths, codebook=codebook)[1]


def examine(paths: Sequence[Path], *, codebook: Codebook) -> tuple[list[Judged], list[Problem]]:
    """Read label files or folders as far as they can be read.

    Returns
    -------
    tuple of list of Judged and list of Problem
        The lines without an error, in the order of files and lines, and every problem.

    Raises
    ------
    MissingError
        When a file or folder is not there, or may not be read.
    """
    judged: list[Judged] = []
    problems: list[Problem] = []
    for path in label_files(paths):
        _read_file(path, codebook=codebook, judged=judged, problems=problems)
    problems += _same_id(judged)
    problems += _same_coder(judged)
    problems += _same_text(judged)
    problems += _few_answers(judged, codebook=codebook)
    return judged, problems


def label_files(paths: Sequence[Path]) -> list[Path]:
    """Give the label files: the named ones, and the ``*.jsonl`` of named folders in order of name.

    Raises
    ------
    MissingError
        When a path is not there, or a folder holds no ``*.jsonl``.
    """
    files: list[Path] = []
    for path in paths:
        found = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
        if not found:
            raise MissingError(path, "no *.jsonl file in this folder", "name a folder or file with labels")
        files += [file for file in found if file not in files]
    return files


def _read_file(path: Path, *, codebook: Codebook, judged: list[Judged], problems: list[Problem]) -> None:
    try:
        content = path.read_bytes()
    except OSError as error:
        problem = f"cannot read these labels ({error.strerror})"
        raise MissingError(path, problem, "name a label file, or a folder of *.jsonl files") from error
    if content.startswith(_UTF16_BOMS):
        problems.append(Problem(f"{path}:1", "not UTF-8, found a UTF-16 mark", "save the file as UTF-8"))
        return
    if content.startswith(_UTF8_BOM):
        remedy = "save the file as UTF-8 without it"
        problems.append(Problem(f"{path}:1", "a byte order mark before the first line", remedy))
        content = content.removeprefix(_UTF8_BOM)
    for number, raw in enumerate(content.split(b"\n"), start=1):
        if raw.strip():
            line, found = read_line(raw, place=f"{path}:{number}", codebook=codebook)
            judged += [line] if line is not None else []
            problems += found


def _same_id(judged: list[Judged]) -> Iterator[Problem]:
    """Find ids that name two paragraphs, or one paragraph twice for one coder."""
    first: dict[str, Judged] = {}
    seen: dict[tuple[str, str], Judged] = {}
    for line in judged:
        other = first.setdefault(line.id, line)
        if _paragraph(other) != _paragraph(line):
            problem = f"id {line.id!r} names another paragraph at {other.place}"
            yield Problem(line.place, problem, "give each paragraph an id of its own")
        elif (twin := seen.setdefault((line.id, line.coder), line)) is not line:
            problem = f"id {line.id!r} stands twice for coder {line.coder!r}, first at {twin.place}"
            yield Problem(line.place, problem, "keep one line per paragraph and coder")


def _same_coder(judged: list[Judged]) -> Iterator[Problem]:
    """Find paragraphs that one coder judged twice under different ids, with different answers."""
    seen: dict[tuple[str, int, str, str], Judged] = {}
    for line in judged:
        other = seen.setdefault((*_paragraph(line), line.coder), line)
        shared = line.judgements.keys() & other.judgements.keys()
        differ = sorted(theme for theme in shared if line.judgements[theme] != other.judgements[theme])
        if differ and line.id != other.id:
            problem = f"coder {line.coder!r} judged this paragraph otherwise at {other.place}: {', '.join(differ)}"
            yield Problem(line.place, problem, "keep the judgement that holds")


def _same_text(judged: list[Judged]) -> Iterator[Problem]:
    """Find equal texts at different places in the articles that are judged yes here and no there."""
    seen: dict[tuple[str, str, Answer], Judged] = {}
    for line in judged:
        others: dict[str, list[str]] = {}
        for theme, answer in sorted(line.judgements.items()):
            other = seen.get((line.text, theme, _OPPOSITE.get(answer, answer)))
            if answer in _OPPOSITE and other is not None and _paragraph(other) != _paragraph(line):
                others.setdefault(other.place, []).append(theme)
            seen.setdefault((line.text, theme, answer), line)
        for place, themes in others.items():
            problem = f"the same text is judged otherwise at {place}: {', '.join(themes)}"
            yield Problem(line.place, problem, "make them agree, or mark both unsure", Level.WARNING)


def _few_answers(judged: list[Judged], *, codebook: Codebook) -> Iterator[Problem]:
    """Find themes that no head can be trained on."""
    for theme in codebook.ids:
        answers = [line.judgements.get(theme) for line in judged]
        yes, no = answers.count(Answer.YES), answers.count(Answer.NO)
        if yes < 2 or no < 1:
            problem = f"too few judgements to learn from, found {yes} yes and {no} no"
            remedy = "judge paragraphs until there are at least 2 yes and 1 no"
            yield Problem(theme, problem, remedy, Level.WARNING)


def _paragraph(line: Judged) -> tuple[str, int, str]:
    """Give what makes a paragraph the same for two coders."""
    return line.article, line.paragraph, line.text
