"""Reading judged paragraphs: words and unsure judgements as configured, and who can be taught."""

import numpy as np
import pytest

from pipeline.configuration.schema import AdaptConfig, Config, HeadConfig
from pipeline.encoders import BesideEncoder
from pipeline.errors import ConfigError
from pipeline.learning.words import hash_words
from pipeline.training.training_data import Reading
from tests.support.fakes import FakeEncoder, fake_codebook

TEXTS = ["the patrol took a bribe", "rain fell on the gate", "a crackdown began"]
EVERY = np.ones(3, dtype=bool)


def reading(encoder=None, *, epochs=0, **head):
    config = Config(
        name="x", codebook="c.yaml", labels=["l.jsonl"], head=HeadConfig(**head), adapt=AdaptConfig(epochs=epochs)
    )
    return Reading(
        texts=TEXTS,
        passages=["a", "a", "b"],
        answers=np.array([[1], [0], [-1]], dtype=np.int8),
        encoder=encoder or FakeEncoder(),
        codebook=fake_codebook(["bribery"]),
        config=config,
        unsure=np.array([[False], [False], [True]]),
    )


def test_words_of_paragraphs_and_codebook_stand_in_the_order_of_their_rows():
    found = reading(words=64).features(EVERY)
    said = ["The paragraph tells of bribery.", "It says bribery.", "They reported bribery at the gate."]
    wanted = hash_words([*TEXTS, *said], columns=64)
    assert len(found.words) == len(found.rows) + len(found.codebook)
    assert np.array_equal(found.words.columns, wanted.columns)
    assert np.array_equal(found.words.values, wanted.values)


def test_neither_words_nor_unsure_judgements_unless_configured():
    found = reading().features(EVERY)
    assert found.words is None
    assert found.unsure is None


def test_an_unsure_judgement_is_learned_as_part_of_a_yes():
    numbers = np.zeros((3, 1), dtype=np.int8)
    plain = reading(codebook=False, neighbours=0).features(EVERY).lesson(numbers, EVERY)
    half = reading(codebook=False, neighbours=0, unsure=0.5).features(EVERY).lesson(numbers, EVERY)
    assert len(half.answers) == len(plain.answers) + 1
    assert (half.answers[-1].tolist(), half.weights[-1]) == ([1], 0.5)


def test_several_encoders_are_not_taught():
    both = BesideEncoder([FakeEncoder(), FakeEncoder()])
    with pytest.raises(ConfigError, match=r"cannot teach several encoders \(encoder\.beside\); set adapt\.epochs=0"):
        reading(both, epochs=1).features(EVERY)
