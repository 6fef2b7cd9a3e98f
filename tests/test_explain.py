"""Evidence adds up to the score and points at the right words."""

import numpy as np
import pytest
from fakes import fake_model

from pipeline.errors import UsageError
from pipeline.explain import evidence

TEXT = "Rain fell all week. The patrol took a bribe at the gate! Nobody slept."


@pytest.mark.parametrize("text", [TEXT, "one", "", "  spaced \n out  "])
def test_constant_and_words_add_up_to_the_log_odds(text):
    model = fake_model(("bribery", "crackdowns"))
    for column, theme in enumerate(model.themes):
        found = evidence(model, text, theme=theme)
        score = float(model.score([text]).scores[0, column])
        assert found.score == pytest.approx(score, abs=1e-5)
        log_odds = found.constant + sum(word.weight for word in found.words)
        assert 1 / (1 + np.exp(-log_odds)) == pytest.approx(score, abs=1e-5)


def test_sentences_hold_the_shares_of_their_words():
    found = evidence(fake_model(("bribery",)), TEXT, theme="bribery")
    assert [TEXT[s.start : s.end] for s in sorted(found.sentences, key=lambda s: s.start)] == [
        "Rain fell all week.",
        "The patrol took a bribe at the gate!",
        "Nobody slept.",
    ]
    for sentence in found.sentences:
        inside = [w.weight for w in found.words if sentence.start <= w.start < sentence.end]
        assert sentence.weight == pytest.approx(sum(inside), abs=1e-6)
    assert list(found.sentences) == sorted(found.sentences, key=lambda s: -s.weight)


def test_an_unknown_theme_is_an_error_that_names_the_known_ones():
    with pytest.raises(UsageError, match="bribery"):
        evidence(fake_model(("bribery",)), TEXT, theme="bribes")
