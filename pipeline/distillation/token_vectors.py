"""Where a student begins: what the teacher's encoder makes of each token alone (as model2vec does)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.encoders import Encoder
from pipeline.progress import Progress, silent

__all__ = ["reduced", "token_texts", "token_vectors"]

# Share of all tokens from which one is common; Arora et al. (2017), "A simple but tough-to-beat baseline for sentence
# embeddings", who take 1e-3 to 1e-4.
_COMMON = 4e-4


def token_texts(tokenizer: Any) -> list[str]:
    """Give the text of each of v tokens; empty for special ones and for those that print nothing."""
    special = {number for number, token in tokenizer.get_added_tokens_decoder().items() if token.special}
    texts = []
    for number in range(tokenizer.get_vocab_size()):
        text = "" if number in special else tokenizer.decode([number], skip_special_tokens=False)
        texts.append("" if text.startswith("[unused") else text.removeprefix("##").strip())
    return texts


def token_vectors(encoder: Encoder, texts: list[str], *, progress: Progress = silent) -> NDArray[np.float32]:
    """Encode each token's text on its own, float32 (v, width); zeros where there is none."""
    different = sorted({text for text in texts if text})
    encoded = encoder.encode(different, progress=lambda _, done, total: progress("read the vocabulary", done, total))
    rows = {text: row for row, text in enumerate(different)}
    vectors = np.zeros((len(texts), encoded.vectors.shape[1]), dtype=np.float32)
    for token, text in enumerate(texts):
        if text:
            vectors[token] = encoded.vectors[rows[text]]
    return vectors


def reduced(vectors: NDArray[np.float32], counts: NDArray[np.int64], *, width: int) -> NDArray[np.float64]:
    """Centre token vectors (v, w), weigh common tokens down and keep the directions that texts differ in most.

    Parameters
    ----------
    counts
        int64 (v,): how often each token stands in the dump.
    width
        Numbers to keep; fewer where the vectors have fewer.

    Returns
    -------
    NDArray
        float64 (v, min(width, w)).
    """
    known = np.abs(vectors).sum(axis=1) > 0
    mean = vectors[known].mean(axis=0, dtype=np.float64)
    share = counts / max(1, int(counts.sum()))
    weighed = (vectors - mean) * (_COMMON / (_COMMON + share))[:, None]
    weighed[~known] = 0.0
    spread = (weighed * counts[:, None]).T @ weighed
    _, directions = np.linalg.eigh(spread)
    return np.asarray(weighed @ directions[:, ::-1][:, :width])
