"""How well themes are found, against what else one could use, in the same leak-free folds.

    pip install -c constraints.txt setfit cleanlab -e .
    python benchmarks/quality.py                    # everything: about two hours on two cores
    python benchmarks/quality.py labels ours setfit # one data set, some methods; the other rows stay

Data sets: ``labels`` (``labels/paragraphs.jsonl``) and ``pb2020`` (../shared/data/pb2020, themes with 30 reports or
more). Writes benchmarks/results/quality.json (all figures) and quality.md (the tables that docs/quality.md explains).
With benchmarks/encoders.py run before, the two encoders that it fetches are measured too.
"""

from __future__ import annotations

import json
import os
import platform
import sys
from pathlib import Path
from typing import Any

import numpy as np
from attempts import (
    PAIR_STEPS,
    SETFIT_STEPS,
    always_no,
    cleaned,
    contrastive,
    definition,
    of_training,
    setfit,
    stacked,
    tfidf,
    trained_with,
    with_elsewhere,
)
from folds import NEIGHBOURS, PB2020, ROOT, UNTAUGHT, Bench, Method

RESULTS = ROOT / "benchmarks" / "results"
ENCODERS = Path(os.environ.get("THEMES_ENCODERS", ROOT / "models" / "encoders"))
MPNET, POTION = str(ENCODERS / "mpnet"), str(ENCODERS / "potion")
EXACT = [*UNTAUGHT, "encoder.precision=fp32"]  # of other encoders: 8 bits are for one alone

RIVALS: dict[str, tuple[str, Method]] = {
    "always_no": ("always no", always_no),
    "tfidf": ("TF-IDF + logistic regression", tfidf),
    "definition": ("cosine to the definition", definition),
    "plain": ("MiniLM + logistic regression", lambda bench: of_training(bench.plain)),
    "setfit": (f"SetFit, {SETFIT_STEPS} steps, MiniLM", setfit),
    "ours": ("**ours: `configs/default.yaml`**, without `elsewhere.jsonl`", trained_with()),
}
AWARE: dict[str, tuple[str, Method]] = {"aware": ("**ours: `configs/default.yaml`**", with_elsewhere)}
ATTEMPTS: dict[str, tuple[str, Method]] = {
    "neighbours": ("plain + neighbours (`head.neighbours`)", trained_with(*NEIGHBOURS)),
    "codebook": ("plain + neighbours + codebook (`head.codebook`): **base**", trained_with(*UNTAUGHT)),
    "taught": ("plain + teaching (`adapt`)", trained_with("head.neighbours=0", "head.codebook=false")),
    "balanced": ("base, `head.class_weight=balanced`", trained_with(*UNTAUGHT, "head.class_weight=balanced")),
    "words": ("base, `head.words=4096`", trained_with(*UNTAUGHT, "head.words=4096")),
    "taught_words": ("ours, `head.words=4096`", trained_with("head.words=4096")),
    "unsure": ("base, `head.unsure=0.5`", trained_with(*UNTAUGHT, "head.unsure=0.5")),
    "potion": ("base, `encoder.id=potion`", trained_with(*EXACT, f"encoder.id={POTION}")),
    "beside_potion": ("base, `encoder.beside=[potion]`", trained_with(*EXACT, f"encoder.beside=[{POTION}]")),
    "mpnet": ("base, `encoder.id=mpnet` (8 times the multiplications)", trained_with(*EXACT, f"encoder.id={MPNET}")),
    "mpnet_words": (
        "base, `encoder.id=mpnet`, `head.words=4096`",
        trained_with(*EXACT, f"encoder.id={MPNET}", "head.words=4096"),
    ),
    "beside_mpnet": (
        "base, `encoder.beside=[mpnet]` (9 times the multiplications)",
        trained_with(*EXACT, f"encoder.beside=[{MPNET}]"),
    ),
    "beside_both": (
        "base, `encoder.beside=[mpnet, potion]`",
        trained_with(*EXACT, f"encoder.beside=[{MPNET}, {POTION}]"),
    ),
    "contrastive": (f"plain + neighbours on an encoder taught by {PAIR_STEPS * 16} pairs (CoSENT)", contrastive),
    "stacked": ("plain + neighbours + theme correlations", stacked),
    "cleaned": ("plain + neighbours, cleanlab's errors left out", cleaned),
}
DATA = {"labels": RIVALS | AWARE | ATTEMPTS, "pb2020": RIVALS}


def main(words: list[str]) -> None:
    chosen = [data for data in DATA if data in words] or list(DATA)
    methods = [word for word in words if word not in DATA]
    path = RESULTS / "quality.json"
    kept = json.loads(path.read_text()) if path.is_file() else {}
    for data in chosen:
        if data == "pb2020" and not PB2020.is_file():
            print("pb2020 is not here: skipped")
            continue
        bench = Bench(data)
        rows = {name: row for name, row in kept.get(data, {}).items() if name in DATA[data]}  # no row of old
        kept[data] = rows | {"_rows": len(bench.texts), "_groups": len(np.unique(bench.plain.groups))}
        for name in DATA[data]:
            if (not methods or name in methods) and not lacks(name):
                kept[data][name] = row = measured_row(bench, name)
                path.write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n")
                print(data, line(row), flush=True)
    (RESULTS / "quality.md").write_text(report(kept))


def measured_row(bench: Bench, name: str) -> dict[str, Any]:
    shown, method = DATA[bench.data][name]
    grouped, by_source = method(bench)
    return {"shown": shown, "grouped": grouped.as_dict(), "by_source": by_source and by_source.as_dict()}


def lacks(name: str) -> bool:
    needed = {"potion": ["potion"], "both": ["mpnet", "potion"], "mpnet": ["mpnet"]}
    missing = [one for word in name.split("_") for one in needed.get(word, []) if not (ENCODERS / one).is_dir()]
    if missing:
        print(f"{name}: skipped, run benchmarks/encoders.py first")
    return bool(missing)


def line(row: dict[str, Any]) -> str:
    return f"| {row['shown']} | {cells(row['grouped'])} | {cells(row['by_source'])} |"


def cells(measures: dict[str, Any] | None) -> str:
    if measures is None:
        return "– | –"
    return " | ".join(figure(measures["macro"][name]) for name in ("f1", "average_precision"))


def figure(one: dict[str, Any]) -> str:
    return "–" if one["value"] is None else f"{one['value']:.3f} [{one['low']:.2f}, {one['high']:.2f}]"


def report(kept: dict[str, Any]) -> str:
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.machine()}"
    parts = [f"# Quality\n\nPrinted by `python benchmarks/quality.py`; {machine}.\n"]
    head = "| method | macro F1 | macro AP | F1, sources held out | AP, sources held out |\n|---|---|---|---|---|\n"
    for data, title, names in (
        ("labels", "The shipped labels", RIVALS | AWARE),
        ("labels", "What was tried", ATTEMPTS),
        ("pb2020", "2020PB incident reports, tags with at least 30 reports", RIVALS),
    ):
        rows = [line(kept[data][name] | {"shown": names[name][0]}) for name in names if name in kept.get(data, {})]
        if rows:
            size = f"{kept[data]['_rows']} paragraphs in {kept[data]['_groups']} groups"
            parts.append(f"\n## {title}\n\n{size}.\n\n{head}" + "\n".join(rows) + "\n")
    return "".join(parts)


if __name__ == "__main__":
    main(sys.argv[1:])
