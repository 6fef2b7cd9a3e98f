"""What 16 and 8 bits cost in quality, theme by theme, over many draws of the folds.

    python benchmarks/precision.py              # about two minutes on two cores; writes benchmarks/results/precision.md

One draw of the folds cannot tell: thresholds jump from one paragraph to the next, so that the F1 of a theme moves by
half a point and more between two that differ in the last bits. So the same model (``configs/default.yaml`` without
teaching, which would add its own chance) is trained in each precision with the same folds, many times, and the
differences are averaged.
"""

from __future__ import annotations

import os
import platform

import numpy as np
from folds import ROOT, UNTAUGHT
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, f1_score

from pipeline.configuration.load import load_config
from pipeline.training.train import train

DRAWS = range(100, 124)
PRECISIONS = ("fp32", "bf16", "int8")
SETTINGS = [*UNTAUGHT, "evaluation.baselines=false", "evaluation.sources=0", "tracking.enabled=false"]


def measured(precision: str, seed: int) -> tuple[tuple[str, ...], NDArray[np.float64]]:
    """Give the themes, and their F1 and average precision out of fold, (2, t)."""
    overrides = [*SETTINGS, f"encoder.precision={precision}", f"seed={seed}"]
    trained = train(load_config(str(ROOT / "configs" / "default.yaml"), overrides).config)
    assert trained.model.held_out is not None
    figures = []
    for answer, decision, logit in zip(
        trained.answers.T, trained.decisions.T, trained.model.held_out.logits.T, strict=True
    ):
        asked = answer >= 0
        yes = answer[asked] == 1
        figures.append((f1_score(yes, decision[asked]), average_precision_score(yes, logit[asked])))
    return trained.model.themes, np.array(figures).T


def main() -> None:
    themes: tuple[str, ...] = ()
    found = {}
    for seed in DRAWS:
        for precision in PRECISIONS:
            themes, found[precision, seed] = measured(precision, seed)
    each = {precision: np.array([found[precision, seed] for seed in DRAWS]) for precision in PRECISIONS}
    rows = [
        "| points of 100 | F1, fp32 | bf16 | int8 | AP, fp32 | bf16 | int8 |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for place, theme in enumerate([*themes, "mean"]):
        one = {name: values.mean(axis=2) if theme == "mean" else values[..., place] for name, values in each.items()}
        cells = []
        for figure in (0, 1):
            cells.append(f"{100 * one['fp32'][:, figure].mean():.1f}")
            for name in PRECISIONS[1:]:
                change = 100 * (one[name] - one["fp32"])[:, figure]
                cells.append(f"{change.mean():+.2f} ± {change.std(ddof=1) / len(change) ** 0.5:.2f}")
        rows.append(f"| {theme} | " + " | ".join(cells) + " |")
    head = [
        "# What 16 and 8 bits cost",
        "",
        f"Change against 32 bits, mean of {len(DRAWS)} draws of the folds and its standard error.",
        f"{os.cpu_count()} cores, {platform.machine()}. Printed by `python benchmarks/precision.py`.",
        "",
    ]
    (ROOT / "benchmarks" / "results" / "precision.md").write_text("\n".join([*head, *rows]) + "\n", "utf-8")
    print("\n".join(rows))


if __name__ == "__main__":
    main()
