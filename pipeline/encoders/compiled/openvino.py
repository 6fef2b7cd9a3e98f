"""The OpenVINO back end: the network is drawn from its arrays and compiled in memory, in a fraction of a second.

Nothing is exported and no torch is needed. OpenVINO's telemetry is blocked before the import: see ``pipeline.offline``.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.encoders.compiled.graph import Batch, draw
from pipeline.encoders.compiled.network import Linear, Network, Norm
from pipeline.encoders.compiled.quantization import Quantization, rounded
from pipeline.offline import import_openvino

__all__ = ["OpenVinoEngine", "capabilities"]

_LEVELS = 256
_AHEAD = 2  # batches under way for each stream: one computes, one waits


def capabilities() -> list[str]:
    """Name what the processor computes in, as OpenVINO sees it: ``FP32``, ``BF16``, ``INT8`` and more."""
    return list(import_openvino().Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES"))


class OpenVinoEngine:
    """A network on the processor.

    Parameters
    ----------
    network
        As read.
    short
        Whether what is not in 8 bits is computed in bfloat16.
    quantization
        Computes the linear parts in 8 bits.
    taps
        Whether outputs hold what the linear parts take in, too.
    """

    budget = 2048
    whole = False

    def __init__(
        self, network: Network, *, short: bool, quantization: Quantization | None = None, taps: bool = False
    ) -> None:
        openvino = import_openvino()

        graph = _Graph()
        output, taken = draw(network, graph, quantization)
        results = [graph.op.result(value) for value in (output, *(taken.values() if taps else ()))]
        # a stream on each core: no thread waits for another, and sums are made in one order on any number of cores
        streams = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        compiled = openvino.Core().compile_model(
            openvino.Model(results, graph.parameters, "encoder"),
            "CPU",
            {
                "INFERENCE_PRECISION_HINT": "bf16" if short else "f32",
                "NUM_STREAMS": streams,
                "INFERENCE_NUM_THREADS": streams,
            },
        )
        self._requests = [compiled.create_infer_request() for _ in range(_AHEAD * streams)]
        self._outputs = len(results)

    def run(self, batches: Iterable[Batch]) -> Iterator[tuple[Batch, list[NDArray[np.float32]]]]:
        """Give each batch with its outputs, in order; arrays hold until the next is asked for."""
        free, under_way = deque(self._requests), deque[tuple[Any, Batch]]()
        try:
            for batch in batches:
                if not free:
                    yield self._finished(*under_way[0])
                    free.append(under_way.popleft()[0])
                request = free.popleft()
                request.start_async([batch.ids, batch.real])
                under_way.append((request, batch))
            while under_way:
                yield self._finished(*under_way.popleft())
        finally:
            for request, _ in under_way:  # an error or Ctrl-C: nobody may start them again while they run
                request.wait()

    def _finished(self, request: Any, batch: Batch) -> tuple[Batch, list[NDArray[np.float32]]]:
        request.wait()
        return batch, [request.get_output_tensor(number).data for number in range(self._outputs)]


class _Graph:
    """OpenVINO's operations."""

    def __init__(self) -> None:
        self.op: Any = import_openvino().opset13
        self.parameters: list[Any] = []

    def _constant(self, value: Any, kind: type = np.float32) -> Any:
        return self.op.constant(np.array(value, dtype=kind, order="C"))

    def _axis(self, *values: int) -> Any:
        return self._constant(values, np.int64)

    def inputs(self) -> tuple[Any, Any]:
        self.parameters = [
            self.op.parameter([-1, -1], np.int32, name="ids"),
            self.op.parameter([-1, -1], np.float32, name="real"),
        ]
        return self.parameters[0], self.parameters[1]

    def embed(self, ids: Any, words: NDArray[np.float32], positions: NDArray[np.float32]) -> Any:
        looked_up = self.op.gather(self._constant(words), ids, self._constant(0, np.int64))
        return self.op.add(looked_up, self._first(self._constant(positions), self._tokens(ids), 0))

    def _tokens(self, batch: Any) -> Any:
        return self.op.gather(self.op.shape_of(batch), self._axis(1), self._constant(0, np.int64))

    def _first(self, value: Any, count: Any, axis: int) -> Any:
        return self.op.slice(value, self._axis(0), count, self._axis(1), self._axis(axis))

    def hide(self, real: Any, distances: NDArray[np.float32] | None, far: float) -> Any:
        gone = self.op.multiply(self.op.subtract(real, self._constant(1.0)), self._constant(far))
        gone = self.op.unsqueeze(gone, self._axis(1, 2))
        if distances is None:
            return gone
        count, table = self._tokens(real), self._constant(distances[None])
        return self.op.add(gone, self._first(self._first(table, count, 2), count, 3))

    def norm(self, x: Any, norm: Norm, epsilon: float) -> Any:
        even = self.op.mvn(x, self._axis(-1), True, epsilon, "INSIDE_SQRT")
        return self.op.add(
            self.op.multiply(even, self._constant(norm.scale[None, None])), self._constant(norm.shift[None, None])
        )

    def linear(self, x: Any, linear: Linear, bounds: tuple[float, float] | None) -> Any:
        weight = self._constant(linear.weight)
        if bounds is not None:
            ends = [self._constant(bound) for bound in (*bounds, *bounds)]
            x = self.op.fake_quantize(x, *ends, _LEVELS)
            steps, size = rounded(linear.weight)
            weight = self.op.multiply(
                self.op.convert(self._constant(steps, np.int8), "f32"), self._constant(size[:, None])
            )
        return self.op.add(self.op.matmul(x, weight, False, True), self._constant(linear.bias[None, None]))

    def divide(self, x: Any, scale: NDArray[np.float32]) -> Any:
        return self.op.multiply(x, self._constant(1 / scale[None, None]))

    def attend(self, together: Any, beside: Any, heads: int, width: int) -> Any:
        parts = self.op.split(together, self._constant(2, np.int64), 3).outputs()
        apart = [self.op.reshape(part, self._axis(0, 0, heads, width // heads), True) for part in parts]
        query, key, value = (self.op.transpose(part, self._axis(0, 2, 1, 3)) for part in apart)
        seen = self.op.scaled_dot_product_attention(query, key, value, beside)
        return self.op.reshape(self.op.transpose(seen, self._axis(0, 2, 1, 3)), self._axis(0, 0, width), True)

    def gelu(self, x: Any) -> Any:
        return self.op.gelu(x, "erf")

    def add(self, x: Any, y: Any) -> Any:
        return self.op.add(x, y)
