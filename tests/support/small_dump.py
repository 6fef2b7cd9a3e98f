"""A dump of a few files for the tests of tagging: with noise, a reprint, a duplicate, an empty and a broken row."""

from __future__ import annotations

import json
from pathlib import Path

__all__ = ["ROWS", "small_dump", "tree"]

_SUBJECTS = ("The patrol", "A sergeant", "The border post", "Two recruits", "The night shift", "A retired officer")
_DEEDS = (
    "asked the drivers of the morning bus for money and let nobody pass without it",
    "wrote down the names of those who had spoken at the market about the fuel",
    "closed the road to the valley for nine days and gave no reason to anyone",
    "took bribery money at the gate while the inspector counted the lorries",
    "answered the crackdowns of last week with a letter that nobody signed",
)

ROWS = {"rows_in": 13, "tagged": 9, "rejected": 1, "skipped": 3}
"""What the ledger must say."""


def _article(number: int) -> str:
    lines = [
        f"{_SUBJECTS[(number + step) % len(_SUBJECTS)]} {_DEEDS[(number * 2 + step) % len(_DEEDS)]}, "
        f"said witness number {number * 10 + step} of the inquiry."
        for step in range(3)
    ]
    return "\n\n".join([*lines, "Share on Facebook"])


def small_dump(folder: Path) -> Path:
    """Write the dump into ``folder`` and give it."""
    (folder / "feeds").mkdir(parents=True)
    rows = [{"title": f"Report {number}", "text": _article(number), "date": "2025-03-04"} for number in range(6)]
    rows.append(rows[0])  # the same again: DUPLICATE
    rows.append({"title": "Reprint", "text": rows[1]["text"].replace("inquiry", "hearing")})
    rows.append({"title": "", "text": "Share on Facebook\n\nSubscribe to our newsletter"})  # NO_CONTENT
    lines = [json.dumps(row) for row in rows]
    lines.insert(3, '{"title": "broken", ')
    (folder / "feeds" / "a.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "b.txt").write_text(_article(7) + "\n", encoding="utf-8")
    (folder / "c.txt").write_text("", encoding="utf-8")  # EMPTY
    formula = "=HYPERLINK(1) " + _article(8).replace("Share on Facebook", "").strip()
    (folder / "d.txt").write_text(formula + "\n", encoding="utf-8")
    return folder


def tree(folder: Path) -> dict[str, bytes]:
    """Give every file below a folder with its bytes."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }
