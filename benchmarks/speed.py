"""How fast tagging is, against the naive pipeline and against what the processor can.

    python benchmarks/speed.py                      # all parts; writes benchmarks/results/speed.md
    python benchmarks/speed.py encoders limit       # some parts; the others keep what they printed last

Every comparison is interleaved (A B A B) over the same texts in one process, medians and ratios; the vector cache is
off. Parts: encoders, files, setfit, mixed, growth, million, limit, heads, elsewhere, gpu. Files are made of
the articles of ../shared/data where they are there. SetFit is compared where it is installed.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from machine import elsewhere, gpu, heads, limit
from timing import GROWTH, NAIVE, ROOT, compiled, interleaved, labelled, plain_encoder, table, uncached

from pipeline.cli import main as main_command
from pipeline.configuration.load import load_config
from pipeline.encoders import CompiledEncoder
from pipeline.model.bundle import save_bundle
from pipeline.model.theme_model import ThemeModel
from pipeline.tagging import tag

RESULTS = ROOT / "benchmarks" / "results"
DUMP = ROOT.parent / "shared" / "data" / "hrdsattack" / "articles.jsonl"
COMPILED = [("openvino", "fp32"), ("openvino", "bf16"), ("openvino", "int8"), ("onnx", "fp32"), ("onnx", "int8")]


def encoders() -> list[str]:
    """Compare back ends and precisions on one encoder pass: speed, and how near the vectors are."""
    texts, plain = labelled(800), plain_encoder()
    built = {f"ours, {backend} {precision}": compiled(backend, precision) for backend, precision in COMPILED}
    ways: dict[str, Callable[[], Any]] = {NAIVE: lambda: plain.encode(texts, batch_size=32)}
    ways |= {name: lambda encoder=encoder: encoder.encode(texts).vectors for name, encoder in built.items()}
    larger = Path(os.environ.get("THEMES_ENCODERS", "")) / "mpnet"
    if larger.is_dir():  # what `python benchmarks/encoders.py` prepares
        other = compiled("openvino", "int8", str(larger))
        ways["mpnet, ours, openvino int8"] = lambda: other.encode(texts).vectors
    exact = plain.encode(texts, batch_size=1)
    found, rows = interleaved(ways), []
    for name, seconds in found.items():
        vectors = np.asarray(ways[name]())
        cosine = (vectors * exact).sum(axis=1) if vectors.shape == exact.shape else np.zeros(0)
        near = f"{cosine.mean():.5f} ({np.quantile(cosine, 0.01):.5f})" if len(cosine) else "–"
        rows.append((name, f"{len(texts) / seconds:.0f}", f"{found[NAIVE] / seconds:.2f}", near))
    return [
        f"{len(texts)} of the labelled paragraphs, {tokens_of(built, texts):.0f} tokens each;",
        "cosine to fp32, mean (1st percentile).",
        "",
        *table("encoder pass | paragraphs/s | x | cosine", rows),
    ]


def tokens_of(built: dict[str, CompiledEncoder], texts: list[str]) -> float:
    encoder = next(iter(built.values()))
    return float(np.mean([len(one.ids) for one in encoder._tokenizer.encode_batch(texts)]))


def dump_of(count: int, folder: Path) -> Path:
    """Write real articles as JSONL, as many as hold about ``count`` paragraphs; labelled ones where there are none."""
    path, left = folder / f"dump{count}.jsonl", count
    lines = DUMP.read_text("utf-8").splitlines() if DUMP.is_file() else []
    articles = [json.loads(line)["text"] for line in lines] or ["\n\n".join(labelled(1600))]
    with path.open("w", encoding="utf-8") as file:
        for number in range(10**6):
            text = articles[number % len(articles)]
            if number >= len(articles):  # told apart, or near-duplicates and the tokenizer's work would be free
                text = "\n\n".join(f"{part} ({number})" for part in text.split("\n\n"))
            file.write(json.dumps({"id": str(number), "text": text}) + "\n")
            left -= sum(bool(part.strip()) for part in text.split("\n\n"))
            if left <= 0:
                return path
    return path


def naive_pipeline(dump: Path, out: Path, encode: Callable[[list[str]], Any], heads: Any) -> int:
    """Do what one writes in an afternoon: read, split at empty lines, encode, one-vs-rest, Parquet."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    texts = texts_of(dump)
    chances = heads.predict_proba(encode(texts))
    pq.write_table(pa.table({"text": texts} | {str(n): column for n, column in enumerate(chances.T)}), out)
    return len(texts)


def texts_of(dump: Path) -> list[str]:
    articles = [json.loads(line)["text"] for line in dump.read_text("utf-8").splitlines()]
    return [part.strip() for text in articles for part in text.split("\n\n") if part.strip()]


def naive_heads(vectors: Any) -> Any:
    from sklearn.linear_model import LogisticRegression
    from sklearn.multiclass import OneVsRestClassifier

    rows = [json.loads(line) for line in (ROOT / "labels" / "paragraphs.jsonl").read_text("utf-8").splitlines()]
    themes = sorted({theme for row in rows for theme in row["judgements"]})
    answers = np.array([[row["judgements"].get(theme) == "yes" for theme in themes] for row in rows])
    return OneVsRestClassifier(LogisticRegression(max_iter=1000)).fit(vectors, answers)


def tagged(model: ThemeModel, dump: Path) -> int:
    with tempfile.TemporaryDirectory() as folder:
        return int(tag(model, [dump], out=Path(folder) / "out").paragraphs)


def files() -> list[str]:
    """Compare whole pipelines, from a JSONL file of articles to Parquet."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    plain, texts = plain_encoder(), labelled(10**6)
    heads = naive_heads(plain.encode(texts))
    words = TfidfVectorizer(sublinear_tf=True).fit(texts)
    word_heads = naive_heads(words.transform(texts))
    model = uncached(ROOT / "models" / "default")
    with tempfile.TemporaryDirectory() as folder:
        dump, out = dump_of(1500, Path(folder)), Path(folder) / "naive.parquet"
        ways: dict[str, Callable[[], int]] = {
            "naive: sentence-transformers + one-vs-rest": lambda: naive_pipeline(dump, out, plain.encode, heads),
            "naive: TF-IDF + one-vs-rest": lambda: naive_pipeline(dump, out, words.transform, word_heads),
            "themes tag, models/default": lambda: tagged(model, dump),
        }
        ways |= {f"themes tag, {name}": lambda other=other: tagged(other, dump) for name, other in others(Path(folder))}
        return compared(ways, "files to Parquet")


def setfit() -> list[str]:
    """Compare SetFit's own inference, with the same encoder and heads, to the naive pipeline."""
    if not find_spec("setfit"):
        return ["Needs the package setfit."]
    from setfit import SetFitModel

    plain = plain_encoder()
    heads = naive_heads(plain.encode(labelled(10**6)))
    model = SetFitModel(model_body=plain, model_head=heads, multi_target_strategy="one-vs-rest")
    with tempfile.TemporaryDirectory() as folder:
        dump = dump_of(1500, Path(folder))
        texts = texts_of(dump)
        ways: dict[str, Callable[[], int]] = {
            "naive: sentence-transformers + one-vs-rest": lambda: len(heads.predict_proba(plain.encode(texts))),
            "SetFitModel.predict_proba": lambda: len(model.predict_proba(texts)),
        }
        return compared(ways, "scores alone")


def compared(ways: dict[str, Callable[[], int]], title: str) -> list[str]:
    """Give the paragraphs a second of ways that count them, and how many times the first's that is."""
    counts = {name: way() for name, way in ways.items()}
    found = interleaved(ways, rounds=3)
    base = next(iter(found.values())) / next(iter(counts.values()))
    rows = [
        (name, f"{counts[name] / seconds:.0f}", f"{base / (seconds / counts[name]):.2f}")
        for name, seconds in found.items()
    ]
    return table(f"{title} | paragraphs/s | x", rows)


def others(folder: Path) -> list[tuple[str, ThemeModel]]:
    """Train models that differ from one another in the precision alone; give what ``themes distil`` made, too."""
    from pipeline.training.train import train

    found = []
    for precision in ("fp32", "bf16", "int8"):
        overrides = [f"encoder.precision={precision}", "tracking.enabled=false", f"name={precision}"]
        made = train(load_config(str(ROOT / "configs" / "quick.yaml"), overrides).config)
        save_bundle(
            made.model,
            folder=folder / precision,
            documents=dict.fromkeys(("README.md", "evaluation.json", "config.json"), b"{}"),
        )
        found.append((f"quick.yaml, {precision}", uncached(folder / precision)))
    return found


def mixed() -> list[str]:
    """Compare the full model, a gate and a student on a dump of which nine tenths are about other things."""
    other = Path(os.environ.get("THEMES_OFF_TOPIC", ""))
    if not (DUMP.is_file() and other.is_file()):
        return ["Needs ../shared/data/hrdsattack and THEMES_OFF_TOPIC=FILE.jsonl, articles about other things."]
    on, off = DUMP.read_text("utf-8").splitlines(), other.read_text("utf-8").splitlines()
    with tempfile.TemporaryDirectory() as place:
        folder, out = Path(place), Path(place) / "naive.parquet"
        dump = folder / "mixed.jsonl"
        dump.write_text("\n".join([*enough(off[1::2], 2700), *enough(on[1::2], 300)]) + "\n", "utf-8")
        distilled(folder / "student", on[::2], off[::2])
        distilled(folder / "gated", on[::2], off[::2], "--gate")
        plain = plain_encoder()
        heads = naive_heads(plain.encode(labelled(10**6)))
        models = {name: uncached(folder / name) for name in ("gated", "student")}
        models = {"models/default": uncached(ROOT / "models" / "default"), **models}
        naive = "naive: sentence-transformers + one-vs-rest"
        ways: dict[str, Callable[[], int]] = {naive: lambda: naive_pipeline(dump, out, plain.encode, heads)}
        ways |= {f"themes tag, {name}": partial(tagged, model, dump) for name, model in models.items()}
        whole = compared(ways, "90 % about other things, files to Parquet")
        texts = texts_of(dump)[::3]
        ways = {
            naive: lambda: len(heads.predict_proba(plain.encode(texts))),
            "student": lambda: len(models["student"].score(texts).scores),
        }
        return [*whole, "", *compared(ways, "scores alone")]


def distilled(out: Path, on: list[str], off: list[str], *words: str) -> None:
    """Run ``themes distil`` on articles, and on some that are about other things."""
    with tempfile.TemporaryDirectory() as place:
        asked = ["distil", str(ROOT / "models" / "default"), f"{place}/on.jsonl", *words, "--out", str(out)]
        for name, lines in (("on", on), ("off", off)):
            Path(place, f"{name}.jsonl").write_text("".join(f"{line}\n" for line in lines), "utf-8")
        asked += ["--off-topic", f"{place}/off.jsonl"] if off else []
        assert not main_command(asked)


def enough(lines: list[str], paragraphs: int) -> list[str]:
    """Take articles until they hold that many paragraphs."""
    taken: list[str] = []
    for line in lines:
        taken.append(line)
        paragraphs -= sum(bool(part.strip()) for part in json.loads(line)["text"].split("\n\n"))
        if paragraphs <= 0:
            break
    return taken


def growth() -> list[str]:
    """Tag more and more paragraphs, each in a process of its own: seconds and peak memory."""
    with tempfile.TemporaryDirectory() as place:
        folder, default = Path(place), ROOT / "models" / "default"
        distilled(folder / "student", DUMP.read_text("utf-8").splitlines()[::2], [])
        sizes = [(model, count) for model in (default, folder / "student") for count in GROWTH]
        return growing(sizes, folder)


def million() -> list[str]:
    """Tag a million paragraphs with a static student."""
    with tempfile.TemporaryDirectory() as place:
        distilled(Path(place) / "student", DUMP.read_text("utf-8").splitlines()[::2], [])
        return growing([(Path(place) / "student", 1_000_000)], Path(place))


def growing(sizes: list[tuple[Path, int]], folder: Path) -> list[str]:
    rows = []
    for model, count in sizes:
        dump, place = dump_of(count, folder), str(ROOT / "benchmarks")
        code = f"import sys; sys.path.insert(0, {place!r}); import speed; speed.grown({str(model)!r}, {str(dump)!r})"
        done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
        paragraphs, seconds, memory = json.loads(done.stdout.splitlines()[-1])
        cells = f"{paragraphs:,}", f"{seconds:.1f}", f"{paragraphs / seconds:.0f}", f"{memory / 1024:.0f}"
        rows.append((model.name, *cells))
    return table("model | paragraphs | seconds | paragraphs/s | peak memory, MiB", rows)


def grown(folder: str, dump: str) -> None:
    model, begun = uncached(Path(folder)), time.perf_counter()
    paragraphs = tagged(model, Path(dump))
    status = Path("/proc/self/status").read_text("utf-8")  # getrusage counts the process that started this one
    (peak,) = (int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
    print(json.dumps([paragraphs, time.perf_counter() - begun, peak]))


PARTS = {
    "encoders": encoders,
    "files": files,
    "setfit": setfit,
    "mixed": mixed,
    "growth": growth,
    "million": million,
    "limit": limit,
    "heads": heads,
    "elsewhere": elsewhere,
    "gpu": gpu,
}


def main() -> None:
    stored = RESULTS / "speed.json"
    told: dict[str, list[str]] = json.loads(stored.read_text("utf-8")) if stored.is_file() else {}
    for name in sys.argv[1:] or PARTS:
        told[name] = PARTS[name]()
        print("\n".join(told[name]), "\n")
        stored.write_text(json.dumps(told, indent=1) + "\n", "utf-8")
    where = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    text = ["# Speed", "", f"{where}. Printed by `python benchmarks/speed.py`.", ""]
    for name, lines in told.items():
        text += [f"## {name}", "", *lines, ""]
    (RESULTS / "speed.md").write_text("\n".join(text), "utf-8")


if __name__ == "__main__":
    main()
