"""A dump, a tokenizer and a teacher for the tests of distilling: small, and the same in every run."""

from __future__ import annotations

import json

import numpy as np

from tests.support.fakes import FakeEncoder, fake_model

__all__ = ["OTHER", "THEMES", "teacher", "word_tokenizer", "write_dump"]

THEMES = ("bribery", "raids")
_FILLER = tuple(
    word
    for line in (
        "the market opened late while rain fell on stalls and a choir sang near gates as farmers counted sacks",
        "of maize and children walked home past painted walls under tall trees with baskets",
    )
    for word in line.split()
)

OTHER = ("seven", "players", "scored", "again", "before", "halftime", "when", "coaches", "changed", "wingers", "fresh")
"""Words of articles about other things."""


def teacher(width: int = 16):
    """Give a model that finds a theme where its word stands."""
    return fake_model(THEMES, encoder=FakeEncoder(width))


def word_tokenizer(words=(*THEMES, *_FILLER, *OTHER)) -> bytes:
    """Give a ``tokenizer.json`` of whole words."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

    vocabulary = {word: number for number, word in enumerate(["[UNK]", *dict.fromkeys(words)])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.add_special_tokens(["[UNK]"])
    return tokenizer.to_str().encode("utf-8")


def write_dump(path, *, articles=80, paragraphs=4, share=0.3, seed=0, filler=_FILLER):
    """Write articles of made-up paragraphs, a share of which holds the word of a theme."""
    draw = np.random.default_rng(seed)
    lines = []
    for number in range(articles):
        texts = []
        for _ in range(paragraphs):
            words = draw.choice(filler, size=draw.integers(14, 24)).tolist()
            if draw.random() < share:
                words[1:8:3] = [THEMES[draw.integers(2)]] * 3  # once would not be enough for the teacher
            texts.append(" ".join(words).capitalize() + ".")
        lines.append(json.dumps({"id": str(number), "text": "\n\n".join(texts)}))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
