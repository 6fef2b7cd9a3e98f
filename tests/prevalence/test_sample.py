"""Audit samples: random with known chances, the same for a seed, and silent about what the model said."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import DataError, MissingError, OutputError, UsageError
from pipeline.labels.check import Level, examine
from pipeline.prevalence.design import design_path, read_design
from pipeline.prevalence.sample import draw_sample
from pipeline.tagging.reader import open_tags
from tests.support.fakes import fake_codebook
from tests.support.simulated import simulated, write_tags

THEMES = ("bribery", "crackdowns")


@pytest.fixture
def tags(tmp_path):
    return write_tags(tmp_path / "tags", rows(), themes=THEMES, part=8)


def rows(count=60):
    generator = np.random.default_rng(3)
    scores = generator.random((count, 2)).astype(np.float32).tolist()
    return [{"scores": pair, "bands": [2 * (one >= 0.5) for one in pair]} for pair in scores]


def lines_of(path):
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_the_file_is_a_label_file_that_says_nothing_of_the_tags(tags, tmp_path):
    design = draw_sample(open_tags(tags), tmp_path / "audit.jsonl", n=20, coder="ana")
    lines = lines_of(tmp_path / "audit.jsonl")
    judged, problems = examine([tmp_path / "audit.jsonl"], codebook=fake_codebook(THEMES))
    assert len(judged) == len(lines) == 20
    assert not [problem for problem in problems if problem.level is Level.ERROR]
    fields = {
        "id",
        "article",
        "story",
        "paragraph",
        "before",
        "text",
        "after",
        "coder",
        "codebook",
        "judgements",
        "set",
    }
    assert all(set(line) == fields for line in lines)
    assert {line["coder"] for line in lines} == {"ana"}
    assert [line["id"] for line in lines] != list(design.paragraphs)  # the order tells no stratum


def test_neighbours_stand_beside_the_text_and_end_with_the_article(tags, tmp_path):
    draw_sample(open_tags(tags), tmp_path / "audit.jsonl", n=60)
    by_number = {line["paragraph"]: line for line in lines_of(tmp_path / "audit.jsonl")}
    assert by_number[2]["before"] == by_number[1]["text"]
    assert by_number[2]["after"] == by_number[3]["text"]
    assert by_number[5]["before"] == by_number[4]["after"] == ""  # four paragraphs make an article


def test_the_design_is_private_and_reads_back(tags, tmp_path):
    design = draw_sample(open_tags(tags), tmp_path / "audit.jsonl", n=20)
    path = design_path(tmp_path / "audit.jsonl")
    assert path.stat().st_mode & 0o777 == (tmp_path / "audit.jsonl").stat().st_mode & 0o777 == 0o600
    assert read_design(tmp_path / "audit.jsonl") == design
    path.write_text("{}")
    with pytest.raises(DataError, match="not the design of an audit sample"):
        read_design(tmp_path / "audit.jsonl")
    path.unlink()
    with pytest.raises(MissingError, match="cannot read the design"):
        read_design(tmp_path / "audit.jsonl")


def test_the_same_seed_draws_the_same_whatever_the_format(tmp_path):
    samples = {}
    for file_format in ("parquet", "jsonl", "csv"):
        folder = write_tags(tmp_path / file_format, rows(), themes=THEMES, file_format=file_format, part=7)
        for seed in (7, 8):
            out = tmp_path / f"{file_format}-{seed}.jsonl"
            draw_sample(open_tags(folder), out, n=24, seed=seed)
            samples.setdefault(seed, set()).add((out.read_bytes(), design_path(out).read_bytes()))
    assert len(samples[7]) == len(samples[8]) == 1
    assert samples[7] != samples[8]


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 10_000), st.integers(20, 300), st.floats(-2, 2))
def test_every_paragraph_has_a_chance_and_chances_add_up(tmp_path_factory, seed, n, shift):
    dump = simulated(seed, shares=(0.1, 0.02), count=500, shift=shift)
    design = draw_sample(dump, tmp_path_factory.mktemp("draw") / "audit.jsonl", n=n, seed=seed)
    assert sum(stratum.units for stratum in design.strata) == 500
    assert sum(stratum.drawn for stratum in design.strata) == len(design.paragraphs) == n
    assert all(0 < stratum.probability <= 1 for stratum in design.strata if stratum.units)
    assert sum(stratum.probability * stratum.units for stratum in design.strata) == pytest.approx(n)
    for number, stratum in enumerate(design.strata):
        assert list(design.paragraphs.values()).count(number) == stratum.drawn


def test_every_paragraph_of_a_stratum_is_drawn_as_often(tmp_path):
    dump = simulated(1, shares=(0.3,), count=60)
    times, chance = np.zeros(60), np.zeros(60)
    for seed in range(120):
        design = draw_sample(dump, tmp_path / "audit.jsonl", n=20, seed=seed, overwrite=True)
        for name, number in design.paragraphs.items():
            times[int(name[1:], 16)] += 1
            chance[int(name[1:], 16)] = design.strata[number].probability
    assert (times > 0).all()
    assert (np.abs(times - 120 * chance) <= 5 * np.sqrt(120 * chance * (1 - chance)) + 1e-9).all()


def test_near_duplicates_are_drawn_once(tmp_path):
    twins = [row | {"cluster_id": f"p{number - number % 2:020x}"} for number, row in enumerate(rows())]
    folder = write_tags(tmp_path / "twins", twins, themes=THEMES)
    design = draw_sample(open_tags(folder), tmp_path / "audit.jsonl", n=100)
    assert len(design.paragraphs) == 30


def test_a_chosen_theme_alone_is_audited(tags, tmp_path):
    design = draw_sample(open_tags(tags), tmp_path / "audit.jsonl", n=20, themes=["crackdowns"])
    assert design.themes == ("crackdowns",)
    with pytest.raises(UsageError, match="did you mean 'bribery'"):
        draw_sample(open_tags(tags), tmp_path / "other.jsonl", n=20, themes=["briberi"])


def test_judgements_are_not_overwritten_unasked(tags, tmp_path):
    out = tmp_path / "audit.jsonl"
    draw_sample(open_tags(tags), out, n=20)
    with pytest.raises(OutputError, match="may hold judgements"):
        draw_sample(open_tags(tags), out, n=20)
    out.unlink()
    with pytest.raises(OutputError, match=r"design\.json"):
        draw_sample(open_tags(tags), out, n=20)
    draw_sample(open_tags(tags), out, n=30, overwrite=True)
    assert len(lines_of(out)) == 30


def test_too_few_to_draw_are_refused(tags, tmp_path):
    with pytest.raises(UsageError, match="3 is too few, at least 12 are needed"):
        draw_sample(open_tags(tags), tmp_path / "audit.jsonl", n=3)
    assert not (tmp_path / "audit.jsonl").exists()


def test_a_run_without_text_or_paragraphs_is_refused(tmp_path):
    bare = write_tags(tmp_path / "bare", rows(5), themes=THEMES, text=False)
    with pytest.raises(DataError, match="--no-text"):
        draw_sample(open_tags(bare), tmp_path / "audit.jsonl", n=5)
    empty = write_tags(tmp_path / "empty", [], themes=THEMES)
    with pytest.raises(DataError, match="holds no paragraph"):
        draw_sample(open_tags(empty), tmp_path / "audit.jsonl", n=5)
