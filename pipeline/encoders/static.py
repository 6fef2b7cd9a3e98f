"""A static encoder: a table of token vectors that are added up. No network, so some hundred times faster than one."""

from __future__ import annotations

import functools
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.encoders.encoder import Encoded, TokenVectors, Watch
from pipeline.errors import DataError
from pipeline.progress import Progress, silent
from pipeline.records import digest

__all__ = ["StaticEncoder", "TokenTable", "read_tokenizer"]

_WAY = "static-1"  # names the way tokens become a vector here; changes with it
_BATCH = 512  # texts that are tokenised and added up at once: bounds memory to about 60 MB a thread
_LARGEST = 127  # of a code


@dataclass(frozen=True, slots=True, eq=False)
class TokenTable:
    """What each of v tokens adds to a vector.

    Parameters
    ----------
    codes
        int8 (v, w): the part that is brought to length 1, each row times its ``scale``.
    scale
        float32 (v,).
    beside
        float16 (v, b): the part that stands beside it, divided by the root of the number of tokens.
    """

    codes: NDArray[np.int8]
    scale: NDArray[np.float32]
    beside: NDArray[np.float16]

    @classmethod
    def of(cls, vectors: NDArray[np.floating[Any]], beside: NDArray[np.floating[Any]]) -> TokenTable:
        """Round vectors (v, w) to 8 bits, and what stands beside them (v, b) to 16."""
        largest = np.abs(vectors).max(axis=1, initial=0.0)
        scale = (largest / _LARGEST).astype(np.float32)
        steps = np.divide(vectors, scale[:, None], out=np.zeros(vectors.shape), where=scale[:, None] > 0)
        return cls(np.rint(steps).clip(-_LARGEST, _LARGEST).astype(np.int8), scale, beside.astype(np.float16))

    @classmethod
    def read(cls, arrays: dict[str, Any], *, place: object) -> TokenTable:
        """Check the arrays of a bundle.

        Raises
        ------
        DataError
            When one is missing, of another kind or shape, or not finite.
        """
        kinds = {"codes": ("int8", 2), "scale": ("float32", 1), "beside": ("float16", 2)}
        rows = {len(array) for array in arrays.values()}
        fits = set(arrays) == set(kinds) and len(rows) == 1
        for name, (kind, dimensions) in kinds.items() if fits else ():
            array = arrays[name]
            fits = fits and str(array.dtype) == kind and array.ndim == dimensions and bool(np.isfinite(array).all())
        if not fits:
            found = ", ".join(f"{name} {array.dtype} {array.shape}" for name, array in sorted(arrays.items()))
            raise DataError(place, f"not a table of token vectors, found {found or 'nothing'}", "distil again")
        return cls(**arrays)

    @property
    def arrays(self) -> dict[str, NDArray[Any]]:
        """The arrays by name, as a bundle holds them."""
        return {"codes": self.codes, "scale": self.scale, "beside": self.beside}

    @property
    def width(self) -> int:
        """Numbers in a vector."""
        return int(self.codes.shape[1] + self.beside.shape[1])

    def rows(self) -> NDArray[np.float32]:
        """Give what is added up, float32 (v, w + b)."""
        return np.hstack([self.codes * self.scale[:, None], self.beside.astype(np.float32)])


class StaticEncoder:
    """Adds up the vectors of a text's tokens, wherever they stand.

    Of a text of k tokens it gives the sum of the first w numbers at length 1, and beside it the sum of the other b
    divided by the root of k. A text without a known token gets zeros.

    Parameters
    ----------
    table
        v token vectors.
    tokenizer
        Content of a ``tokenizer.json`` with v tokens or fewer.
    """

    def __init__(self, table: TokenTable, tokenizer: bytes) -> None:
        self.table = table
        self.tokenizer = tokenizer

    @functools.cached_property
    def identity(self) -> str:
        """Hash of the table, the tokenizer and the way text is read."""
        arrays = self.table.arrays.values()
        shapes = [f"{array.dtype}{array.shape}" for array in arrays]
        return digest(_WAY, *shapes, *(array.tobytes() for array in arrays), self.tokenizer)

    @functools.cached_property
    def _tokenizer(self) -> Any:
        tokenizer = read_tokenizer(self.tokenizer)
        if tokenizer.get_vocab_size() > len(self.table.codes):
            found = f"{tokenizer.get_vocab_size()} tokens, {len(self.table.codes)} vectors"
            raise DataError("tokenizer.json", f"does not fit its table, found {found}", "get the model again")
        return tokenizer

    @functools.cached_property
    def _rows(self) -> NDArray[np.float32]:
        return self.table.rows()

    def tokens(self, texts: Sequence[str]) -> list[list[int]]:
        """Give the tokens of each text, special ones left out."""
        found = self._tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        return [one.ids for one in found]

    def encode(self, texts: Sequence[str], *, watch: Watch | None = None, progress: Progress = silent) -> Encoded:
        """Give one vector per text; ``watch`` is never told, because reading a text again costs next to nothing."""
        batches = [texts[first : first + _BATCH] for first in range(0, len(texts), _BATCH)]
        if not batches:
            return Encoded(np.zeros((0, self.table.width), dtype=np.float32), np.zeros(0, dtype=np.int32))
        self._prepare()
        with ThreadPoolExecutor(max_workers=min(_cores(), len(batches))) as pool:
            vectors = np.concatenate(list(pool.map(lambda batch: self._sums(self.tokens(batch)), batches)))
        progress("encode", len(texts), len(texts))
        return Encoded(vectors, np.ones(len(texts), dtype=np.int32))

    def _prepare(self) -> None:
        """Load what the threads share, once and not in each of them."""
        _ = self._tokenizer, self._rows

    def _sums(self, tokens: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        _, counts, sums, lengths = self._looked_up(tokens)
        vectors = np.zeros((len(tokens), self.table.width), dtype=np.float32)
        vectors[counts > 0] = sums / lengths
        return vectors

    def _looked_up(self, tokens: Sequence[Sequence[int]]) -> tuple[NDArray[Any], ...]:
        """Give the rows of all tokens, how many each text has and, of texts that have any, sums and their lengths."""
        counts = np.array([len(one) for one in tokens], dtype=np.int64)
        rows, filled = self._rows[np.fromiter(chain.from_iterable(tokens), dtype=np.int64)], counts[counts > 0]
        sums = np.add.reduceat(rows, np.cumsum(filled) - filled, axis=0) if len(filled) else rows
        return rows, counts, sums, _lengths(sums, filled, unit=self.table.codes.shape[1])

    def explain(self, text: str) -> TokenVectors:
        """Give the text's vector as a sum over tokens, which it is."""
        (found,) = self.explained([text])
        return found

    def explained(self, texts: Sequence[str]) -> Iterator[TokenVectors]:
        """Give what ``explain`` does of several texts, read together."""
        for first in range(0, len(texts), _BATCH):
            found = self._tokenizer.encode_batch(list(texts[first : first + _BATCH]), add_special_tokens=False)
            rows, counts, _, lengths = self._looked_up([one.ids for one in found])
            rows /= np.repeat(lengths, counts[counts > 0], axis=0)
            for one, parts in zip(found, np.split(rows, np.cumsum(counts)[:-1]), strict=True):
                yield TokenVectors(np.array(one.offsets, dtype=np.int32).reshape(-1, 2), parts)


def read_tokenizer(content: bytes) -> Any:
    """Give the ``tokenizers.Tokenizer`` of a ``tokenizer.json``, which reads texts whole.

    Raises
    ------
    DataError
        When it is none.
    """
    from tokenizers import Tokenizer

    try:
        tokenizer = Tokenizer.from_str(content.decode("utf-8"))
    except Exception as error:  # the library raises a bare Exception
        raise DataError("tokenizer.json", f"not readable ({type(error).__name__})", "get the model again") from error
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def _lengths(sums: NDArray[np.float32], counts: NDArray[np.int64], *, unit: int) -> NDArray[np.float32]:
    """Give what each column of sums (n, w + b) is divided by: the length of the first w, the root of the count."""
    lengths = np.sqrt((sums[:, :unit] ** 2).sum(axis=1))
    lengths[lengths == 0] = 1.0
    roots = np.sqrt(counts).astype(np.float32)
    columns = np.arange(sums.shape[1]) < unit
    return np.asarray(np.where(columns, lengths[:, None], roots[:, None]), dtype=np.float32)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
