"""How many tags a model gives to text about other things: the first articles of Wikipedia, and a software handbook.

    python benchmarks/off_topic.py OFF.jsonl                    # makes the dump; needs pip, apt-get and dpkg-deb
    python benchmarks/off_topic.py OFF.jsonl models/default ... # tags it; writes benchmarks/results/off_topic.md

Wikipedia is the shortened export among gensim's test data, cut by gensim's own ``segment_wiki``; the handbook is
Debian's package ``debian-handbook``, in English. Nothing of either is in this project. A few paragraphs (on anarchism,
on civil wars) may deserve a tag.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import pyarrow.dataset

from pipeline.configuration.schema import IngestConfig
from pipeline.ingest import Ledger
from pipeline.ingest.stream import Cut, ingest
from pipeline.model.bundle import load_bundle
from pipeline.model.theme_model import ThemeModel
from pipeline.tagging import tag

RESULTS = Path(__file__).resolve().parent / "results"
GENSIM = ["gensim==4.4.0", "smart_open==7.5.1", "wrapt==2.0.1"]  # uses numpy and scipy as they are here
EXPORT = "gensim/test/test_data/enwiki-latest-pages-articles1.xml-p000000010p000030302-shortened.bz2"
HANDBOOK = "usr/share/doc/debian-handbook/html/en-US"


def make(path: Path) -> None:
    """Write both as one file of articles."""
    with tempfile.TemporaryDirectory() as name:
        articles = [*wikipedia(Path(name)), *handbook(Path(name))]
    with path.open("w", encoding="utf-8") as file:
        for number, (kind, title, text) in enumerate(articles):
            file.write(json.dumps({"id": f"{kind}-{number}", "title": title, "text": text}) + "\n")


def wikipedia(folder: Path) -> Iterator[tuple[str, str, str]]:
    code, written = folder / "gensim", folder / "wiki.jsonl"
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(code), *GENSIM]
    subprocess.run(install, check=True)
    cut = [sys.executable, "-m", "gensim.scripts.segment_wiki", "-f", str(code / EXPORT), "-o", str(written), "-w", "1"]
    subprocess.run(cut, check=True, env={**os.environ, "PYTHONPATH": str(code)}, capture_output=True)
    for line in written.read_text("utf-8").splitlines():
        page = json.loads(line)
        whole = "\n".join(page["section_texts"]).replace("'''", "").replace("''", "")  # bold, italic
        parts = [part.strip() for part in whole.split("\n")]
        yield "wikipedia", page["title"], "\n\n".join(part for part in parts if len(part.split()) >= 10)  # no lists


def handbook(folder: Path) -> Iterator[tuple[str, str, str]]:
    fetch, unpack = (shutil.which(name) or name for name in ("apt-get", "dpkg-deb"))
    subprocess.run([fetch, "download", "debian-handbook"], check=True, cwd=folder, capture_output=True)
    (package,) = folder.glob("debian-handbook_*.deb")
    subprocess.run([unpack, "-x", str(package), str(folder / "book")], check=True)
    pages = sorted((folder / "book" / HANDBOOK).glob("*.html"))
    for cut in ingest(pages, config=IngestConfig(), ledger=Ledger()):
        if isinstance(cut, Cut):
            body = [part.text for part in cut.paragraphs if part.kind == "body"]
            yield "handbook", cut.article.title, "\n\n".join(body)


def shares(model: ThemeModel, dump: Path) -> dict[str, str]:
    """Tag, and give for each kind of text the share of paragraphs with a yes."""
    with tempfile.TemporaryDirectory() as name:
        tag(model, [dump], out=Path(name) / "out")
        read = {part: pyarrow.dataset.dataset(Path(name) / "out" / part) for part in ("paragraphs", "tags")}
        rows = read["paragraphs"].to_table(columns=["paragraph_id", "external_id"]).to_pylist()
        yes = pyarrow.dataset.field("decision") == "yes"
        tagged = set(read["tags"].to_table(columns=["paragraph_id"], filter=yes)["paragraph_id"].to_pylist())
    found: dict[str, Counter[bool]] = defaultdict(Counter)
    for row in rows:
        for kind in (row["external_id"].partition("-")[0], "all"):
            found[kind][row["paragraph_id"] in tagged] += 1
    return {
        f"{kind}, {counts.total():,} paragraphs": f"{counts[True] / counts.total():.1%}"
        for kind, counts in sorted(found.items())
    }


def main(dump: Path, folders: list[str]) -> None:
    if not dump.is_file():
        make(dump)
    if not folders:
        return
    found = {folder: shares(load_bundle(Path(folder)), dump) for folder in folders}
    kinds = list(next(iter(found.values())))
    lines = ["# Tags for text about other things", "", "Share of paragraphs with a yes. Printed by"]
    lines += [
        f"`python benchmarks/off_topic.py OFF.jsonl {' '.join(folders)}`; Python {platform.python_version()}.",
        "",
    ]
    lines += ["| model | " + " | ".join(kinds) + " |", "|---|" + "---:|" * len(kinds)]
    lines += [f"| {folder} | " + " | ".join(row[kind] for kind in kinds) + " |" for folder, row in found.items()]
    (RESULTS / "off_topic.md").write_text("\n".join(lines) + "\n", "utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
