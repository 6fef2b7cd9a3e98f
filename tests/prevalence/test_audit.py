"""What a judged sample says: checked against dumps whose truth is known."""

import dataclasses
import json

import numpy as np
import pytest

from pipeline.errors import DataError
from pipeline.prevalence.audit import estimate_from_audit
from pipeline.prevalence.estimate import HeldOutLabels, estimate_from_held_out
from pipeline.prevalence.sample import draw_sample
from pipeline.tagging.reader import YES
from tests.support.simulated import fill_in, simulated


def judge(dump, sample, *, doubt=lambda unit: False):
    """Judge a sample as the truth says; ``unsure`` where in doubt."""

    def answer(line):
        unit = int(line["id"][1:], 16)
        if doubt(unit):
            return dict.fromkeys(dump.themes, "unsure")
        return {theme: "yes" if yes else "no" for theme, yes in zip(dump.themes, dump.truth[unit], strict=True)}

    fill_in(sample, answer)


def audited(dump, folder, *, n=200, seed=7, by="", **judging):
    sample = folder / "audit.jsonl"
    draw_sample(dump, sample, n=n, seed=seed, overwrite=True)
    judge(dump, sample, **judging)
    return estimate_from_audit(dump, sample, by=by)


def truth_of(dump, theme):
    """Give share, precision and recall of one theme."""
    yes, tagged = dump.truth[:, theme], dump.bands[:, theme] == YES
    return yes.mean(), yes[tagged].mean(), tagged[yes].mean()


@pytest.mark.parametrize("shift", [0.0, 0.8])
def test_audits_are_unbiased_and_cover_whether_or_not_the_tags_are_worth_anything(tmp_path, shift):
    runs, shares = 150, (0.1, 0.04, 0.2)
    covered, bias, raw_bias = np.zeros(3), np.zeros(3), np.zeros(3)
    for seed in range(runs):
        dump = simulated(seed, shares=shares, count=2000, shift=shift)
        found = audited(dump, tmp_path, seed=seed).audited
        for theme, one in enumerate(found):
            truth = truth_of(dump, theme)
            raw_bias[theme] += (dump.bands[:, theme] == YES).mean() - truth[0]
            bias[theme] += one.share.value - truth[0]
            figures = (one.share, one.precision, one.recall)
            covered += [figure.low <= true <= figure.high for figure, true in zip(figures, truth, strict=True)]
    assert (np.abs(bias) / runs < 0.004).all()
    assert (raw_bias[:2] / runs > (0.15 if shift else 0.03)).all()
    coverage = covered / (runs * len(shares))
    assert (coverage >= 0.92).all(), coverage
    assert (coverage <= 0.98).all(), coverage


def test_misses_that_look_like_all_others_cost_little_coverage(tmp_path):
    """Nine tenths of a rare theme have no score at all: the sample finds one or two such paragraphs, or none."""
    covered, runs = 0, 60
    for seed in range(runs):
        dump = simulated(seed, shares=(0.002,), count=20_000, hit=0.9, false_alarm=0.02)
        unseen = np.random.default_rng(seed).random(dump.truth.shape) < 0.018
        dump = dataclasses.replace(dump, truth=dump.truth | unseen)
        (one,) = audited(dump, tmp_path, seed=seed).audited
        covered += one.share.low <= dump.truth.mean() <= one.share.high
    assert covered / runs >= 0.82


def test_under_a_shifted_classifier_the_audit_is_right_where_held_out_labels_are_wrong(tmp_path):
    inside = {"held-out labels": 0, "audit": 0}
    for seed in range(40):
        labels = simulated(1000 + seed, shares=(0.1,), count=1500)
        known = HeldOutLabels(labels.truth.astype(np.int8), labels.bands == YES, labels.stories)
        dump = simulated(seed, shares=(0.05,), count=3000, shift=0.6)
        (by_labels,) = estimate_from_held_out(dump, known).shares
        (by_audit,) = audited(dump, tmp_path, seed=seed).shares
        for name, one in (("held-out labels", by_labels), ("audit", by_audit)):
            inside[name] += one.share.value is not None and one.share.low <= dump.truth.mean() <= one.share.high
    assert inside["audit"] >= 36
    assert inside["held-out labels"] <= 4


def test_held_out_labels_correct_a_dump_whose_tags_err_as_on_the_labels():
    covered, values, raw = 0, [], []
    for seed in range(60):
        labels = simulated(1000 + seed, shares=(0.1,), count=1500)
        known = HeldOutLabels(labels.truth.astype(np.int8), labels.bands == YES, labels.stories)
        dump = simulated(seed, shares=(0.05,), count=3000)
        (one,) = estimate_from_held_out(dump, known).shares
        covered += one.share.low <= 0.05 <= one.share.high
        values.append(one.share.value)
        raw.append(one.tagged / one.units)
    assert abs(np.mean(values) - 0.05) < 0.006
    assert np.mean(raw) > 0.09
    assert covered >= 54


def test_who_judges_all_paragraphs_knows(tmp_path):
    dump = simulated(4, shares=(0.2, 0.05), count=300)
    found = audited(dump, tmp_path, n=300)
    for theme, one in enumerate(found.audited):
        figures = (one.share, one.precision, one.recall)
        for figure, true in zip(figures, truth_of(dump, theme), strict=True):
            assert (figure.value, figure.low, figure.high) == pytest.approx((true,) * 3)
        assert (one.judged, one.unsure, one.missing) == (300, 0, 0)


def test_unsure_is_left_out_and_told_with_both_ends(tmp_path):
    dump = simulated(4, shares=(0.2,), count=400)
    (one,) = audited(dump, tmp_path, n=200, doubt=lambda unit: unit % 10 == 0).audited
    assert one.judged + one.unsure == 200
    assert one.unsure > 5
    assert one.if_unsure_no < one.share.value < one.if_unsure_yes


def test_what_nobody_judged_is_counted(tmp_path):
    dump = simulated(4, shares=(0.2, 0.1), count=400)
    sample = tmp_path / "audit.jsonl"
    draw_sample(dump, sample, n=100)
    fill_in(sample, lambda line: {"theme0": "no"} if int(line["id"][1:], 16) % 2 else {})
    first, second = estimate_from_audit(dump, sample).audited
    assert first.judged + first.missing == 100
    assert first.share.value == 0.0
    assert first.share.high > 0.0
    assert first.recall.why == "no judged paragraph is yes, or none with the tag was judged"
    assert (second.judged, second.missing) == (0, 100)
    assert second.share.why == "too few: 0 paragraphs judged, 20 needed"
    assert second.precision.why == "no tagged paragraph judged"


def test_two_coders_who_do_not_agree_are_unsure(tmp_path):
    dump = simulated(4, shares=(0.2,), count=400)
    sample = tmp_path / "audit.jsonl"
    draw_sample(dump, sample, n=100)
    judge(dump, sample)
    line = json.loads(sample.read_text("utf-8").splitlines()[0])
    other = {"theme0": {"yes": "no", "no": "yes"}[line["judgements"]["theme0"]]}
    with sample.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line | {"coder": "second", "judgements": other}) + "\n")
    (one,) = estimate_from_audit(dump, sample).audited
    assert (one.judged, one.unsure) == (99, 1)


def test_parts_of_the_dump_are_estimated_where_enough_was_judged(tmp_path):
    dump = simulated(4, shares=(0.2,), count=1000)
    months = np.where(np.arange(1000) < 30, "2025-01-09", np.where(np.arange(1000) < 500, "2025-02-10", "2025-03-01"))
    truth = np.concatenate([dump.truth[:500], dump.truth[500:] & (np.arange(500) % 4 == 0)[:, None]])
    dump = dataclasses.replace(dump, dates=months, truth=truth)
    whole, first, second, third = audited(dump, tmp_path, n=300, by="date:month").shares
    assert [one.value for one in (whole, first, second, third)] == [None, "2025-01", "2025-02", "2025-03"]
    assert [one.units for one in (whole, first, second, third)] == [1000, 30, 470, 500]
    assert first.share.why.startswith("too few: ")
    for one, true in ((second, truth[30:500].mean()), (third, truth[500:].mean())):
        assert one.share.low <= true <= one.share.high
    assert third.share.high < second.share.low


def test_parts_cover_their_truth(tmp_path):
    covered = total = 0
    for seed in range(60):
        dump = simulated(seed, shares=(0.15,), count=1500)
        years = np.where(np.arange(1500) % 3 == 0, "2024-05-05", "2025-05-05")
        dump = dataclasses.replace(dump, dates=years)
        for one in audited(dump, tmp_path, seed=seed, by="date:year").shares[1:]:
            true = dump.truth[np.char.startswith(years, one.value), 0].mean()
            covered += one.share.low <= true <= one.share.high
            total += 1
    assert 0.90 <= covered / total <= 0.99


def test_a_sample_of_another_run_is_refused(tmp_path):
    dump = simulated(4, shares=(0.2,), count=400)
    draw_sample(dump, tmp_path / "audit.jsonl", n=100)
    other = dataclasses.replace(dump, run_id="r0")
    with pytest.raises(DataError, match="the tags are of r0"):
        estimate_from_audit(other, tmp_path / "audit.jsonl")


def test_a_paragraph_that_was_not_drawn_is_refused(tmp_path):
    dump = simulated(4, shares=(0.2,), count=400)
    sample = tmp_path / "audit.jsonl"
    draw_sample(dump, sample, n=100)
    line = json.loads(sample.read_text("utf-8").splitlines()[0]) | {"id": "mine", "paragraph": 999}
    with sample.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
    with pytest.raises(DataError, match=r"audit\.jsonl:101: was not drawn, found 'mine'"):
        estimate_from_audit(dump, sample)


def test_a_wrong_answer_is_told_with_its_line(tmp_path):
    dump = simulated(4, shares=(0.2,), count=400)
    sample = tmp_path / "audit.jsonl"
    draw_sample(dump, sample, n=100)
    fill_in(sample, lambda line: {"theme0": "maybe"})
    with pytest.raises(DataError, match="unknown answer 'maybe'"):
        estimate_from_audit(dump, sample)
