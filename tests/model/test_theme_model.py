"""ThemeModel: the only way from text to tags."""

import numpy as np
import pytest

from pipeline.errors import DataError
from tests.support.fakes import FakeEncoder, fake_model, with_words

TEXTS = ["the patrol took a bribe", "rain fell on the hills", "a bribe   bought\u200b the gate"]


def test_scores_have_one_row_per_text_and_one_column_per_theme():
    model = fake_model(("bribery", "crackdowns"))
    scored = model.score(TEXTS)
    assert scored.scores.shape == scored.decisions.shape == (3, 2)
    assert ((scored.scores >= 0) & (scored.scores <= 1)).all()
    assert np.array_equal(scored.decisions, scored.scores >= model.decider.threshold.astype(np.float32))


def test_text_is_cleaned_as_it_was_for_training():
    model = fake_model(("bribery",))
    assert np.array_equal(
        model.score(["a  bribe\u200b\nbought the gate"]).scores,
        model.score(["a bribe bought the gate"]).scores,
    )


def test_a_score_does_not_depend_on_its_neighbours():
    model = fake_model(("bribery", "crackdowns"))
    alone = np.concatenate([model.score([text]).scores for text in TEXTS])
    assert np.array_equal(model.score(TEXTS).scores, alone)


def test_no_texts_give_no_rows():
    assert fake_model(("bribery",)).score([]).scores.shape == (0, 1)


def test_an_encoder_of_another_width_is_refused():
    import dataclasses

    model = dataclasses.replace(fake_model(("bribery",)), encoder=FakeEncoder(width=5))
    with pytest.raises(DataError, match="the encoder gives 5"):
        model.score(["text"])


def test_heads_that_read_words_give_the_same_score_alone_and_among_others():
    model = with_words(fake_model(("bribery", "crackdowns")))
    alone = np.concatenate([model.score([text]).logits for text in TEXTS])
    together = model.score(TEXTS).logits
    assert np.array_equal(together, alone)
    assert not np.allclose(together, fake_model(("bribery", "crackdowns")).score(TEXTS).logits)


def test_words_change_nothing_in_the_check_of_the_width():
    import dataclasses

    model = dataclasses.replace(with_words(fake_model(("bribery",))), encoder=FakeEncoder(width=5))
    with pytest.raises(DataError, match="its heads take 16 numbers a paragraph, the encoder gives 5"):
        model.score(["text"])
