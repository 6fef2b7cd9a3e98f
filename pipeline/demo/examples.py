"""Choose paragraphs worth showing from tagged output, each with the evidence of its tag."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.ingest.clean import clean
from pipeline.model.explain import Evidence, evidence
from pipeline.model.theme_model import ThemeModel

__all__ = ["Example", "examples"]


@dataclass(frozen=True, slots=True)
class Example:
    """A tagged paragraph.

    Parameters
    ----------
    place
        File, and row where it has one.
    number
        Of the paragraph in its article.
    text
        As the model read it; the offsets of ``evidence`` count in it.
    evidence
        Of its strongest tag.
    """

    place: str
    number: int
    text: str
    evidence: Evidence


def examples(model: ThemeModel, folder: Path, *, count: int = 5) -> list[Example]:
    """Take the strongest tag of each theme, strongest first, no article and no story twice.

    Parameters
    ----------
    folder
        What ``tag`` wrote, as Parquet.
    count
        How many at most.
    """
    import pyarrow.parquet as pq

    rows = {row["paragraph_id"]: row for row in _rows(pq, folder / "paragraphs") if row["kind"] == "body"}
    tags = [tag for tag in _rows(pq, folder / "tags") if tag["decision"] == "yes" and tag["paragraph_id"] in rows]
    tags.sort(key=lambda tag: (-tag["score"], tag["paragraph_id"]))
    chosen: list[Example] = []
    seen: set[str] = set()
    for tag in tags:
        row = rows[tag["paragraph_id"]]
        keys = {tag["theme"], row["article_cluster_id"], row["cluster_id"]}
        if len(chosen) == count or keys & seen:
            continue
        seen |= keys
        place = f"{row['file']}:{row['row']}" if row["row"] else row["file"]
        found = evidence(model, row["text"], theme=tag["theme"])
        chosen.append(Example(place, row["number"], clean(row["text"]), found))
    return chosen


def _rows(pq: Any, folder: Path) -> list[dict[str, Any]]:
    return [row for part in sorted(folder.glob("*.parquet")) for row in pq.read_table(part).to_pylist()]
