"""An encoder on an ``Engine``: tokens by the Rust tokenizers, texts in batches of one length, pooling in numpy."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.configuration.schema import EncoderConfig
from pipeline.encoders.backend_choice import short_numbers
from pipeline.encoders.compiled.graph import Batch, Engine
from pipeline.encoders.compiled.network import Network
from pipeline.encoders.compiled.quantization import Quantization, choose, remembered
from pipeline.encoders.compiled.weights import read_network
from pipeline.encoders.encoder import Encoded, TokenVectors, Watch
from pipeline.encoders.encoder_files import EncoderFiles
from pipeline.encoders.lora import Adapter
from pipeline.encoders.sentence_transformer import SentenceEncoder
from pipeline.encoders.windows import whole, whole_parts, windows
from pipeline.errors import DataError
from pipeline.progress import Progress, silent
from pipeline.records import digest

__all__ = ["CompiledEncoder"]

_WAY = "compiled-2"  # names the way text becomes a vector here; changes with it, so that caches are not mixed
_ROUND = 16  # tokens: a text is padded to a multiple, and stands with texts of the same length only
_BLOCK = 2048  # texts that are tokenised and sorted together
_CALIBRATION = Path(__file__).with_name("calibration.txt")


@dataclass(frozen=True, slots=True)
class _Piece:
    """A window of a text: where it stands, how many tokens it holds (without special ones), and its tokens."""

    row: int
    start: int
    tokens: int
    encoding: Any


class CompiledEncoder:
    """A network that an ``Engine`` runs, compiled when the first text comes.

    Texts are batched with texts of the same padded length alone, so that a text meets the same shapes whatever
    stands beside it; its vector has then the same bits in any company (a test says so).

    Parameters
    ----------
    files
        The checked files.
    config
        Back end, precision and window; nothing ``auto``.
    adapter
        What the encoder was taught; None leaves it as published.
    quantization
        How a model that was trained with it computes in 8 bits; None lets the encoder choose.
    """

    def __init__(
        self,
        files: EncoderFiles,
        *,
        config: EncoderConfig,
        adapter: Adapter | None = None,
        quantization: Quantization | None = None,
    ) -> None:
        self.files = files
        self.adapter = adapter
        self.config = config
        self._given = quantization

    @property
    def identity(self) -> str:
        """Hash of files, window, back end, precision, and what the encoder was taught."""
        config = self.config
        changed = [part.identity for part in (self.adapter, self.quantization) if part is not None]
        return digest(self.files.identity, str(config.max_tokens), _WAY, config.backend, config.precision, *changed)

    def taught(self, adapter: Adapter) -> CompiledEncoder:
        """Give the same encoder with an adapter; in 8 bits its bounds are chosen anew."""
        return CompiledEncoder(self.files, config=self.config, adapter=adapter)

    @functools.cached_property
    def quantization(self) -> Quantization | None:
        """How it computes in 8 bits: as given, else chosen on texts that come with the package; None for others.

        Not on the labels: every vector would change with every judgement, and the cache would be of no use.
        """
        if self.config.precision != "int8" or self._given is not None:
            return self._given
        text = _CALIBRATION.read_text("utf-8")
        if self.adapter is not None:  # a taught encoder is met once
            return self._chosen(text.splitlines())
        key = digest(self.files.identity, str(self.config.max_tokens), self.config.backend, _WAY, text)
        return remembered(key, lambda: self._chosen(text.splitlines()))

    def _chosen(self, texts: list[str]) -> Quantization:
        linears = self._network.linears()
        engine = self._engine_for("fp32", None, taps=True)
        taken: dict[str, list[NDArray[np.float32]]] = {name: [] for name in linears}
        for batch, (_, *inputs) in engine.run(self._batches(self._pieces(texts, 0), engine)):
            for found, values in zip(taken.values(), inputs, strict=True):
                found.append(values[batch.real > 0])
        narrow = self._network.narrow()
        return choose({name: linears[name] for name in narrow}, {name: np.concatenate(taken[name]) for name in narrow})

    def open(self) -> Any:
        """Load the network as a ``SentenceTransformer`` of its own, to be taught."""
        return SentenceEncoder(self.files, config=self.config, adapter=self.adapter).open()

    def prepare(self) -> None:
        """Load and compile the network now; otherwise the first text waits for it."""
        _ = self._tokenizer, self._engine

    def encode(self, texts: Sequence[str], *, watch: Watch | None = None, progress: Progress = silent) -> Encoded:
        """Give one vector per text.

        Raises
        ------
        DataError
            When the encoder gives a vector that is not finite.
        """
        blocks: list[NDArray[np.float32]] = []
        counts: list[int] = []
        for first in range(0, len(texts), _BLOCK):
            progress("encode", first, len(texts))
            pieces = self._pieces(texts[first : first + _BLOCK], first)
            blocks.append(self._vectors(pieces, watch if self._network.pooling == "mean" else None))
            counts += [len(list(read)) for _, read in groupby(pieces, key=lambda piece: piece.row)]
        progress("encode", len(texts), len(texts))
        vectors = np.concatenate(blocks) if blocks else np.zeros((0, 0), dtype=np.float32)
        broken = np.flatnonzero(~np.isfinite(vectors).all(axis=1))
        if len(broken):
            raise DataError(f"text {broken[0] + 1} of {len(texts)}", "its vector is not finite", "check the encoder")
        return Encoded(vectors, np.array(counts, dtype=np.int32))

    def explain(self, text: str) -> TokenVectors | None:
        """Give the text's vector as a sum over tokens; None when the encoder does not pool by mean."""
        told: list[TokenVectors] = []
        self.encode([text], watch=lambda _, tokens: told.append(tokens))
        return told[0] if told else None

    @functools.cached_property
    def _network(self) -> Network:
        return read_network(self.files, max_tokens=self.config.max_tokens, adapter=self.adapter)

    @functools.cached_property
    def _engine(self) -> Engine:
        return self._engine_for(self.config.precision, self.quantization)

    def _engine_for(self, precision: str, quantization: Quantization | None, *, taps: bool = False) -> Engine:
        if self.config.backend == "torch":
            from pipeline.encoders.compiled.torch import TorchEngine

            return TorchEngine(self.open(), short=precision == "bf16")
        if self.config.backend == "onnx":
            from pipeline.encoders.compiled.onnx import OnnxEngine

            return OnnxEngine(self._network, quantization=quantization, taps=taps)
        from pipeline.encoders.compiled.openvino import OpenVinoEngine

        short = precision == "bf16" or (precision == "int8" and short_numbers())
        return OpenVinoEngine(self._network, short=short, quantization=quantization, taps=taps)

    @functools.cached_property
    def _tokenizer(self) -> Any:
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_file(str(self.files.folder / "tokenizer.json"))
        tokenizer.no_padding()
        tokenizer.no_truncation()
        return tokenizer

    def _pieces(self, texts: Sequence[str], first: int) -> list[_Piece]:
        """Tokenise texts, those over the encoder's limit in windows."""
        pieces: list[_Piece] = []
        special = self._tokenizer.num_special_tokens_to_add(is_pair=False)
        for row, (text, encoding) in enumerate(zip(texts, self._tokenizer.encode_batch(texts), strict=True), first):
            if len(encoding.ids) <= self._network.limit:
                pieces.append(_Piece(row, 0, max(1, len(encoding.ids) - special), encoding))
                continue
            bare = self._tokenizer.encode(text, add_special_tokens=False)
            spans = windows(bare.offsets, text, room=max(1, self._network.limit - special))
            cut = self._tokenizer.encode_batch([text[start:end] for start, end, _ in spans])
            pieces += [_Piece(row, start, tokens, part) for (start, _, tokens), part in zip(spans, cut, strict=True)]
        return pieces

    def _vectors(self, pieces: list[_Piece], watch: Watch | None) -> NDArray[np.float32]:
        """Give the vector of each text, (rows, width), and tell who watches of its tokens' parts."""
        vectors: list[Any] = [None] * len(pieces)
        parts: dict[int, NDArray[np.float32]] = {}
        several = Counter(piece.row for piece in pieces)
        for batch, (hidden, *_) in self._engine.run(self._batches(pieces, self._engine)):
            for number, tokens in zip(batch.rows, hidden, strict=False):
                piece = pieces[number]
                own = tokens[: len(piece.encoding.ids)]
                vectors[number], share = self._pooled(own)
                if watch is None:
                    continue
                if several[piece.row] == 1:
                    watch(piece.row, TokenVectors(_spans([piece]), own * share))
                else:
                    parts[number] = own * share
        rows = []
        for row, numbers in groupby(range(len(pieces)), key=lambda number: pieces[number].row):
            read = list(numbers)
            weights = [pieces[number].tokens for number in read]
            rows.append(whole([vectors[number] for number in read], weights))
            if watch is not None and len(read) > 1:
                joined = whole_parts(
                    [parts[number] for number in read], weights, length=float(np.linalg.norm(rows[-1]))
                )
                watch(row, TokenVectors(_spans([pieces[number] for number in read]), joined))
        return np.stack(rows)

    def _pooled(self, tokens: NDArray[np.float32]) -> tuple[NDArray[np.float32], np.float32]:
        """Pool (k, width) to a vector, and give what a token's output is multiplied with to be its part of it.

        Summed in the order of the tokens, not by a matrix product, which adds up otherwise on other processors.
        """
        read = tokens if self._network.pooling == "mean" else tokens[:1]
        total = read.sum(axis=0)
        length = np.linalg.norm(total.astype(np.float64)) if self._network.unit else len(read)
        share = np.float32(1 / max(length, 1e-12))
        return total * share, share

    def _batches(self, pieces: list[_Piece], engine: Engine) -> Iterator[Batch]:
        """Deal pieces of one padded length into batches, the longest first, so that the last to end are short."""
        longest = len(self._network.positions)
        padded = [min(-(-len(piece.encoding.ids) // _ROUND) * _ROUND, longest) for piece in pieces]
        order = sorted(range(len(pieces)), key=lambda number: -padded[number])
        for tokens, numbers in groupby(order, key=lambda number: padded[number]):
            rows, size = list(numbers), max(1, engine.budget // tokens)
            for first in range(0, len(rows), size):
                some = rows[first : first + size]
                yield _batch(pieces, some, (size if engine.whole else len(some), tokens))


def _spans(pieces: list[_Piece]) -> NDArray[np.int32]:
    """Give the character spans of tokens, int32 (k, 2); (0, 0) for special ones."""
    places = [np.array(piece.encoding.offsets, dtype=np.int32) for piece in pieces]
    for place, piece in zip(places, pieces, strict=True):
        place[place[:, 1] > place[:, 0]] += piece.start
        place[place[:, 1] <= place[:, 0]] = 0
    return np.concatenate(places)


def _batch(pieces: list[_Piece], rows: list[int], shape: tuple[int, int]) -> Batch:
    ids = np.zeros(shape, dtype=np.int32)
    real = np.zeros(shape, dtype=np.float32)
    real[len(rows) :, 0] = 1  # what fills a batch up has a token, too: nothing may become infinite
    for place, number in enumerate(rows):
        own = pieces[number].encoding.ids
        ids[place, : len(own)] = own
        real[place, : len(own)] = 1
    return Batch(rows, ids, real)
