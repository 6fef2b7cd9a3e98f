"""What is in labels/ is what its card says."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from pipeline.labels.check import check_labels
from pipeline.labels.codebook import Codebook, read_codebook
from pipeline.labels.lines import read_line
from pipeline.labels.table import Answer, Judged, label_table, read_labels

LABELS = Path(__file__).parents[2] / "labels"
THEMES = (
    "bribery",
    "brutality",
    "surveillance_quotas",
    "retaliation",
    "reform_directives",
    "crackdowns",
    "border_control",
    "livelihoods",
    "public_discontent",
    "officer_morale",
)


@pytest.fixture(scope="module")
def codebook() -> Codebook:
    return read_codebook(LABELS / "codebook.yaml")


@pytest.fixture(scope="module")
def judged(codebook: Codebook) -> list[Judged]:
    return read_labels([LABELS], codebook=codebook)


def runs(text: str) -> set[tuple[str, ...]]:
    """Give every run of six words."""
    words = re.findall(r"\w+", text.lower())
    return set(zip(*(words[start:] for start in range(6)), strict=False))


def test_the_codebook_is_complete(codebook):
    assert codebook.ids == THEMES
    assert codebook.version == "1.0"
    assert codebook.rules
    for theme in codebook.themes:
        assert len(theme.examples) >= 3
        assert len(set(theme.examples)) == len(theme.examples)


def test_theme_ids_named_in_the_codebook_exist(codebook):
    text = (LABELS / "codebook.yaml").read_text(encoding="utf-8")
    named = set(re.findall(r"`([a-z_]+)`", text)) - {"version", "no", "unsure"}
    assert named <= set(codebook.ids)


def test_examples_are_not_taken_from_the_labels(codebook, judged):
    labelled = set().union(*(runs(line.text) for line in judged))
    for theme in codebook.themes:
        for example in theme.examples:
            assert not labelled & runs(example), example


def test_the_shipped_labels_have_no_problem(codebook):
    assert check_labels([LABELS], codebook=codebook) == []


def test_lines_are_plain_ascii_with_keys_in_one_order():
    lines = [line for path in sorted(LABELS.glob("*.jsonl")) for line in path.read_bytes().splitlines()]
    rows = [json.loads(raw.decode("ascii")) for raw in lines]
    assert {tuple(row) for row in rows} == {tuple(name for name in Judged.__slots__ if name != "place")}
    assert {tuple(row["judgements"]) for row in rows} == {THEMES}


def test_the_table(codebook, judged):
    table = label_table(judged, codebook=codebook)
    assert table.answers.shape == (1908, 10)
    assert (len(set(table.articles)), len(set(table.stories))) == (562, 540)
    assert len(set(table.ids)) == 1908


def test_the_card_tells_the_counts(judged):
    card = (LABELS / "README.md").read_text(encoding="utf-8")
    for theme in THEMES:
        found = Counter(line.judgements[theme] for line in judged)
        assert f"| `{theme}` | {found['yes']} | {found['no']:,} | {found['unsure']} |" in card
    plain = sum(set(line.judgements.values()) == {Answer.NO} for line in judged)
    assert f"{plain} paragraphs have nothing yes" in card
    for name, count in Counter(line.set for line in judged).items():
        assert f"| `{name}` | {count} |" in card


def test_what_is_about_other_things_has_no_theme(codebook):
    judged = read_labels([LABELS / "elsewhere.jsonl"], codebook=codebook)
    assert len(judged) == 300
    assert {answer for line in judged for answer in line.judgements.values()} == {Answer.NO}
    assert {line.set for line in judged} == {"elsewhere"}


def test_the_card_lists_every_field(codebook):
    raw = (LABELS / "paragraphs.jsonl").read_bytes().split(b"\n")[0]
    assert read_line(raw, place="x", codebook=codebook)[1] == []
    table = (LABELS / "README.md").read_text(encoding="utf-8").split("## Fields")[1].split("## ")[0]
    firsts = [row.split("|")[1] for row in table.splitlines() if "|" in row]
    told = set(re.findall(r"`(\w+)`", "\n".join(firsts)))
    assert told == set(Judged.__slots__) - {"place"}


def test_the_folder_loads_with_datasets(tmp_path):
    from pipeline.offline import quiet

    quiet()
    from datasets import load_dataset

    loaded = load_dataset(str(LABELS), split="train", cache_dir=str(tmp_path))
    assert loaded.num_rows == 1908
    assert loaded[0]["judgements"]["bribery"] == "yes"
