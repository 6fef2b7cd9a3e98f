"""`from pipeline import ...`: every promised name is there, and importing loads nothing heavy."""

import importlib
import subprocess
import sys

import pytest

import pipeline


@pytest.mark.parametrize("name", pipeline.__all__)
def test_every_promised_name_is_there_and_no_module(name):
    importlib.import_module("pipeline.training.train")
    importlib.import_module("pipeline.model.explain")
    assert callable(getattr(pipeline, name))


def test_an_unknown_name_says_which_there_are():
    with pytest.raises(AttributeError, match="it has ThemeModel"):
        pipeline.classify  # noqa: B018


def test_importing_loads_nothing():
    heavy = "m.startswith('pipeline') or m in ('numpy', 'torch')"
    code = f"import sys, pipeline; print(sorted(m for m in sys.modules if {heavy}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['pipeline']"
