"""Teaching the real encoder: it learns, only its upper layers change, and the change travels as small arrays."""

import numpy as np
import pytest

from pipeline.configuration.schema import AdaptConfig, EncoderConfig
from pipeline.encoders import Adapter, SentenceEncoder, find_encoder, fit_adapter
from pipeline.encoders.lora import apply
from pipeline.errors import DataError

pytestmark = pytest.mark.real_encoder

BRIBES = [f"The guard at gate {n} took {n + 2} cartons of cigarettes and let the trader through." for n in range(8)]
RAIN = [f"On the {n + 1}th it rained on the terraces and nobody went out to the fields." for n in range(8)]
TEXTS = BRIBES + RAIN
ANSWERS = np.array([[1, 0]] * 7 + [[1, -1]] + [[0, 1]] * 8, dtype=np.int8)
CONFIG = AdaptConfig(epochs=3, layers=2, rank=4, batch=8)


@pytest.fixture(scope="module")
def plain():
    return SentenceEncoder(find_encoder(EncoderConfig()), config=EncoderConfig(cache=False))


@pytest.fixture(scope="module")
def taught(plain):
    network = plain.open()
    adapter = fit_adapter(network, TEXTS, ANSWERS, config=CONFIG, seed=7)
    return network, adapter


def spread(vectors):
    """How much closer a kind is to itself than to the other."""
    near = vectors @ vectors.T
    return near[:8, :8].mean() + near[8:, 8:].mean() - 2 * near[:8, 8:].mean()


def test_kinds_move_apart(plain, taught):
    assert spread(taught[0].encode(TEXTS)) > spread(plain.encode(TEXTS).vectors) + 0.1


def test_the_adapter_gives_the_taught_encoder_again(plain, taught):
    network, adapter = taught
    again = plain.taught(adapter).encode(TEXTS).vectors
    # half precision in the adapter, bfloat16 where the processor has it: cosines, not bits
    assert (again * network.encode(TEXTS)).sum(axis=1).min() > 0.999


def test_only_the_upper_layers_change_and_little_is_kept(taught):
    names = {name.split(".down")[0].split(".up")[0] for name in taught[1].arrays}
    assert len(names) == 2 * 6  # query, key, value, output and the two of the feed-forward part
    assert all(".4." in name or ".5." in name for name in names)
    assert sum(array.nbytes for array in taught[1].arrays.values()) < 200_000


def test_the_same_seed_teaches_the_same_numbers(plain, taught):
    assert fit_adapter(plain.open(), TEXTS, ANSWERS, config=CONFIG, seed=7).identity == taught[1].identity
    assert fit_adapter(plain.open(), TEXTS, ANSWERS, config=CONFIG, seed=8).identity != taught[1].identity


def test_an_unasked_answer_teaches_nothing(plain):
    nothing = np.full_like(ANSWERS, -1)
    adapter = fit_adapter(plain.open(), TEXTS, nothing, config=CONFIG, seed=7)
    assert all(not array.any() for name, array in adapter.arrays.items() if name.endswith(".up"))


def test_what_was_taught_is_part_of_the_identity(plain, taught):
    assert plain.taught(taught[1]).identity != plain.identity
    assert plain.taught(taught[1]).identity == plain.taught(Adapter(dict(taught[1].arrays))).identity


def test_evidence_still_adds_up(plain, taught):
    encoder = plain.taught(taught[1])
    parts = encoder.explain(TEXTS[0]).parts
    assert np.abs(parts.sum(axis=0) - encoder.encode([TEXTS[0]]).vectors[0]).max() < 1e-5


def test_a_change_of_another_network_is_refused(plain, taught):
    name = next(iter(taught[1].arrays)).rpartition(".")[0]
    wrong = Adapter({f"{name}.down": np.zeros((4, 5), np.float16), f"{name}.up": np.zeros((6, 4), np.float16)})
    with pytest.raises(DataError, match="does not fit the encoder"):
        apply(plain.open()[0], wrong)
