"""tag: counts add up, an interrupted run ends with the same bytes, nothing is overwritten unasked."""

import csv
import functools
import json

import pyarrow.parquet as pq
import pytest

from pipeline import files
from pipeline.errors import (
    DataError,
    InternalError,
    LockedError,
    MissingError,
    OutputError,
    UsageError,
)
from pipeline.ingest.ledger import Ledger
from pipeline.tagging import run, tag
from pipeline.tagging.folder import LOCK
from pipeline.tagging.shards import chunks
from tests.support.fakes import FakeEncoder, fake_model
from tests.support.small_dump import ROWS, small_dump, tree

THEMES = ("bribery", "crackdowns")


@pytest.fixture
def dump(tmp_path):
    return small_dump(tmp_path / "dump")


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out"


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch):
    monkeypatch.setattr(run, "chunks", functools.partial(chunks, size=5))


def _rows(out, table, file_format="parquet"):
    rows = []
    for path in sorted((out / table).iterdir()):
        if file_format == "parquet":
            rows += pq.read_table(path).to_pylist()
        elif file_format == "jsonl":
            rows += [json.loads(line) for line in path.read_text("utf-8").split("\n") if line]
        else:
            with path.open(encoding="utf-8-sig", newline="") as file:
                rows += csv.DictReader(file)
    return rows


def _rejected(out):
    return [json.loads(line) for line in (out / "rejected.jsonl").read_text("utf-8").split("\n") if line]


def test_every_row_of_the_dump_is_accounted_for(dump, out):
    summary = tag(fake_model(THEMES), [dump], out=out)
    assert summary.rows.as_dict() == ROWS
    assert summary.articles == ROWS["tagged"]
    rejected = _rejected(out)
    assert sorted((row["outcome"], row["code"]) for row in rejected) == [
        ("rejected", "JSON_SYNTAX"),
        ("skipped", "DUPLICATE"),
        ("skipped", "EMPTY"),
        ("skipped", "NO_CONTENT"),
    ]
    manifest = json.loads((out / "run.json").read_bytes())
    assert sum(one["rows_in"] for one in manifest["inputs"]) == ROWS["rows_in"]
    assert manifest["totals"]["codes"] == {"DUPLICATE": 1, "EMPTY": 1, "JSON_SYNTAX": 1, "NO_CONTENT": 1}


@pytest.mark.parametrize("file_format", ["parquet", "jsonl", "csv"])
def test_every_paragraph_has_one_row_and_one_tag_per_theme(dump, out, file_format):
    summary = tag(fake_model(THEMES), [dump], out=out, file_format=file_format)
    paragraphs, tags = _rows(out, "paragraphs", file_format), _rows(out, "tags", file_format)
    noise = _rows(out, "noise", file_format)
    ids = [row["paragraph_id"] for row in paragraphs]
    assert len(ids) == len(set(ids)) == summary.paragraphs
    assert [(row["paragraph_id"], row["theme"]) for row in tags] == [(one, theme) for one in ids for theme in THEMES]
    assert {row["kind"] for row in paragraphs} <= {"body", "title", "subheading"}
    assert noise
    assert all(row["reason"] for row in noise)
    assert not {row["paragraph_id"] for row in noise} & set(ids)
    assert len(paragraphs) + len(noise) == summary.manifest["totals"]["paragraphs"]


@pytest.mark.parametrize("file_format", ["jsonl", "csv"])
def test_the_formats_say_the_same(dump, tmp_path, file_format):
    tag(fake_model(THEMES), [dump], out=tmp_path / "parquet")
    tag(fake_model(THEMES), [dump], out=tmp_path / "other", file_format=file_format)
    for table in ("paragraphs", "tags", "noise"):
        here, there = _rows(tmp_path / "parquet", table), _rows(tmp_path / "other", table, file_format)
        assert len(here) == len(there)
        for one, two in zip(here, there, strict=True):
            assert list(one) == list(two)
            for name in one.keys() - {"run_id"}:
                if isinstance(one[name], float):
                    assert float(two[name]) == pytest.approx(one[name], abs=1e-7)
                else:
                    assert str(two[name]).removeprefix("'") == str(one[name])


def test_tags_are_what_the_model_says(dump, out):
    model = fake_model(THEMES)
    tag(model, [dump], out=out)
    paragraphs, tags = _rows(out, "paragraphs"), _rows(out, "tags")
    scored = model.score([row["text"] for row in paragraphs])
    assert [row["score"] for row in tags] == scored.scores.reshape(-1).tolist()
    decisions = ["yes" if given else "no" for given in scored.decisions.reshape(-1)]
    assert [row["decision"] for row in tags] == decisions
    assert {"yes", "no"} == set(decisions)
    assert all((row["decision"] == "yes") == (row["score"] >= row["threshold"]) for row in tags)


def test_a_row_leads_back_to_the_bytes_it_came_from(dump, out):
    summary = tag(fake_model(THEMES), [dump], out=out)
    for row in _rows(out, "paragraphs"):
        raw = (dump / row["file"]).read_bytes()
        import hashlib

        assert hashlib.sha256(raw).hexdigest() == row["file_sha256"]
        text = json.loads(raw.split(b"\n")[row["row"] - 1])["text"] if row["row"] else raw.decode("utf-8")
        if row["char_start"] >= 0:
            assert text[row["char_start"] : row["char_end"]] == row["text"]
        assert row["run_id"] == summary.run_id
    assert {row["model_sha256"] for row in _rows(out, "tags")} == {fake_model(THEMES).sha256}
    assert {row["codebook_version"] for row in _rows(out, "tags")} == {"test-1"}


def test_counts_per_theme_count_reprints_once(dump, out):
    summary = tag(fake_model(THEMES), [dump], out=out)
    paragraphs = {row["paragraph_id"]: row for row in _rows(out, "paragraphs")}
    for theme in THEMES:
        yes = [row for row in _rows(out, "tags") if row["theme"] == theme and row["decision"] == "yes"]
        count = summary.themes[theme]
        assert count.paragraphs == len(yes)
        assert count.distinct_paragraphs == len({row["cluster_id"] for row in yes})
        assert count.stories == len({paragraphs[row["paragraph_id"]]["article_cluster_id"] for row in yes})
    assert summary.manifest["totals"]["stories"] == summary.articles - 1  # one reprint
    assert summary.manifest["totals"]["distinct_paragraphs"] < summary.paragraphs


def test_long_paragraphs_are_flagged(tmp_path, out):
    (tmp_path / "dump").mkdir()
    (tmp_path / "dump" / "a.txt").write_text("word after word goes by " * 60 + ".\n\nA short one stands here.\n")
    tag(fake_model(THEMES), [tmp_path / "dump"], out=out)
    by_length = sorted(_rows(out, "paragraphs"), key=lambda row: -len(row["text"]))
    assert by_length[0]["windows"] > 1
    assert "long" in by_length[0]["flags"].split(" ")
    assert by_length[-1]["windows"] == 1
    assert "long" not in by_length[-1]["flags"].split(" ")


def test_the_manifest_lists_every_file_with_its_hash(dump, out):
    import hashlib

    summary = tag(fake_model(THEMES), [dump], out=out)
    written = {name: raw for name, raw in tree(out).items() if name not in ("run.json", LOCK)}
    listed = {one["file"]: one for one in summary.manifest["outputs"]}
    assert set(listed) == set(written)
    for name, raw in written.items():
        assert listed[name]["bytes"] == len(raw)
        assert listed[name]["sha256"] == hashlib.sha256(raw).hexdigest()
    inputs = {one["file"]: one["sha256"] for one in summary.manifest["inputs"]}
    assert inputs == {name: hashlib.sha256(raw).hexdigest() for name, raw in tree(dump).items()}


def test_the_same_input_gives_the_same_bytes_wherever_it_lies(dump, tmp_path):
    tag(fake_model(THEMES), [dump], out=tmp_path / "one")
    moved = dump.rename(tmp_path / "moved")
    tag(fake_model(THEMES), [moved], out=tmp_path / "two")
    assert tree(tmp_path / "one") == tree(tmp_path / "two")


def test_without_text_no_table_has_it(dump, out):
    tag(fake_model(THEMES), [dump], out=out, keep_text=False)
    assert "text" not in _rows(out, "paragraphs")[0]
    assert "text" not in _rows(out, "noise")[0]
    everything = b"".join(raw for name, raw in tree(out).items())
    assert b"witness number" not in everything


def test_field_names_can_be_told(tmp_path, out):
    (tmp_path / "a.jsonl").write_text(json.dumps({"qq": "The patrol took money at the gate of the market."}) + "\n")
    refused = tag(fake_model(THEMES), [tmp_path / "a.jsonl"], out=tmp_path / "none")
    assert refused.rows.rejected == 1
    assert tag(fake_model(THEMES), [tmp_path / "a.jsonl"], out=out, fields={"text": "qq"}).rows.tagged == 1


def test_a_dump_without_articles_gives_empty_tables(tmp_path, out):
    (tmp_path / "empty.txt").write_text("")
    summary = tag(fake_model(THEMES), [tmp_path / "empty.txt"], out=out)
    assert summary.rows.as_dict() == {"rows_in": 1, "tagged": 0, "rejected": 0, "skipped": 1}
    assert _rows(out, "tags") == []
    assert summary.themes["bribery"].paragraphs == 0


# --- interrupted, repeated, in the way ---


class _Stop(BaseException):
    """Not an Exception: nothing may catch it."""


def _stopping_at(monkeypatch, nth):
    """Let the n-th file that is put into place be the last thing that happens."""
    calls = iter(range(1, 10_000))

    def sync(folder):
        if next(calls) == nth:
            raise _Stop

    monkeypatch.setattr(files, "_sync_folder", sync)


def test_a_run_stopped_at_any_file_ends_with_the_same_bytes(dump, tmp_path, monkeypatch):
    tag(fake_model(THEMES), [dump], out=tmp_path / "whole")
    whole = tree(tmp_path / "whole")
    count = len(whole)  # the lock is not put into place, but the journal is
    for nth in range(1, count + 1):
        out = tmp_path / f"stopped-{nth}"
        with monkeypatch.context() as patch:
            _stopping_at(patch, nth)
            with pytest.raises(_Stop):
                tag(fake_model(THEMES), [dump], out=out)
        assert not any(name.startswith(".scratch") for name in tree(out))
        for name, raw in tree(out).items():
            assert name.startswith(".") or whole[name] == raw  # what is visible is whole
        tag(fake_model(THEMES), [dump], out=out)
        assert tree(out) == whole


def test_finished_chunks_are_not_scored_again(dump, out, monkeypatch):
    encoder = FakeEncoder()
    tag(fake_model(THEMES, encoder=encoder), [dump], out=out.with_name("whole"))
    every = encoder.texts
    with monkeypatch.context() as patch:
        _stopping_at(patch, 10)  # in the third chunk
        with pytest.raises(_Stop):
            tag(fake_model(THEMES), [dump], out=out)
    encoder.texts = 0
    summary = tag(fake_model(THEMES, encoder=encoder), [dump], out=out)
    assert summary.kept_chunks == 2
    assert 0 < encoder.texts < every


def test_a_part_that_was_damaged_in_between_is_written_again(dump, out, monkeypatch):
    with monkeypatch.context() as patch:
        _stopping_at(patch, 10)
        with pytest.raises(_Stop):
            tag(fake_model(THEMES), [dump], out=out)
    (out / "tags" / "part-00000.parquet").write_bytes(b"rot")
    assert tag(fake_model(THEMES), [dump], out=out).kept_chunks == 1
    tag(fake_model(THEMES), [dump], out=out.with_name("whole"))
    assert tree(out) == tree(out.with_name("whole"))


def test_a_torn_journal_line_is_not_believed(dump, out, monkeypatch):
    with monkeypatch.context() as patch:
        _stopping_at(patch, 10)
        with pytest.raises(_Stop):
            tag(fake_model(THEMES), [dump], out=out)
    journal = out / ".journal.jsonl"
    journal.write_bytes(journal.read_bytes()[:-40])
    assert tag(fake_model(THEMES), [dump], out=out).kept_chunks == 1
    tag(fake_model(THEMES), [dump], out=out.with_name("whole"))
    assert tree(out) == tree(out.with_name("whole"))


def test_a_finished_run_is_left_as_it_is(dump, out):
    tag(fake_model(THEMES), [dump], out=out)
    before = {path: path.stat().st_mtime_ns for path in out.rglob("part-*")}
    encoder = FakeEncoder()
    again = tag(fake_model(THEMES, encoder=encoder), [dump], out=out)
    assert again.was_finished
    assert encoder.texts == 0
    assert again.rows.as_dict() == ROWS
    assert {path: path.stat().st_mtime_ns for path in out.rglob("part-*")} == before


def test_a_finished_run_that_was_changed_is_noticed(dump, out):
    tag(fake_model(THEMES), [dump], out=out)
    path = out / "paragraphs" / "part-00001.parquet"
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 1
    path.write_bytes(raw)
    with pytest.raises(DataError, match=r"part-00001\.parquet: changed or lost"):
        tag(fake_model(THEMES), [dump], out=out)
    tag(fake_model(THEMES), [dump], out=out, overwrite=True)
    tag(fake_model(THEMES), [dump], out=out.with_name("whole"))
    assert tree(out) == tree(out.with_name("whole"))


@pytest.mark.parametrize("interrupted", [False, True])
def test_another_run_in_the_folder_is_not_touched(dump, out, monkeypatch, interrupted):
    if interrupted:
        with monkeypatch.context() as patch:
            _stopping_at(patch, 10)
            with pytest.raises(_Stop):
                tag(fake_model(THEMES), [dump], out=out)
    else:
        tag(fake_model(THEMES), [dump], out=out)
    before = tree(out)
    with pytest.raises(DataError, match=r"another run \(model: \w{16} there, \w{16} here\); .*--overwrite"):
        tag(fake_model(("bribery",)), [dump], out=out)
    with pytest.raises(DataError, match=r"settings\.format: 'parquet' there, 'csv' here"):
        tag(fake_model(THEMES), [dump], out=out, file_format="csv")
    (dump / "b.txt").write_text("Another text stands here now, and it is about nothing at all.\n")
    with pytest.raises(DataError, match="input: "):
        tag(fake_model(THEMES), [dump], out=out)
    assert tree(out) == before


def test_overwrite_removes_what_tag_wrote_and_nothing_else(dump, out):
    tag(fake_model(THEMES), [dump], out=out)
    (out / "report.html").write_text("mine")
    tag(fake_model(THEMES), [dump], out=out, file_format="csv", overwrite=True)
    assert (out / "report.html").read_text() == "mine"
    assert not list(out.rglob("*.parquet"))
    (out / "report.html").unlink()
    tag(fake_model(THEMES), [dump], out=out.with_name("whole"), file_format="csv")
    assert tree(out) == tree(out.with_name("whole"))


def test_an_overwriting_run_stopped_at_any_file_can_go_on(dump, tmp_path, monkeypatch):
    tag(fake_model(THEMES), [dump], out=tmp_path / "whole", file_format="csv")
    whole = tree(tmp_path / "whole")
    for nth in (1, 2, 3, 9):
        out = tmp_path / f"stopped-{nth}"
        tag(fake_model(THEMES), [dump], out=out)
        with monkeypatch.context() as patch:
            _stopping_at(patch, nth)
            with pytest.raises(_Stop):
                tag(fake_model(THEMES), [dump], out=out, file_format="csv", overwrite=True)
        tag(fake_model(THEMES), [dump], out=out, file_format="csv", overwrite=nth == 1)
        assert tree(out) == whole


@pytest.mark.parametrize("name", ["notes.txt", "tags/part-00000.parquet", "paragraphs/mine.txt"])
@pytest.mark.parametrize("overwrite", [False, True])
def test_a_folder_with_files_of_others_is_refused(dump, out, name, overwrite):
    (out / name).parent.mkdir(parents=True)
    (out / name).write_text("mine")
    with pytest.raises(OutputError, match="did not write"):
        tag(fake_model(THEMES), [dump], out=out, overwrite=overwrite)
    assert tree(out) == {name: b"mine"}


def test_a_foreign_file_among_the_parts_of_a_run_is_refused(dump, out):
    tag(fake_model(THEMES), [dump], out=out)
    (out / "tags" / "extra.parquet").write_text("mine")
    with pytest.raises(OutputError, match=r"'extra\.parquet'"):
        tag(fake_model(THEMES), [dump], out=out, overwrite=True)


def test_a_run_json_of_another_tool_is_not_ours(dump, out):
    out.mkdir()
    (out / "run.json").write_text('{"tool": "other"}')
    with pytest.raises(DataError, match="not the manifest"):
        tag(fake_model(THEMES), [dump], out=out, overwrite=True)
    assert tree(out) == {"run.json": b'{"tool": "other"}'}


def test_output_inside_the_dump_is_refused(dump):
    for place in (dump, dump / "tags", dump / "feeds" / "deep" / "tags"):
        with pytest.raises(UsageError, match="inside the dump"):
            tag(fake_model(THEMES), [dump], out=place)
    assert not (dump / "tags").exists()


def test_a_file_in_the_place_of_the_folder_is_refused(dump, out):
    out.write_text("mine")
    with pytest.raises(OutputError):
        tag(fake_model(THEMES), [dump], out=out)


def test_two_runs_in_one_folder_exclude_each_other(dump, out):
    out.mkdir()
    with files.locked(out / LOCK), pytest.raises(LockedError):
        tag(fake_model(THEMES), [dump], out=out)
    assert tag(fake_model(THEMES), [dump], out=out).articles == ROWS["tagged"]


def test_a_missing_dump_and_an_unsaved_model_are_refused_before_anything_is_made(dump, out):
    import dataclasses

    with pytest.raises(MissingError):
        tag(fake_model(THEMES), [dump / "nowhere"], out=out)
    with pytest.raises(UsageError, match="never saved"):
        tag(dataclasses.replace(fake_model(THEMES), sha256=""), [dump], out=out)
    assert not out.exists()


def test_a_row_that_gets_lost_stops_the_run_without_a_manifest(dump, out, monkeypatch):
    monkeypatch.setattr(Ledger, "tagged", lambda self, source: None)
    with pytest.raises(InternalError, match="rows in"):
        tag(fake_model(THEMES), [dump], out=out)
    assert not (out / "run.json").exists()


def test_a_paragraph_that_gets_lost_stops_the_run_without_a_manifest(dump, out, monkeypatch):
    def losing(cuts):
        for chunk in chunks(cuts, size=5):
            yield type(chunk)(chunk.number, chunk.tagged[1:], chunk.noise)

    monkeypatch.setattr(run, "chunks", losing)
    with pytest.raises(InternalError, match="rows written"):
        tag(fake_model(THEMES), [dump], out=out)
    assert not (out / "run.json").exists()


def test_a_dump_that_changes_while_it_is_read_is_noticed(dump, out, monkeypatch):
    listed = run.read_files

    def then_change(paths):
        found = listed(paths)
        (dump / "b.txt").write_text("Another text stands here now, and it is about nothing at all.\n")
        return found

    monkeypatch.setattr(run, "read_files", then_change)
    with pytest.raises(DataError, match=r"b\.txt: changed while it was read"):
        tag(fake_model(THEMES), [dump], out=out)
    assert not (out / "run.json").exists()


def test_only_a_few_chunks_are_held_at_a_time(dump, out, monkeypatch):
    """Memory must not grow with the dump: two chunks wait for the encoder, one is scored, one is written."""
    lines = [json.dumps({"text": f"Patrol {n} came at dawn.\n\nPatrol {n} left by noon."}) for n in range(200)]
    (dump / "many.jsonl").write_text("\n".join(lines))
    held, most = [0], [0]
    cut, write = run.ingest, run.write_shard

    def watched(*args, **kwargs):
        for found in cut(*args, **kwargs):
            held[0] += len(getattr(found, "paragraphs", ()))
            most[0] = max(most[0], held[0])
            yield found

    def writing(columns, *, table, **kwargs):
        shard = write(columns, table=table, **kwargs)
        held[0] -= shard.rows if table.name in ("paragraphs", "noise") else 0
        return shard

    monkeypatch.setattr(run, "ingest", watched)
    monkeypatch.setattr(run, "write_shard", writing)
    summary = tag(fake_model(THEMES), [dump], out=out)
    assert summary.manifest["totals"]["paragraphs"] > 400
    assert most[0] <= 4 * (5 + 6)  # a chunk, and what its last article has too much


def test_progress_counts_up_to_the_number_of_paragraphs(dump, out):
    told = []
    summary = tag(
        fake_model(THEMES), [dump], out=out, progress=lambda stage, done, total: told.append((stage, done, total))
    )
    counts = [done for stage, done, _ in told if stage == "tag paragraphs"]
    assert counts == sorted(counts)
    assert counts[-1] == summary.paragraphs
