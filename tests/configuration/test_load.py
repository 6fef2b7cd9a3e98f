from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from pydantic import BaseModel, ConfigDict, Field

from pipeline.configuration.load import (
    config_sha256,
    dump_config,
    find_config,
    flatten,
    load_config,
    portable_config,
    read_strict,
)
from pipeline.errors import ConfigError, MissingError
from pipeline.labels.codebook import read_codebook

ROOT = Path(__file__).parents[2]
BASE = "name: base\ncodebook: books/code.yaml\nlabels: [labels]\n"


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def base(tmp_path):
    return write(tmp_path / "base.yaml", BASE)


def problems(path, *overrides):
    with pytest.raises(ConfigError) as caught:
        load_config(path, overrides)
    return caught.value.problems


def test_paths_count_from_the_file_that_names_them(base, tmp_path):
    child = write(tmp_path / "deeper" / "child.yaml", "extends: ../base.yaml\nlabels: [mine.jsonl]\n")
    config = load_config(child).config
    assert config.codebook == tmp_path / "books" / "code.yaml"
    assert config.labels == [tmp_path / "deeper" / "mine.jsonl"]


def test_paths_of_overrides_count_from_the_current_folder(base, tmp_path, monkeypatch):
    monkeypatch.chdir(write(tmp_path / "here" / "x", "").parent)
    config = load_config(base, ["labels=[a.jsonl, /b.jsonl]", "codebook=c.yaml"]).config
    assert config.labels == [tmp_path / "here" / "a.jsonl", Path("/b.jsonl")]
    assert config.codebook == tmp_path / "here" / "c.yaml"


def test_overrides_win_over_the_child_and_the_child_over_its_base(tmp_path):
    write(tmp_path / "a.yaml", BASE + "seed: 1\nhead: {C: 1, max_iter: 50}\nfolds: {n: 3}\n")
    write(tmp_path / "b.yaml", "extends: a.yaml\nseed: 2\nhead:\n  C: 2\n")
    c = write(tmp_path / "c.yaml", "extends: b.yaml\nhead:\n  C: 3\n")
    loaded = load_config(c, ["head.C=4"])
    config = loaded.config
    assert (config.seed, config.head.C, config.head.max_iter, config.folds.n) == (2, 4.0, 50, 3)
    assert loaded.origins["seed"] == f"{tmp_path}/b.yaml:2"
    assert loaded.origins["head.C"] == "override head.C=4"
    assert loaded.origins["head.max_iter"] == f"{tmp_path}/a.yaml:5"
    assert loaded.origins["head.kind"] == "default"


def test_lists_replace(tmp_path, base):
    child = write(tmp_path / "child.yaml", "extends: base.yaml\nlabels: [x, y]\n")
    loaded = load_config(child)
    assert [path.name for path in loaded.config.labels] == ["x", "y"]
    assert loaded.origins["labels"].endswith("child.yaml:2")


def test_origins_name_every_leaf(base):
    loaded = load_config(base)
    assert list(loaded.origins) == [".".join(map(str, path)) for path in flatten(dump_config(loaded.config))]


def test_words_for_numbers_and_flags_are_read_by_the_schema(base):
    config = load_config(base, ["head.C=1e-3", "encoder.cache=false", "encoder.max_tokens=null"]).config
    assert config.head.C == 0.001
    assert config.encoder.cache is False
    assert config.encoder.max_tokens is None


def test_field_names_that_look_like_yaml_words_stay_text(base):
    config = load_config(base, ["ingest.fields={text: no, date: 012}"]).config
    assert config.ingest.fields == {"text": "no", "date": "012"}


def test_every_problem_of_file_and_overrides_is_told_at_once(tmp_path):
    path = write(
        tmp_path / "bad.yaml",
        "nam: x\nseed: no\ncodebook: c\nlabels: []\nC: 4\nhead:\n  C: -1\n  class_weight: balancd\n"
        "encoder: {cache: yes, device: CPU}\nfolds: 3\ncalibration:\n",
    )
    told = problems(path, "head.Q=1", "seed", "folds.n=99", "tracking.uri=[a", "x.y=1", "x.y=2")
    assert told == [
        f"{path}:1: name: missing; write it (Name of the model; the bundle is written to `models/NAME`.)",
        f"{path}:1: top level: unknown key, found 'nam'; accepted: name, seed, codebook, labels, ingest, encoder, "
        "adapt, head, folds, calibration, thresholds, promises, evaluation, tracking, promotion, extends; "
        "did you mean 'name'?",
        f"{path}:2: seed: not accepted, found 'no'; accepted: a whole number at least 0 and below 4294967296",
        f"{path}:4: labels: not accepted, found a list; accepted: a list of paths (not empty)",
        f"{path}:5: top level: unknown key, found 'C'; accepted: name, seed, codebook, labels, ingest, encoder, "
        "adapt, head, folds, calibration, thresholds, promises, evaluation, tracking, promotion, extends; "
        "did you mean 'head.C'?",
        f"{path}:7: head.C: not accepted, found '-1'; accepted: a number above 0",
        f"{path}:8: head.class_weight: not accepted, found 'balancd'; accepted: one of balanced, none; "
        "did you mean 'balanced'?",
        f"{path}:9: encoder.cache: not accepted, found 'yes'; accepted: true or false",
        f"{path}:9: encoder.device: not accepted, found 'CPU'; accepted: one of auto, cpu, cuda, mps; "
        "did you mean 'cpu'?",
        f"{path}:11: calibration: empty, found nothing; accepted: a mapping",
        "override folds.n=99: folds.n: not accepted, found '99'; accepted: a whole number at least 2 and at most 50",
        "override head.Q=1: head: unknown key, found 'Q'; accepted: kind, C, class_weight, max_iter, neighbours, "
        "codebook, words, unsure",
        "override x.y=1: top level: unknown key, found 'x'; accepted: name, seed, codebook, labels, ingest, encoder, "
        "adapt, head, folds, calibration, thresholds, promises, evaluation, tracking, promotion, extends",
        "override seed: not an override; write section.key=value, as head.C=4",
        "override tracking.uri=[a: not YAML: expected ',' or ']', but got '<stream end>'; close the bracket, and put "
        "values that hold brackets or commas in quotes",
        "override x.y=2: key 'x.y' is given twice; give it once",
    ]


@pytest.mark.parametrize("value", ["inf", ".inf", "nan", "1,5", "0", "", "[1]", "{a: 1}"])
def test_a_number_is_a_finite_number_in_range(base, value):
    (told,) = problems(base, f"head.C={value}")
    assert told.startswith(f"override head.C={value}: head.C: ")
    assert told.endswith("accepted: a number above 0")


def test_overrides_are_checked_even_when_the_file_cannot_be_parsed(tmp_path):
    path = write(tmp_path / "bad.yaml", "a: [\n")
    assert [told.split(":")[0] for told in problems(path, "seed")] == [str(path), "override seed"]


def test_a_circle_of_extends_is_told_with_its_steps(tmp_path):
    write(tmp_path / "a.yaml", "extends: b.yaml\n")
    write(tmp_path / "b.yaml", "name: b\nextends: ./a.yaml\n")
    (told,) = problems(tmp_path / "a.yaml")
    steps = " -> ".join(str(tmp_path / name) for name in ("a.yaml", "b.yaml", "a.yaml"))
    assert told == (
        f"{tmp_path}/b.yaml:2: extends: files extend each other in a circle, found {steps}; remove one step"
    )


@pytest.mark.parametrize(
    ("value", "words"),
    [("nope.yaml", "no such file, found 'nope.yaml'"), ("[a, b]", "found a list"), ("", "found nothing"),
     ("/", "not a regular file"), ("y" * 300, "cannot be read")],
)  # fmt: skip
def test_extends_names_one_file(tmp_path, value, words):
    path = write(tmp_path / "a.yaml", f"name: a\nextends: {value}\n")
    (told,) = problems(path)
    assert told.startswith(f"{path}:2: extends: ")
    assert words in told


def test_extends_is_no_override(base):
    assert "unknown key, found 'extends'" in problems(base, "extends=x.yaml")[0]


def test_the_hash_does_not_know_where_files_lie_nor_how_runs_are_tracked(tmp_path):
    one = load_config(write(tmp_path / "one" / "c.yaml", BASE))
    two = load_config(write(tmp_path / "two" / "c.yaml", BASE), ["tracking.enabled=false"])
    assert one.sha256 == two.sha256 == config_sha256(one.config)
    assert one.sha256 != load_config(tmp_path / "one" / "c.yaml", ["seed=8"]).sha256
    assert str(tmp_path) not in json.dumps(portable_config(one.config))


def test_the_hash_is_the_same_for_a_default_that_is_written_out(base):
    assert load_config(base).sha256 == load_config(base, ["ingest.max_file_mib=2048", "folds.n=5"]).sha256


def test_a_shipped_configuration_is_found_by_its_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shipped = {load_config(name).sha256 for name in ("default", "default.yaml", "configs/default.yaml")}
    assert shipped == {load_config(ROOT / "configs" / "default.yaml").sha256}


def test_a_file_here_wins_over_a_shipped_one(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "configs" / "default.yaml", BASE)
    assert load_config("configs/default.yaml").config.name == "base"


@pytest.mark.parametrize("name", ["defualt", "elsewhere/default.yaml", "/configs/default.yaml", "x" * 300])
def test_a_name_that_is_neither_is_missing(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(MissingError) as caught:
        find_config(Path(name))
    assert caught.value.problem == "no such file"
    assert "default.yaml" in caught.value.remedy


@pytest.mark.parametrize("path", sorted((ROOT / "configs").glob("*.yaml")), ids=lambda path: path.name)
def test_shipped_configurations_are_right(path):
    assert load_config(path).config.codebook == ROOT / "labels" / "codebook.yaml"


def test_dumped_values_read_back_as_the_same_configuration(base, tmp_path):
    loaded = load_config(base, ["ingest.fields={text: 'null'}", "head.C=1e-7"])
    again = write(tmp_path / "again.yaml", yaml.safe_dump(dump_config(loaded.config)))
    assert load_config(again).config == loaded.config


class Inner(BaseModel):
    model_config = ConfigDict(extra="forbid")
    id: str = Field(pattern="^[a-z]+$")
    note: str | None = None


class Outer(BaseModel):
    model_config = ConfigDict(extra="forbid")
    items: list[Inner]


def test_read_strict_places_problems_inside_lists(tmp_path):
    path = write(tmp_path / "x.yaml", "items:\n  - id: abc\n  - id: A1\n    note:\n  - noet: x\n")
    with pytest.raises(ConfigError) as caught:
        read_strict(path, Outer)
    assert caught.value.problems == [
        f"{path}:3: items[2].id: not accepted, found 'A1'; accepted: text like `^[a-z]+$`",
        f"{path}:5: items[3].id: missing; write it",
        f"{path}:5: items[3]: unknown key, found 'noet'; accepted: id, note; did you mean 'note'?",
    ]


def test_a_file_of_nothing_but_problems_stays_readable(tmp_path):
    path = write(tmp_path / "x.yaml", "".join(f"k{n}: 1\n" for n in range(5000)))
    told = problems(path)
    assert len(told) == 201
    assert "more problems from here on" in told[-1]


def test_read_strict_needs_the_file(tmp_path):
    with pytest.raises(MissingError, match="no such file"):
        read_strict(tmp_path / "x.yaml", Outer)


def test_a_codebook_with_two_equal_ids_is_refused_in_its_own_words(tmp_path):
    theme = "  - {id: same, name: n, definition: d, yes_when: y, no_when: n}\n"
    path = write(tmp_path / "c.yaml", f"version: 1\ntitle: t\nthemes:\n{theme * 2}")
    with pytest.raises(ConfigError, match="'same' stands twice; every id must differ"):
        read_codebook(path)


def test_a_long_value_is_cut_in_messages(base):
    (told,) = problems(base, f"head.kind={'z' * 500}")
    assert len(told) < 300


def test_a_shipped_configuration_can_be_extended_from_anywhere(tmp_path):
    (tmp_path / "mine.yaml").write_text("extends: configs/default.yaml\nname: mine\n")
    loaded = load_config(tmp_path / "mine.yaml")
    assert loaded.config.name == "mine"
    assert loaded.config.labels[0].name == "paragraphs.jsonl"


def test_an_unknown_article_field_is_refused_before_any_training():
    with pytest.raises(ConfigError, match=r"ingest\.fields.*unknown field 'tex'; accepted: text, html"):
        load_config("default", ["ingest.fields={tex: story}"])


def test_a_double_key_is_told_together_with_all_that_is_wrong_besides(tmp_path):
    (tmp_path / "c.yaml").write_text(
        "extends: default.yaml\nname: a\nhead:\n  C: -1\n  C: -2\nsed: 3\nfolds:\n  n: many\n"
    )
    with pytest.raises(ConfigError) as caught:
        load_config(tmp_path / "c.yaml", ["head.kind=forest"])
    told = "\n".join(caught.value.problems)
    for sign in ("key 'C' stands twice", "head.C", "'sed'", "folds.n", "'forest'"):
        assert sign in told, told


def test_a_double_key_of_a_codebook_is_told_with_the_rest(tmp_path):
    (tmp_path / "b.yaml").write_text('version: "1"\nversion: "2"\ntitle: T\nthemes: []\n')
    with pytest.raises(ConfigError) as caught:
        read_codebook(tmp_path / "b.yaml")
    assert len(caught.value.problems) == 2
