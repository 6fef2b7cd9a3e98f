"""A codebook's hash is its meaning: a purpose written beside a theme does not change it."""

import json
from pathlib import Path

import pytest

from pipeline.errors import ConfigError
from pipeline.labels.codebook import Codebook, read_codebook
from pipeline.records import digest
from tests.support.fakes import fake_codebook

TEXT = """version: "1.0"
title: One
themes:
  - id: bribery
    name: Bribery
    definition: Bribes.
    yes_when: a bribe is taken
    no_when: it is a price
{extra}"""


def written(tmp_path: Path, extra: str = "") -> Path:
    path = tmp_path / "codebook.yaml"
    path.write_text(TEXT.format(extra=extra))
    return path


def test_a_goal_changes_no_hash(tmp_path):
    without = read_codebook(written(tmp_path))
    goal = read_codebook(written(tmp_path, "    goal: recall >= 0.90\n"))
    assert goal.sha256 == without.sha256
    assert (goal.goals, without.goals) == ({"bribery": "recall>=0.9"}, {})


def test_hashes_are_those_of_before_goals():
    """What a codebook without the field gave: bundles and runs made with it stay valid."""
    codebook = fake_codebook(("bribery", "weather"))
    old = json.loads(codebook.model_dump_json())
    for theme in old["themes"]:
        del theme["goal"]
    assert codebook.sha256 == digest(json.dumps(old, separators=(",", ":"), ensure_ascii=False))
    assert Codebook.model_validate(old).sha256 == codebook.sha256


@pytest.mark.parametrize("field", ["definition", "name", "yes_when", "no_when"])
def test_a_meaning_changes_the_hash(field):
    codebook = fake_codebook(("bribery",))
    other = codebook.themes[0].model_copy(update={field: "something else"})
    assert codebook.model_copy(update={"themes": [other]}).sha256 != codebook.sha256


def test_a_goal_that_is_none_is_refused_with_its_line(tmp_path):
    with pytest.raises(ConfigError, match=r"yaml:9: themes\[1\]\.goal: not accepted, found 'recall'; accepted: f1, or"):
        read_codebook(written(tmp_path, "    goal: recall\n"))
