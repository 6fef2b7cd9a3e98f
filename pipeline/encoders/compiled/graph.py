"""What a compiled back end must do: the operations of a network, written once for all of them."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from pipeline.encoders.compiled.network import Linear, Network, Norm
from pipeline.encoders.compiled.quantization import Quantization

__all__ = ["Batch", "Engine", "Graph", "draw"]

_OUT_OF_SIGHT = 1e4  # taken from what attention gives to padding: nothing of it is left after the exponential


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Token numbers of texts of like length.

    Parameters
    ----------
    rows
        Numbers of the k texts, for the caller.
    ids
        int32 (k, tokens), padded at the end.
    real
        float32 (k, tokens): 1 for tokens, 0 for padding.
    """

    rows: list[int]
    ids: NDArray[np.int32]
    real: NDArray[np.float32]


class Engine(Protocol):
    """A network, ready to run."""

    @property
    def budget(self) -> int:
        """Tokens of a batch that keep it busy."""

    @property
    def whole(self) -> bool:
        """Whether batches must be filled up, because a vector depends on how many texts stand beside it."""

    def run(self, batches: Iterable[Batch]) -> Iterator[tuple[Batch, list[NDArray[np.float32]]]]:
        """Give each batch with its outputs, in order; arrays hold until the next is asked for.

        The first output is float32 (k, tokens, width), what the last layer says of each token; the others are
        what the linear parts took in, where that was asked for.
        """


class Graph(Protocol):
    """The operations a network needs; ``Any`` is whatever a back end calls a value."""

    def inputs(self) -> tuple[Any, Any]:
        """Give ``ids`` and ``real`` of a batch."""

    def embed(self, ids: Any, words: NDArray[np.float32], positions: NDArray[np.float32]) -> Any:
        """Look up (k, tokens, width)."""

    def hide(self, real: Any, distances: NDArray[np.float32] | None, far: float) -> Any:
        """Give what attention adds: ``-far`` for padding, and what distances add."""

    def norm(self, x: Any, norm: Norm, epsilon: float) -> Any:
        """Normalise the last axis."""

    def linear(self, x: Any, linear: Linear, bounds: tuple[float, float] | None) -> Any:
        """Multiply; in 8 bits when the bounds of ``x`` are given."""

    def divide(self, x: Any, scale: NDArray[np.float32]) -> Any:
        """Divide the last axis."""

    def attend(self, together: Any, beside: Any, heads: int, width: int) -> Any:
        """Attention of queries, keys and values that stand side by side, (k, tokens, 3 * width)."""

    def gelu(self, x: Any) -> Any:
        """The exact Gaussian error linear unit."""

    def add(self, x: Any, y: Any) -> Any:
        """Add."""


@dataclass(slots=True)
class _Drawing:
    graph: Graph
    quantization: Quantization | None
    narrow: Container[str]
    taken: dict[str, Any] = field(default_factory=dict)

    def linear(self, x: Any, linear: Linear, name: str) -> Any:
        self.taken[name] = x
        if self.quantization is None or name not in self.narrow:
            return self.graph.linear(x, linear, None)
        scale, low, high = self.quantization.of(name)
        scaled = Linear(linear.weight * scale, linear.bias)
        return self.graph.linear(self.graph.divide(x, scale), scaled, (low, high))


def draw(network: Network, graph: Graph, quantization: Quantization | None) -> tuple[Any, dict[str, Any]]:
    """Draw a network with a back end's operations.

    Returns
    -------
    output, taken
        The last layer's output, and what each linear part takes in, by ``NUMBER.PART``.
    """
    drawing, width = _Drawing(graph, quantization, network.narrow()), network.words.shape[1]
    ids, real = graph.inputs()
    beside = graph.hide(real, network.distances, _OUT_OF_SIGHT)
    x = graph.norm(graph.embed(ids, network.words, network.positions), network.start, network.epsilon)
    for number, layer in enumerate(network.layers):
        together = drawing.linear(x, layer.together, f"{number}.together")
        seen = drawing.linear(graph.attend(together, beside, network.heads, width), layer.out, f"{number}.out")
        x = graph.norm(graph.add(seen, x), layer.first, network.epsilon)
        thought = graph.gelu(drawing.linear(x, layer.up, f"{number}.up"))
        x = graph.norm(
            graph.add(drawing.linear(thought, layer.down, f"{number}.down"), x), layer.second, network.epsilon
        )
    return x, drawing.taken
