"""The static encoder adds token vectors up, each text on its own, and says what each token gave."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.encoders import StaticEncoder, TokenTable
from pipeline.errors import DataError
from tests.support.students import word_tokenizer

WORDS = ["market", "rain", "choir", "maize", "gates"]
DRAW = np.random.default_rng(5)
VECTORS, BESIDE = DRAW.standard_normal((6, 8)), DRAW.standard_normal((6, 3))
TEXTS = ["Rain market", "choir", "", "something else", "gates gates rain maize market choir rain"]


@pytest.fixture(scope="module")
def encoder():
    return StaticEncoder(TokenTable.of(VECTORS, BESIDE), word_tokenizer(WORDS))


def test_a_vector_is_the_sum_of_its_tokens_at_length_one_with_the_rest_beside(encoder):
    rows = encoder.table.rows()
    found = encoder.encode(["rain market"]).vectors[0]
    total = rows[2] + rows[1]
    assert found[:8] == pytest.approx(total[:8] / np.linalg.norm(total[:8]), abs=1e-6)
    assert found[8:] == pytest.approx(total[8:] / np.sqrt(2), abs=1e-6)


def test_rounding_keeps_the_vectors(encoder):
    rows = encoder.table.rows()
    assert np.abs(rows[:, :8] - VECTORS).max() <= np.abs(VECTORS).max() / 127
    assert np.abs(rows[:, 8:] - BESIDE).max() < 2e-3


def test_a_text_without_tokens_gets_zeros(encoder):
    found = encoder.encode(TEXTS)
    assert not found.vectors[2].any()
    assert found.vectors[3].any()  # unknown words are a token too
    assert found.windows.tolist() == [1] * len(TEXTS)
    assert encoder.encode([]).vectors.shape == (0, 11)


@given(st.permutations(TEXTS), st.integers(1, 300))
def test_a_vector_does_not_depend_on_the_texts_beside_it(texts, times):
    encoder = StaticEncoder(TokenTable.of(VECTORS, BESIDE), word_tokenizer(WORDS))
    alone = {text: encoder.encode([text]).vectors[0].tobytes() for text in TEXTS}
    for text, vector in zip(texts * times, encoder.encode(texts * times).vectors, strict=True):
        assert vector.tobytes() == alone[text]


def test_the_parts_of_the_tokens_add_up_to_the_vector(encoder):
    for text in TEXTS:
        told = encoder.explain(text)
        assert told.parts.sum(axis=0) == pytest.approx(encoder.encode([text]).vectors[0], abs=1e-6)
    told = encoder.explain("Rain market")
    assert [("Rain market")[start:end] for start, end in told.spans.tolist()] == ["Rain", "market"]


def test_parts_do_not_depend_on_the_texts_beside_them(encoder):
    texts = TEXTS * 150  # more than are read at once
    for text, told in zip(texts, encoder.explained(texts), strict=True):
        alone = encoder.explain(text)
        assert (told.parts.tobytes(), told.spans.tobytes()) == (alone.parts.tobytes(), alone.spans.tobytes())
        assert told.parts.shape == (len(told.spans), encoder.table.width)


def test_the_identity_changes_with_the_table_and_with_the_tokenizer(encoder):
    same = StaticEncoder(TokenTable.of(VECTORS, BESIDE), word_tokenizer(WORDS))
    other = StaticEncoder(TokenTable.of(VECTORS, -BESIDE), word_tokenizer(WORDS))
    fewer = StaticEncoder(TokenTable.of(VECTORS, BESIDE), word_tokenizer(WORDS[:4]))
    assert encoder.identity == same.identity
    assert len({encoder.identity, other.identity, fewer.identity}) == 3


@pytest.mark.parametrize("change", [{"scale": None}, {"codes": np.zeros((6, 8))}, {"scale": np.ones(5, np.float32)}])
def test_arrays_that_are_no_table_are_refused(encoder, change):
    arrays = {name: value for name, value in (encoder.table.arrays | change).items() if value is not None}
    with pytest.raises(DataError, match="not a table of token vectors"):
        TokenTable.read(arrays, place="table.safetensors")


def test_a_number_that_is_not_finite_is_refused(encoder):
    beside = encoder.table.beside.copy()
    beside[0, 0] = np.nan
    with pytest.raises(DataError, match="not a table of token vectors"):
        TokenTable.read(encoder.table.arrays | {"beside": beside}, place="table.safetensors")


def test_a_tokenizer_that_is_none_or_too_large_is_refused(encoder):
    with pytest.raises(DataError, match="not readable"):
        StaticEncoder(encoder.table, b"{}").encode(["rain"])
    with pytest.raises(DataError, match="does not fit its table, found 8 tokens, 6 vectors"):
        StaticEncoder(encoder.table, word_tokenizer([*WORDS, "sacks", "walls"])).encode(["rain"])
