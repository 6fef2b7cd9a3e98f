from __future__ import annotations

import inspect
import re
from pathlib import Path

from pipeline import errors
from pipeline.cli.ending import EXIT_CODES
from pipeline.records import RejectCode

TEXT = (Path(__file__).parents[2] / "docs" / "errors.md").read_text("utf-8")


def test_every_exit_code_is_documented_with_its_meaning():
    table = TEXT.split("## Exit codes")[1].split("## ")[0]
    rows = {int(code): meaning for code, meaning in re.findall(r"^\| (\d+) \| (.+) \|$", table, re.MULTILINE)}
    assert rows == EXIT_CODES


def test_every_error_class_has_a_known_exit_code():
    kinds = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if kind.__module__ == errors.__name__]
    assert len(kinds) > 8
    assert {kind.exit_code for kind in kinds} <= set(EXIT_CODES)


def test_every_reject_code_has_a_heading_and_a_text():
    part = TEXT.split("## Reject codes")[1]
    found = dict(re.findall(r"^### (\w+)\n\n(.+?)(?=\n\n###|\Z)", part, re.MULTILINE | re.DOTALL))
    assert list(found) == [code.value for code in RejectCode]
    assert all(len(text.split()) > 12 for text in found.values())
