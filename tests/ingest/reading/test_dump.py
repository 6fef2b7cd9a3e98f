from __future__ import annotations

import codecs
import gzip
import hashlib
import io
import json
import os
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.configuration.schema import IngestConfig
from pipeline.errors import ConfigError, MissingError, UsageError
from pipeline.ingest import Ledger, read_dump, read_files
from pipeline.records import Article, Media, RejectCode

DATA = Path(__file__).parents[4] / "shared" / "data"
ONE = "The council met on Monday to hear about the closed square."
TWO = "A second account says that the square was open until noon."
PAGE = f"<html><head><title>Council</title></head><body><p>{ONE}</p><p>{TWO}</p></body></html>"


def read(*paths, **config):
    ledger = Ledger()
    found = list(read_dump(paths, config=IngestConfig(**config), ledger=ledger))
    for thing in found:
        if isinstance(thing, Article):
            ledger.tagged(thing.source)
    ledger.check()
    assert ledger.totals().rows_in == len(found)
    return found


def told(found):
    return [(str(thing.source), thing.text if isinstance(thing, Article) else str(thing.code)) for thing in found]


def records(*texts):
    return "".join(json.dumps({"text": text}) + "\n" for text in texts).encode()


def zipped(**entries):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in entries.items():
            archive.writestr(name.replace("_", "."), content)
    return file.getvalue()


def test_every_kind_of_file_gives_its_articles(tmp_path):
    def put(name, raw):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(raw)

    table = io.BytesIO()
    pq.write_table(pa.table({"body": ["p1", "p2"]}), table)
    put("a.txt", b"a")
    put("b.md", b"---\ntitle: T\ndate: 2021-03-04\n---\nb")
    put("c.html", PAGE.encode())
    put("d/d.jsonl", records("d1", "d2"))
    put("e.json", b'[{"text": "e1"}, {"text": "e2"}]')
    put("f.csv", b"id,text\n1,f1\n")
    put("g.tsv", b"id\ttext\n1\tg1\n")
    put("h.parquet", table.getvalue())
    put("i.txt.gz", gzip.compress(b"i"))
    put("j.csv.gz", gzip.compress(b"id,text\n1,j1\n"))
    put("k.parquet.gz", gzip.compress(table.getvalue().replace(b"p1", b"k1").replace(b"p2", b"k2")))
    put("l.zip", zipped(x_txt="l1", y_jsonl=records("l2"), z_txt_gz=gzip.compress(b"l3")))
    found = read(tmp_path)
    assert [(str(thing.source), thing.media) for thing in found if not isinstance(thing, Article)] == []
    assert [(place, text) for place, text in told(found) if len(text) < 5] == [
        ("a.txt", "a"),
        ("d/d.jsonl:1", "d1"),
        ("d/d.jsonl:2", "d2"),
        ("e.json:1", "e1"),
        ("e.json:2", "e2"),
        ("f.csv:2", "f1"),
        ("g.tsv:2", "g1"),
        ("h.parquet:1", "p1"),
        ("h.parquet:2", "p2"),
        ("i.txt.gz", "i"),
        ("j.csv.gz:2", "j1"),
        ("k.parquet.gz:1", "k1"),
        ("k.parquet.gz:2", "k2"),
        ("l.zip!x.txt", "l1"),
        ("l.zip!y.jsonl:1", "l2"),
        ("l.zip!z.txt.gz", "l3"),
    ]
    by_place = {str(thing.source): thing for thing in found}
    assert (by_place["b.md"].title, by_place["b.md"].date) == ("T", "2021-03-04")
    assert (by_place["c.html"].title, by_place["c.html"].media) == ("Council", Media.HTML)


def test_hashes_lead_back_to_the_bytes(tmp_path):
    raw = records(ONE, TWO)
    packed = gzip.compress(raw, mtime=0)
    (tmp_path / "a.jsonl.gz").write_bytes(packed)
    second = read(tmp_path)[1]
    assert second.file_sha256 == hashlib.sha256(packed).hexdigest()
    assert second.sha256 == hashlib.sha256(raw.split(b"\n")[1]).hexdigest()
    assert raw[second.source.byte_offset :].startswith(raw.split(b"\n")[1])
    (file,) = read_files([tmp_path])
    assert (file.name, file.sha256, file.size) == ("a.jsonl.gz", second.file_sha256, len(packed))


def test_ids_come_from_content_and_duplicates_name_the_first(tmp_path):
    (tmp_path / "a.txt").write_text(ONE)
    (tmp_path / "b.jsonl").write_bytes(records("  " + ONE.replace(" ", "\n"), TWO))
    found = read(tmp_path)
    assert told(found)[1:] == [("b.jsonl:1", "DUPLICATE"), ("b.jsonl:2", TWO)]
    assert found[1].reason.endswith("a.txt")
    (tmp_path / "a.txt").rename(tmp_path / "z.md")
    assert {thing.article_id for thing in read(tmp_path) if isinstance(thing, Article)} == {
        found[0].article_id,
        found[2].article_id,
    }


def test_a_record_carries_what_its_fields_say(tmp_path):
    row = {
        "content": f"<p>{ONE}</p><p>{TWO}</p>",
        "headline": "Square\nclosed",
        "published_at": "14 juin 2022",
        "outlet": "The Paper",
        "link": "https://x.example/1",
        "id": 7,
        "lang": "fr-FR",
    }
    (tmp_path / "a.jsonl").write_text(json.dumps(row))
    (article,) = read(tmp_path)
    assert (article.media, article.title, article.date) == (Media.HTML, "Square closed", "2022-06-14")
    assert (article.publisher, article.url) == ("The Paper", "https://x.example/1")
    assert (article.external_id, article.language) == ("7", "fr")


def test_the_language_is_told_and_no_date_is_invented(tmp_path):
    (tmp_path / "a.txt").write_text(ONE)
    (article,) = read(tmp_path)
    assert (article.language, article.date, article.title) == ("en", "", "")


def test_fields_can_be_mapped(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"story": {"main": "x"}}\n{"text": "y"}\n')
    found = read(tmp_path, fields={"text": "story.main"})
    assert told(found) == [("a.jsonl:1", "x"), ("a.jsonl:2", "FIELD_MISSING")]


def test_damage_costs_what_is_damaged(tmp_path):
    packed = gzip.compress(records(*(f"{i} {os.urandom(20).hex()}" for i in range(500))))
    (tmp_path / "a.jsonl.gz").write_bytes(packed[:-3000])
    (tmp_path / "b.txt.gz").write_bytes(gzip.compress(ONE.encode())[:-9])
    (tmp_path / "c.zip").write_bytes(zipped(in_zip=zipped(x_txt="x"), y_txt="y"))
    (tmp_path / "d.parquet").write_bytes(b"PAR1" + bytes(40))
    (tmp_path / "e.txt").write_bytes(b"%PDF-1.4 ...")
    (tmp_path / "f.txt").write_bytes(b"")
    (tmp_path / "g.jsonl").write_bytes(b" \n\n")
    (tmp_path / "h.csv").write_bytes(b"id,text\n")
    (tmp_path / "i.txt").write_text("z" * 2_000_000)
    (tmp_path / "j.json").write_bytes(b"[]")
    found = read(tmp_path, max_article_mib=1)
    rows = [thing for thing in found if thing.source.file == "a.jsonl.gz"]
    assert len(rows) > 200
    assert all(isinstance(row, Article) for row in rows[:-1])
    assert rows[-1].code is RejectCode.GZIP_TRUNC
    assert told(found[len(rows) :]) == [
        ("b.txt.gz", ONE),
        ("b.txt.gz", "GZIP_TRUNC"),
        ("c.zip!in.zip", "ZIP_NESTED"),
        ("c.zip!y.txt", "y"),
        ("d.parquet", "PARQUET"),
        ("e.txt", "TYPE"),
        ("f.txt", "EMPTY"),
        ("g.jsonl", "EMPTY"),
        ("h.csv", "EMPTY"),
        ("i.txt", "TOO_BIG"),
        ("j.json", "EMPTY"),
    ]


def damaged(raw, way):
    packed = gzip.compress(raw, mtime=0)
    if way == "checksum":
        return packed[:-8] + bytes([packed[-8] ^ 1]) + packed[-7:]
    return packed[:-8] if way == "cut" else packed + b"rest"


@pytest.mark.parametrize("way", ["cut", "checksum", "garbage"])
def test_what_stands_before_gzip_damage_is_kept(tmp_path, way):
    for name, raw in {
        "a.txt.gz": ONE.encode(),
        "b.md.gz": b"# Council\n\n" + ONE.encode(),
        "c.html.gz": PAGE.encode(),
        "d.json.gz": b'[{"text": "d1"}, {"text": "d2"}]',
        "e.json.gz": b'[{"text": "e1"}, {"text": "e2"}, {"te',
        "f.jsonl.gz": records("f1", "f2").strip(),
        "g.jsonl.gz": records("g1") + b'{"text": "g',
        "h.csv.gz": b'id,text\n1,h1\n2,"h2"',
        "i.csv.gz": b"id,text\n1,i1\n2,i",
        "j.txt.gz": "The gate was shut; nobody knew why é".encode()[:-1],
    }.items():
        (tmp_path / name).write_bytes(damaged(raw, way))
    found = read(tmp_path)
    by_file = {}
    for thing in found:
        text = thing.text if isinstance(thing, Article) else str(thing.code)
        by_file.setdefault(thing.source.file[0], []).append(text)
    end = "GZIP_TRUNC"
    assert by_file == {
        "a": [ONE, end],
        "b": ["# Council\n\n" + ONE, end],
        "c": [PAGE, end],
        "d": ["d1", "d2", end],
        "e": ["e1", "e2", end],
        "f": ["f1", "f2", end],
        "g": ["g1", end],
        "h": ["h1", "h2", end],
        "i": ["i1", end, end],
        "j": ["The gate was shut; nobody knew why ", end],
    }
    ends = [thing for thing in found if not isinstance(thing, Article) and thing.source.row == 0]
    assert len(ends) == 10
    assert all("near byte" in thing.reason for thing in ends)


def test_a_file_of_two_encodings_is_flagged(tmp_path):
    other = "Šéf policie mlčí o žádosti, kterou dostal."
    (tmp_path / "a.txt").write_bytes("Le café « fermé » n’a pas rouvert.\n\n".encode("cp1252") + other.encode())
    (found,) = read(tmp_path)
    assert "mojibake" in found.flags if isinstance(found, Article) else found.code is RejectCode.ENCODING


def test_bombs_and_gzip_in_gzip_in_gzip(tmp_path):
    (tmp_path / "a.gz").write_bytes(gzip.compress(b" " * 40_000_000))
    nested = gzip.compress(gzip.compress(gzip.compress(b"x")))
    (tmp_path / "b.gz").write_bytes(nested)
    (tmp_path / "c.jsonl.gz").write_bytes(gzip.compress(records("x" * 40_000_000)))
    assert told(read(tmp_path)) == [
        ("a.gz", "TOO_BIG"),
        ("b.gz", "GZIP_BOMB"),
        ("c.jsonl.gz", "GZIP_BOMB"),
    ]


def test_encodings_are_recorded_and_odd_characters_flagged(tmp_path):
    wide = codecs.BOM_UTF16_LE + (records("w1").decode() + '{"text": "ï wide"}\n').encode("utf-16-le")
    (tmp_path / "a.jsonl").write_bytes(wide)
    (tmp_path / "b.txt").write_bytes("Le café « fermé » n’a pas rouvert de toute la journée.".encode("cp1252"))
    (tmp_path / "c.jsonl").write_text(
        r'{"text": "lone \ud800 and nul \u0000 and \u202e bidi and \u200b none, donâ€™t"}', encoding="utf-8"
    )
    found = read(tmp_path)
    assert [(article.text, article.encoding) for article in found[:3]] == [
        ("w1", "utf-16-le (BOM)"),
        ("ï wide", "utf-16-le (BOM)"),
        ("Le café « fermé » n’a pas rouvert de toute la journée.", "cp1252 (guessed)"),
    ]
    assert {"surrogate", "nul", "bidi", "zero_width", "mojibake"} <= set(found[3].flags)
    assert "lone \ufffd and nul \0" in found[3].text


def test_a_folder_saved_by_datasets_is_one_data_set(tmp_path):
    from pipeline.offline import quiet

    quiet()
    import datasets

    saved = tmp_path / "saved"
    rows = datasets.Dataset.from_dict({"text": ["one", "two"], "title": ["A", "B"]})
    datasets.DatasetDict({"train": rows, "test": datasets.Dataset.from_dict({"text": ["three"]})}).save_to_disk(saved)
    assert [text for _, text in told(read(saved))] == ["three", "one", "two"]
    (saved / "train" / "cache-1.arrow").write_bytes(b"left over")
    next((saved / "test").glob("*.arrow")).unlink()
    assert [text for _, text in told(read(saved))] == ["DATASET", "DATASET", "one", "two"]


def test_a_data_set_on_a_hub_is_streamed(monkeypatch):
    import datasets

    asked = []

    def load(name, **options):
        asked.append((name, options["revision"], options["split"], options["streaming"]))

        def rows():
            yield {"text": "one", "n": 1}
            yield {"text": "two", "n": 2}
            raise OSError("the line went dead")

        return rows() if options["split"] else {"train": [{"text": "x"}], "test": [{"text": "y"}]}

    monkeypatch.setattr(datasets, "load_dataset", load)
    assert [text for _, text in told(read("hf:org/name@abc:train"))] == ["one", "two", "DATASET"]
    assert [text for _, text in told(read("hf:org/name"))] == ["y", "x"]
    assert asked == [("org/name", "abc", "train", True), ("org/name", None, None, True)]


def test_a_hub_that_does_not_answer_is_an_error_with_a_remedy(monkeypatch):
    import datasets

    def load(*args, **options):
        raise ConnectionError("no route")

    monkeypatch.setattr(datasets, "load_dataset", load)
    with pytest.raises(MissingError) as caught:
        read("hf:org/name")
    assert "save_to_disk" in caught.value.remedy


def test_wrong_names_are_told_before_anything_is_read(tmp_path):
    for paths, fields, kind in (
        ([tmp_path / "nowhere"], {}, MissingError),
        (["hf:"], {}, UsageError),
        ([tmp_path], {"txet": "x"}, ConfigError),
    ):
        config = IngestConfig().model_copy(update={"fields": fields})  # past the checks of its own
        with pytest.raises(kind):
            read_dump(paths, config=config, ledger=Ledger())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200, deadline=None)
@given(
    st.sampled_from(["a.txt", "a.jsonl", "a.json", "a.csv", "a.html", "a.md", "a.gz", "a.zip", "a.parquet", "a"]),
    st.sampled_from([b"", b"\x1f\x8b\x08\x00", b"PK\x03\x04", b"PAR1", b"<html><p>", b'{"text":', b"text,id\n", b"[{"]),
    st.binary(max_size=200),
)  # fmt: skip
def test_any_file_adds_up(tmp_path, name, start, rest):
    path = tmp_path / name
    path.write_bytes(start + rest)
    read(path)


@pytest.mark.skipif(not DATA.is_dir(), reason="the shared real data is not here")
def test_real_data_adds_up():
    found = read(DATA / "hrdsattack" / "articles.jsonl")
    assert len(found) == 500
    assert {str(thing.code) for thing in found if not isinstance(thing, Article)} <= {"DUPLICATE"}
    assert all(thing.language == "en" and thing.date for thing in found if isinstance(thing, Article))
    found = read(DATA / "pb2020")
    assert all(isinstance(thing, Article) for thing in found)
    assert sum(thing.source.file == "paragraphs.jsonl" for thing in found) == 1340
    assert sum(thing.media is Media.MARKDOWN for thing in found) == 44
    assert len(read(DATA / "samples")) == 2
