"""Evidence adds up to the score and points at the right words."""

import dataclasses

import numpy as np
import pytest

from pipeline.errors import UsageError
from pipeline.learning.heads import Heads
from pipeline.model.explain import evidence, explained
from pipeline.progress import silent
from tests.support.fakes import FakeEncoder, fake_model, with_words

TEXT = "Rain fell all week. The patrol took a bribe at the gate! Nobody slept."


@pytest.mark.parametrize("text", [TEXT, "one", "", "  spaced \n out  "])
def test_constant_and_words_add_up_to_the_log_odds(text):
    model = fake_model(("bribery", "crackdowns"))
    for column, theme in enumerate(model.themes):
        found = evidence(model, text, theme=theme)
        score = float(model.score([text]).scores[0, column])
        assert found.score == pytest.approx(score, abs=1e-5)
        log_odds = found.constant + found.neighbours + sum(word.weight for word in found.words)
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


def with_neighbours(model):
    """Give a model whose heads also read the paragraphs beside, half as strongly."""
    heads = Heads(np.hstack([model.heads.weight, model.heads.weight / 2]), model.heads.bias)
    return dataclasses.replace(model, heads=heads, recipe=dataclasses.replace(model.recipe, neighbours=0.5))


def test_what_the_neighbours_add_is_told_apart():
    model = with_neighbours(fake_model(("bribery",)))
    alone = evidence(model, TEXT, theme="bribery")
    beside = evidence(model, TEXT, theme="bribery", before="A bribe", after="bribery bribery")
    assert alone.neighbours == pytest.approx(0, abs=1e-6)
    assert beside.neighbours > 0.5
    assert beside.words == alone.words
    log_odds = beside.constant + beside.neighbours + sum(word.weight for word in beside.words)
    assert beside.score == pytest.approx(1 / (1 + np.exp(-log_odds)), abs=1e-5)


@pytest.mark.parametrize("text", [TEXT, "one", "", "Gate, gate and GATE"])
def test_hashed_words_are_told_too_and_all_still_adds_up(text):
    plain = fake_model(("bribery", "crackdowns"))
    model = with_words(with_neighbours(plain))
    for column, theme in enumerate(model.themes):
        found = evidence(model, text, theme=theme, before="A bribe")
        log_odds = found.constant + found.neighbours + sum(word.weight for word in found.words)
        assert found.score == pytest.approx(1 / (1 + np.exp(-log_odds)), abs=1e-5)
        scored = model.score(["A bribe", text], articles=["a", "a"])
        assert found.score == pytest.approx(float(scored.scores[1, column]), abs=1e-6)
        assert found.neighbours == pytest.approx(
            evidence(with_neighbours(plain), text, theme=theme, before="A bribe").neighbours, abs=1e-6
        )


def test_the_shares_of_tokens_and_words_add_up_to_the_head_output():
    model = with_words(fake_model(("bribery", "crackdowns")))
    told = {}
    scored = model.score([TEXT, "A bribe."], watch=told.__setitem__)
    for row, text in enumerate([TEXT, "A bribe."]):
        assert told[row].shares.sum(axis=0) == pytest.approx(scored.logits[row] - model.heads.bias, abs=1e-5)
        assert np.array_equal(told[row].shares, model.shares(text).shares)
        assert len(told[row].spans) == len(told[row].shares)


class Opaque(FakeEncoder):
    """An encoder whose vectors are no sums over tokens."""

    def explain(self, text):
        return None

    def encode(self, texts, *, watch=None, progress=silent):
        return FakeEncoder().encode(texts)


def test_an_encoder_without_token_parts_leaves_out_one_sentence_after_the_other():
    model = dataclasses.replace(fake_model(("bribery",)), encoder=Opaque())
    text = "Rain fell all week. The patrol wanted bribery. Nobody slept."
    found = evidence(model, text, theme="bribery")
    assert (found.method, found.words) == ("left out", ())
    best = found.sentences[0]
    assert text[best.start : best.end] == "The patrol wanted bribery."
    without = model.score([text[: best.start] + text[best.end :]]).logits[0, 0]
    assert best.weight == pytest.approx(float(model.score([text]).logits[0, 0] - without), abs=1e-6)


def test_an_unknown_theme_is_an_error_that_names_the_known_ones():
    with pytest.raises(UsageError, match="bribery"):
        evidence(fake_model(("bribery",)), TEXT, theme="bribes")


class Counting(FakeEncoder):
    """Counts how often it looks at a text for its tokens."""

    looks = 0

    def explain(self, text):
        self.looks += 1
        return super().explain(text)


def test_all_themes_come_from_one_look_at_the_paragraph():
    encoder = Counting()
    model = fake_model(("bribery", "crackdowns", "quotas"), encoder=encoder)
    expected = [evidence(model, TEXT, theme=theme, before="A bribe.") for theme in model.themes]
    encoder.texts = encoder.looks = 0
    assert explained(model, TEXT, themes=model.themes, before="A bribe.") == expected
    assert (encoder.texts, encoder.looks) == (2, 3)  # two texts encoded, one of them looked at once more


def test_without_names_the_themes_above_their_floor_are_explained():
    model = fake_model(("bribery", "quotas"), encoder=FakeEncoder(width=256))
    found = explained(model, "Rain fell. They wanted bribery.")
    assert [(one.theme, one.decision) for one in found] == [("bribery", "yes")]
    assert explained(model, "Rain fell and fell and fell.") == []
    assert evidence(model, "Rain fell. They wanted bribery.", theme="quotas").decision == "no"
