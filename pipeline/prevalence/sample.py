"""A random sample of paragraphs for people to judge, with more of what says most about the tags."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.configuration.messages import nearest
from pipeline.errors import DataError, OutputError, UsageError
from pipeline.files import write_whole
from pipeline.prevalence.design import (
    PIECES,
    Design,
    Stratum,
    design_path,
    relative_scores,
    strata_of,
    stratum_names,
)
from pipeline.prevalence.stratified import allocate, cuts
from pipeline.progress import Progress, silent
from pipeline.tagging.reader import YES, TaggedDump

__all__ = ["draw_sample"]

_LEAST = (8, 4, 2)  # from each stratum, where the sample is large enough for it; two show that units differ
_NEEDED = ("article_id", "article_cluster_id", "number", "text")


def draw_sample(
    dump: TaggedDump,
    out: Path,
    *,
    n: int,
    themes: Sequence[str] = (),
    seed: int = 7,
    coder: str = "auditor",
    overwrite: bool = False,
    progress: Progress = silent,
) -> Design:
    """Draw a sample and write it as label lines without judgements, its design beside it.

    Parameters
    ----------
    dump
        What to audit; its scores are held in memory, 4 bytes for each paragraph and theme.
    out
        JSONL file that gets the paragraphs, in random order and without what the model said.
    n
        Paragraphs to draw.
    themes
        To audit; all when none is named.
    coder
        Stands in the lines as who judges.
    overwrite
        Whether files that are there may be replaced.

    Raises
    ------
    UsageError
        When a theme is not known or ``n`` is too small.
    OutputError
        When a file is there already.
    DataError
        When the dump was tagged without text, or holds no paragraph.
    """
    chosen = _checked(dump, out, themes=themes, overwrite=overwrite)
    decisions, scores = _collected(dump, progress=progress)
    if not len(decisions):
        raise DataError(dump.folder, "holds no paragraph, found 0 rows", "tag a dump with articles")
    columns = sorted(chosen, key=lambda column: int((decisions[:, column] == YES).sum()))
    relative = relative_scores(scores, dump, columns)
    edges = _edges(decisions[:, columns], relative)
    numbers = strata_of(decisions, relative, columns=columns, cuts=edges)
    order = tuple(dump.themes[column] for column in columns)
    strata = _strata(order, numbers, scores[:, columns], n=n)
    generator = np.random.default_rng(seed)
    picked = _picked(numbers, strata, generator)
    lines = dict(_lines(dump, picked, coder=coder))
    design = Design(
        run_id=dump.run_id,
        model_sha256=dump.model_sha256,
        codebook_version=dump.codebook_version,
        themes=tuple(dump.themes[column] for column in sorted(columns)),
        order=order,
        cuts=edges,
        seed=seed,
        n=n,
        strata=strata,
        paragraphs={lines[unit]["id"]: picked[unit] for unit in sorted(picked)},
    )
    shuffled = generator.permutation(sorted(picked))
    text = "".join(json.dumps(lines[int(unit)], ensure_ascii=False) + "\n" for unit in shuffled)
    write_whole(design_path(out), design.as_bytes())
    write_whole(out, text.encode("utf-8"))
    return design


def _checked(dump: TaggedDump, out: Path, *, themes: Sequence[str], overwrite: bool) -> list[int]:
    """Give the columns of the audited themes, after all that can be refused before anything is read."""
    for theme in themes:
        if theme not in dump.themes:
            close = nearest(theme, list(dump.themes))
            hint = f"did you mean {close!r}? " if close else ""
            raise UsageError("--themes", f"no such theme, found {theme!r}", f"{hint}known: {', '.join(dump.themes)}")
    for path in (out, design_path(out)):
        if path.exists() and not overwrite:
            problem = "is there already, and may hold judgements"
            raise OutputError(path, problem, "name another file, or replace it with --overwrite")
    if not dump.has_text:
        problem = "was tagged with --no-text: there is nothing to judge"
        raise DataError(dump.folder, problem, "tag the dump again without --no-text")
    return [dump.themes.index(theme) for theme in dict.fromkeys(themes or dump.themes)]


def _collected(dump: TaggedDump, *, progress: Progress) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Give decisions and scores (units, t) of the first of each near-duplicates, in order."""
    decisions, scores, done = [], [], 0
    for batch in dump.batches():
        decisions.append(batch.decisions[batch.first])
        scores.append(batch.scores[batch.first])
        done += len(batch.first)
        progress("read tags", done, None)
    return np.concatenate(decisions), np.concatenate(scores)


def _edges(decisions: NDArray[np.int8], relative: NDArray[np.float32]) -> tuple[float, ...]:
    untagged = ~(decisions == YES).any(axis=1)
    return tuple(float(value) for value in cuts(relative[untagged], pieces=PIECES))


def _strata(
    order: tuple[str, ...], numbers: NDArray[np.int64], scores: NDArray[np.float32], *, n: int
) -> tuple[Stratum, ...]:
    """Share out n paragraphs so that the relative errors of all themes become small together.

    The expected variance of theme j in stratum h is ``p (1 - p)`` at its mean score; each theme counts relative to
    how often it is expected. The scores only guide the sizes: the estimates hold whatever they are worth.
    """
    names = stratum_names(order)
    sizes = np.bincount(numbers, minlength=len(names))
    expected = np.maximum(scores.sum(axis=0), 1.0)
    sums = np.stack([np.bincount(numbers, weights=column, minlength=len(names)) for column in scores.T], axis=1)
    mean = (sums + 0.5) / (sizes[:, None] + 1)
    spread = np.sqrt((mean * (1 - mean) / expected**2).sum(axis=1))
    least = next((one for one in _LEAST if np.minimum(sizes, one).sum() <= n), _LEAST[-1])
    try:
        drawn = allocate(sizes, spread, n=n, least=least)
    except ValueError as error:
        raise UsageError("--n", str(error), f"the tags make {np.count_nonzero(sizes)} strata; draw more") from error
    return tuple(Stratum(name, int(units), int(count)) for name, units, count in zip(names, sizes, drawn, strict=True))


def _picked(numbers: NDArray[np.int64], strata: Sequence[Stratum], generator: np.random.Generator) -> dict[int, int]:
    """Draw from each stratum; give the stratum's number by unit."""
    return {
        int(unit): number
        for number, stratum in enumerate(strata)
        for unit in generator.choice(np.flatnonzero(numbers == number), stratum.drawn, replace=False)
    }


def _lines(dump: TaggedDump, picked: dict[int, int], *, coder: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Read the drawn paragraphs with their neighbours, as label lines."""
    unit = 0
    for batch in dump.batches(_NEEDED):
        rows = np.flatnonzero(batch.first)
        for offset, row in enumerate(rows):
            if unit + offset in picked:
                yield unit + offset, _line(batch.columns, int(row), dump=dump, coder=coder)
        unit += len(rows)


def _line(columns: dict[str, list[Any]], row: int, *, dump: TaggedDump, coder: str) -> dict[str, Any]:
    def neighbour(other: int) -> str:
        inside = 0 <= other < len(columns["text"]) and columns["article_id"][other] == columns["article_id"][row]
        return str(columns["text"][other]) if inside else ""

    return {
        "id": columns["paragraph_id"][row],
        "article": columns["article_id"][row],
        "story": columns["article_cluster_id"][row],
        "paragraph": columns["number"][row],
        "before": neighbour(row - 1),
        "text": columns["text"][row],
        "after": neighbour(row + 1),
        "coder": coder,
        "codebook": dump.codebook_version,
        "judgements": {},
        "set": "audit",
    }
