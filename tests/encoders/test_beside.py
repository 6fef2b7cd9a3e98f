"""Encoders side by side: vectors and token parts stand in columns of their own, and still add up."""

import numpy as np
import pytest

from pipeline.configuration.schema import EncoderConfig
from pipeline.encoders import BesideEncoder, CachedEncoder, VectorCache, load_encoder
from pipeline.progress import silent
from tests.support.fakes import FakeEncoder

TEXTS = ["the patrol took a bribe", "rain fell", "rain fell"]


class Opaque(FakeEncoder):
    """An encoder whose vectors are no sums over tokens."""

    def explain(self, text):
        return None

    def encode(self, texts, *, watch=None, progress=silent):
        return FakeEncoder(self.width).encode(texts)


def pair():
    return FakeEncoder(width=3), FakeEncoder(width=5)


def test_vectors_stand_beside_one_another():
    one, other = pair()
    found = BesideEncoder([one, other]).encode(TEXTS)
    assert found.vectors.dtype == np.float32
    assert np.array_equal(found.vectors[:, :3], one.encode(TEXTS).vectors)
    assert np.array_equal(found.vectors[:, 3:], other.encode(TEXTS).vectors)
    assert BesideEncoder([one, other]).encode([]).vectors.shape[0] == 0


def test_the_identity_is_of_all_and_of_their_order():
    one, other = pair()
    identities = [BesideEncoder(some).identity for some in ([one], [other], [one, other], [other, one])]
    assert len({*identities, one.identity}) == 5


def test_token_parts_add_up_to_the_vector():
    both = BesideEncoder(pair())
    tokens = both.explain(TEXTS[0])
    assert tokens.parts.sum(axis=0) == pytest.approx(both.encode(TEXTS[:1]).vectors[0], abs=1e-6)
    count = len(tokens.spans) // 2
    assert np.array_equal(tokens.spans[:count], tokens.spans[count:])
    assert not tokens.parts[:count, 3:].any()
    assert not tokens.parts[count:, :3].any()


def test_the_watcher_is_told_each_text_once_and_the_same_parts():
    both, told = BesideEncoder(pair()), {}
    both.encode(TEXTS, watch=lambda row, tokens: told.setdefault(row, []).append(tokens))
    assert {row: len(some) for row, some in told.items()} == {0: 1, 1: 1, 2: 1}
    assert np.array_equal(told[0][0].parts, both.explain(TEXTS[0]).parts)


def test_the_watcher_is_not_told_of_texts_that_one_encoder_found_in_its_cache(tmp_path):
    one, other = pair()
    cached = CachedEncoder(one, cache=VectorCache(tmp_path))
    cached.encode(TEXTS[:1])
    told = []
    BesideEncoder([cached, other]).encode(TEXTS, watch=lambda row, _: told.append(row))
    assert told == [1, 2]


def test_one_encoder_that_cannot_tell_its_tokens_leaves_none():
    both, told = BesideEncoder([FakeEncoder(3), Opaque(5)]), []
    assert both.explain(TEXTS[0]) is None
    both.encode(TEXTS, watch=lambda row, _: told.append(row))
    assert told == []


def test_the_configuration_names_them():
    here = EncoderConfig().id
    both = load_encoder(EncoderConfig(id=here, beside=[here], cache=False))
    assert isinstance(both, BesideEncoder)
    one, other = both.encoders
    assert one.identity == other.identity
    assert load_encoder(EncoderConfig(id=here, cache=False)).identity != both.identity
