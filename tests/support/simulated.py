"""Tagged dumps without files, whose truth is known; and finished output folders with chosen tags."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np

from pipeline.files import canonical_json
from pipeline.model.theme_model import BANDS
from pipeline.records import digest
from pipeline.tagging.manifest import MANIFEST
from pipeline.tagging.reader import Batch, TaggedDump
from pipeline.tagging.rows import PARAGRAPHS, TAGS
from pipeline.tagging.shards import write_shard

__all__ = ["SimulatedDump", "fill_in", "simulated", "write_tags"]


@dataclasses.dataclass(frozen=True)
class SimulatedDump(TaggedDump):
    """A tagged dump of one part, in memory.

    ``truth`` is bool (n, t); every paragraph is its own cluster, ``stories`` (n,) are their stories.
    """

    truth: np.ndarray = None
    scores: np.ndarray = None
    bands: np.ndarray = None
    stories: np.ndarray = None
    dates: np.ndarray = None

    def batches(self, columns=()):
        count = len(self.truth)
        ids = [f"p{number:020x}" for number in range(count)]
        known = {
            "paragraph_id": ids,
            "cluster_id": ids,
            "article_id": [f"a{story:020x}" for story in self.stories],
            "article_cluster_id": [f"a{story:020x}" for story in self.stories],
            "number": list(range(1, count + 1)),
            "text": [f"Paragraph {number} of the simulation." for number in range(count)],
            "date": self.dates.tolist() if self.dates is not None else [""] * count,
        }
        chosen = {name: known[name] for name in ("paragraph_id", "cluster_id", *columns)}
        yield Batch(chosen, self.scores, self.bands, np.ones(count, dtype=bool))


def simulated(seed, *, shares, hit=0.7, false_alarm=0.08, count=2000, stories=400, shift=0.0):
    """Simulate a dump: each theme holds in ``shares``; ``shift`` moves the scores up, away from what is right.

    Scores are normal, further up where the theme holds, so that without a shift tags hit and err as asked for.
    """
    from statistics import NormalDist

    generator = np.random.default_rng(seed)
    themes = len(shares)
    story = generator.integers(0, stories, count)
    common = np.stack([generator.beta(share * 8, (1 - share) * 8, stories) for share in shares], axis=1)
    truth = generator.random((count, themes)) < common[story]
    low, high = NormalDist().inv_cdf(false_alarm), NormalDist().inv_cdf(hit)
    logits = generator.normal(size=(count, themes)) + np.where(truth, high, low) + shift
    scores = (1 / (1 + np.exp(-2 * logits))).astype(np.float32)
    bands = np.where(scores >= 0.5, 2, np.where(scores >= 0.3, 1, 0)).astype(np.int8)
    return SimulatedDump(
        folder=Path("simulated"),
        run_id="r" + digest(str(seed))[:20],
        model_sha256=digest("model"),
        model_name="simulated",
        codebook_version="1",
        themes=tuple(f"theme{number}" for number in range(themes)),
        thresholds=(0.5,) * themes,
        has_text=True,
        file_format="parquet",
        parts=(),
        truth=truth,
        scores=scores,
        bands=bands,
        stories=story,
    )


def fill_in(sample, answer):
    """Judge a drawn sample: ``answer(line)`` gives the judgements of a line."""
    lines = [json.loads(line) for line in sample.read_text("utf-8").splitlines()]
    for line in lines:
        line["judgements"] = answer(line)
    sample.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")


def write_tags(out, rows, *, themes, file_format="parquet", part=3, model_sha256="0" * 64, text=True):
    """Write a finished output folder.

    ``rows`` are dictionaries with ``scores`` and ``bands`` (t each) and any column of ``paragraphs``; ``part`` of
    them go to a file.
    """
    shards = []
    paragraphs_table = PARAGRAPHS if text else PARAGRAPHS.without("text")
    for start in range(0, max(len(rows), 1), part):
        chosen = [_paragraph(number, row) for number, row in enumerate(rows[start : start + part], start=start)]
        tags = [
            _tag(paragraph, row, theme, index)
            for paragraph, row in zip(chosen, rows[start:], strict=False)
            for index, theme in enumerate(themes)
        ]
        for table, records in ((paragraphs_table, chosen), (TAGS, tags)):
            columns = {name: [record[name] for record in records] for name in table.names}
            number = start // part
            shards.append(write_shard(columns, table=table, number=number, out=out, file_format=file_format))
    manifest = {
        "tool": "themes tag",
        "run_id": "r" + digest("run")[:20],
        "identity": {"settings": {"format": file_format, "text": text}},
        "model": {
            "name": "fake",
            "sha256": model_sha256,
            "themes": list(themes),
            "thresholds": dict.fromkeys(themes, 0.5),
            "codebook_version": "test-1",
        },
        "outputs": [
            {"file": shard.file, "sha256": shard.sha256, "bytes": shard.size, "rows": shard.rows} for shard in shards
        ],
    }
    (out / MANIFEST).write_bytes(canonical_json(manifest))
    return out


def _paragraph(number, row):
    blank = {name: "" if kind == "string" else 0 for name, kind in PARAGRAPHS.columns}
    name = f"p{number:020x}"
    own = {"paragraph_id": name, "cluster_id": name, "article_id": f"a{number // 4:020x}", "number": number + 1}
    own |= {"text": f"Sentence {number} tells of a gate.", "article_cluster_id": own["article_id"]}
    return blank | own | {key: value for key, value in row.items() if key not in ("scores", "bands")}


def _tag(paragraph, row, theme, index):
    blank = {name: "" if kind == "string" else 0 for name, kind in TAGS.columns}
    shared = {name: paragraph[name] for name in ("paragraph_id", "cluster_id", "article_id")}
    own = {"theme": theme, "score": row["scores"][index], "decision": BANDS[row["bands"][index]], "threshold": 0.5}
    return blank | shared | own
