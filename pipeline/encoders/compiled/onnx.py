"""The ONNX Runtime back end, for where OpenVINO has no wheel: the same network, drawn as an ONNX graph in memory."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.encoders.compiled.graph import Batch, draw
from pipeline.encoders.compiled.network import Linear, Network, Norm
from pipeline.encoders.compiled.quantization import Quantization, rounded
from pipeline.offline import quiet

__all__ = ["OnnxEngine"]

_OPSET = 20  # the first with Gelu
_AHEAD = 2  # batches under way for each thread


class OnnxEngine:
    """A network on the processor, one thread a batch.

    Parameters
    ----------
    network, quantization, taps
        As ``OpenVinoEngine``.
    """

    budget = 2048
    whole = False

    def __init__(self, network: Network, *, quantization: Quantization | None = None, taps: bool = False) -> None:
        quiet()
        import onnxruntime

        graph = _Graph()
        output, taken = draw(network, graph, quantization)
        self._names = [output, *(taken.values() if taps else ())]
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(
            graph.serialized(self._names), options, providers=["CPUExecutionProvider"]
        )

    def run(self, batches: Iterable[Batch]) -> Iterator[tuple[Batch, list[NDArray[np.float32]]]]:
        """Give each batch with its outputs, in order."""
        threads = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        with ThreadPoolExecutor(threads) as pool:
            under_way: deque[tuple[Batch, Future[Any]]] = deque()
            for batch in batches:
                if len(under_way) == _AHEAD * threads:
                    first, future = under_way.popleft()
                    yield first, future.result()
                future = pool.submit(self._session.run, self._names, {"ids": batch.ids, "real": batch.real})
                under_way.append((batch, future))
            while under_way:
                first, future = under_way.popleft()
                yield first, future.result()


class _Graph:
    """ONNX operations; a value is its name."""

    def __init__(self) -> None:
        self._nodes: list[Any] = []
        self._constants: list[Any] = []

    def serialized(self, outputs: Sequence[str]) -> bytes:
        """Give the graph as the bytes of an ONNX file."""
        from onnx import TensorProto, helper

        taken = [
            helper.make_tensor_value_info("ids", TensorProto.INT32, ["texts", "tokens"]),
            helper.make_tensor_value_info("real", TensorProto.FLOAT, ["texts", "tokens"]),
        ]
        given = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs]
        graph = helper.make_graph(self._nodes, "encoder", taken, given, self._constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=9)
        return bytes(model.SerializeToString())

    def _constant(self, value: Any, kind: type = np.float32) -> str:
        from onnx import numpy_helper

        name = f"constant{len(self._constants)}"
        self._constants.append(numpy_helper.from_array(np.array(value, dtype=kind, order="C"), name))
        return name

    def _axis(self, *values: int) -> str:
        return self._constant(values, np.int64)

    def _node(self, kind: str, *inputs: str, outputs: int = 1, **attributes: Any) -> Any:
        from onnx import helper

        names = [f"value{len(self._nodes)}.{number}" for number in range(outputs)]
        self._nodes.append(helper.make_node(kind, inputs, names, **attributes))
        return names[0] if outputs == 1 else names

    def inputs(self) -> tuple[Any, Any]:
        return "ids", "real"

    def embed(self, ids: Any, words: NDArray[np.float32], positions: NDArray[np.float32]) -> Any:
        looked_up = self._node("Gather", self._constant(words), ids, axis=0)
        return self.add(looked_up, self._first(self._constant(positions), self._tokens(ids), 0))

    def _tokens(self, batch: str) -> Any:
        return self._node("Shape", batch, start=1, end=2)

    def _first(self, value: str, count: str, axis: int) -> Any:
        return self._node("Slice", value, self._axis(0), count, self._axis(axis))

    def hide(self, real: Any, distances: NDArray[np.float32] | None, far: float) -> Any:
        gone = self._node("Mul", self._node("Sub", real, self._constant(1.0)), self._constant(far))
        gone = self._node("Unsqueeze", gone, self._axis(1, 2))
        if distances is None:
            return gone
        count, table = self._tokens(real), self._constant(distances[None])
        return self.add(gone, self._first(self._first(table, count, 2), count, 3))

    def norm(self, x: Any, norm: Norm, epsilon: float) -> Any:
        scale, shift = self._constant(norm.scale), self._constant(norm.shift)
        return self._node("LayerNormalization", x, scale, shift, axis=-1, epsilon=epsilon)

    def linear(self, x: Any, linear: Linear, bounds: tuple[float, float] | None) -> Any:
        if bounds is None:
            product = self._node("MatMul", x, self._constant(linear.weight.T))
        else:
            x = self._stepped(x, *bounds)
            steps, size = rounded(linear.weight)
            weight = self._node(
                "DequantizeLinear",
                self._constant(steps.T, np.int8),
                self._constant(size),
                self._constant(np.zeros(len(size)), np.int8),
                axis=1,
            )
            product = self._node("MatMul", x, weight)
        return self.add(product, self._constant(linear.bias))

    def _stepped(self, x: str, low: float, high: float) -> Any:
        step = max(high - low, 1e-12) / 255
        scale, zero = self._constant(step), self._constant(np.clip(round(-low / step), 0, 255), np.uint8)
        return self._node("DequantizeLinear", self._node("QuantizeLinear", x, scale, zero), scale, zero)

    def divide(self, x: Any, scale: NDArray[np.float32]) -> Any:
        return self._node("Mul", x, self._constant(1 / scale))

    def attend(self, together: Any, beside: Any, heads: int, width: int) -> Any:
        size = width // heads
        parts = self._node("Split", together, outputs=3, axis=-1, num_outputs=3)
        apart = [self._node("Reshape", part, self._axis(0, 0, heads, size)) for part in parts]
        query, value = (self._node("Transpose", apart[number], perm=[0, 2, 1, 3]) for number in (0, 2))
        key = self._node("Transpose", apart[1], perm=[0, 2, 3, 1])
        seen = self._node("Mul", self._node("MatMul", query, key), self._constant(size**-0.5))
        weights = self._node("Softmax", self.add(seen, beside), axis=-1)
        seen = self._node("Transpose", self._node("MatMul", weights, value), perm=[0, 2, 1, 3])
        return self._node("Reshape", seen, self._axis(0, 0, width))

    def gelu(self, x: Any) -> Any:
        return self._node("Gelu", x)

    def add(self, x: Any, y: Any) -> Any:
        return self._node("Add", x, y)
