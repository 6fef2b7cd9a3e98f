"""The reference, torch alone: vectors depend on the text alone, token parts add up."""

import numpy as np
import pytest

from pipeline.configuration.schema import EncoderConfig
from pipeline.encoders import load_encoder

pytestmark = pytest.mark.real_encoder

TEXTS = [
    "Guards at the ferry landing took two cartons of cigarettes to look away.",
    "The rains came late this year.",
    "Officers said they feared for their families after the lieutenant was found in the canal.",
]
LONG = " ".join(f"On day {day} the patrol asked house number {day * 7} for its papers." for day in range(60))


@pytest.fixture(scope="module")
def encoder():
    return load_encoder(EncoderConfig(cache=False, backend="torch"))


def test_it_equals_sentence_transformers(encoder):
    from sentence_transformers import SentenceTransformer

    plain = SentenceTransformer(str(encoder.files.folder), device="cpu", local_files_only=True)
    expected = plain.encode(TEXTS, batch_size=1)
    assert np.abs(encoder.encode(TEXTS).vectors - expected).max() < 1e-6


def test_a_vector_has_the_same_bits_in_any_company(encoder):
    together = encoder.encode([*TEXTS, LONG]).vectors
    alone = np.concatenate([encoder.encode([text]).vectors for text in reversed([*TEXTS, LONG])])[::-1]
    assert np.array_equal(together, alone)


def test_a_long_text_is_read_to_its_end(encoder):
    whole = encoder.encode([LONG, LONG + " The colonel took a bribe of nine oxen."])
    assert whole.windows.tolist()[0] > 1
    assert np.linalg.norm(whole.vectors, axis=1) == pytest.approx([1, 1], abs=1e-5)
    assert np.abs(whole.vectors[0] - whole.vectors[1]).max() > 1e-3


@pytest.mark.parametrize("text", [*TEXTS, LONG, "", "…", "Ünïcödé — 경찰"])
def test_token_parts_add_up_to_the_vector(encoder, text):
    tokens = encoder.explain(text)
    assert np.abs(tokens.parts.sum(axis=0) - encoder.encode([text]).vectors[0]).max() < 1e-5
    for start, end in tokens.spans.tolist():
        assert 0 <= start <= end <= len(text)


def test_a_smaller_window_is_another_identity():
    assert (
        load_encoder(EncoderConfig(cache=False)).identity
        != load_encoder(EncoderConfig(cache=False, max_tokens=64)).identity
    )


def test_nothing_gives_nothing(encoder):
    encoded = encoder.encode([])
    assert len(encoded.vectors) == len(encoded.windows) == 0


def words_of(*texts):
    return {word: number for number, word in enumerate(["[UNK]", *sorted({w for t in texts for w in t.split()})])}


@pytest.fixture
def static_folder(tmp_path):
    """A sentence-transformers folder as a user may have one: a static table, saved as safetensors."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import StaticEmbedding
    from tokenizers import Tokenizer, models, pre_tokenizers

    tokenizer = Tokenizer(models.WordLevel(words_of(*TEXTS), unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    SentenceTransformer(modules=[StaticEmbedding(tokenizer, embedding_dim=8)], device="cpu").save(str(tmp_path / "m"))
    return tmp_path / "m"


def test_a_folder_with_another_kind_of_encoder_works(static_folder):
    encoder = load_encoder(EncoderConfig(id=str(static_folder), cache=False))
    encoded = encoder.encode([*TEXTS, " ".join(TEXTS * 200)])
    assert encoded.vectors.shape == (4, 8)
    assert encoded.windows.tolist() == [1, 1, 1, 1]
    assert np.abs(encoded.vectors[0] - encoded.vectors[1]).max() > 0.01


def test_an_encoder_that_is_no_sum_over_tokens_says_so(static_folder):
    encoder = load_encoder(EncoderConfig(id=str(static_folder), cache=False))
    assert encoder.explain(TEXTS[0]) is None
    encoder.encode(TEXTS, watch=lambda row, tokens: pytest.fail("there are no token parts to tell"))


def test_who_watches_gets_the_token_parts_of_the_same_pass(encoder):
    seen = {}
    texts = [TEXTS[0], LONG]
    vectors = encoder.encode(texts, watch=seen.__setitem__).vectors
    for row, text in enumerate(texts):
        again = encoder.explain(text)
        assert np.array_equal(seen[row].parts, again.parts)
        assert np.array_equal(seen[row].spans, again.spans)
        assert np.abs(seen[row].parts.sum(axis=0) - vectors[row]).max() < 1e-5
