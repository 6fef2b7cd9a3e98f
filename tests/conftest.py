from __future__ import annotations

import os
from dataclasses import dataclass

import pytest
from hypothesis import settings

# the same cases in every run, so that a failure is repeatable; `--hypothesis-profile=default` searches new ones
settings.register_profile("repeatable", derandomize=True)
settings.load_profile("repeatable")


@dataclass
class Ran:
    """What a command gave: exit code and both streams."""

    code: int
    out: str
    err: str


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory):
    """Keep the tests out of the user's cache: some of them clear it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("THEMES_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture
def run(capsys):
    """Call the command line with words, in this process."""
    from pipeline.cli import main

    def call(*words: object) -> Ran:
        capsys.readouterr()
        mask = os.umask(0o077)
        try:
            code = main([str(word) for word in words])
        finally:
            os.umask(mask)
        captured = capsys.readouterr()
        return Ran(code, captured.out, captured.err)

    return call
