"""The documents are sessions: every `$ command` in a ```console block runs here and prints what stands there.

Digits may differ (times, sizes, hashes are masked), the rest may not; a line `...` stands for any lines.
"""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = ["README.md", *sorted(str(path.relative_to(ROOT)) for path in (ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)

pytestmark = pytest.mark.real_encoder


def sessions(document):
    """Give (command, expected lines) for every command of a document."""
    for block in BLOCK.findall((ROOT / document).read_text("utf-8")):
        command, expected = None, []
        for line in [*block.splitlines(), "$ "]:
            if line.startswith("$ "):
                if command:
                    yield command, expected
                command, expected = line[2:], []
            else:
                expected.append(line)


def masked(line):
    """Fold what differs from run to run: numbers, hexadecimal hashes, widths of columns."""
    line = re.sub(r"\b[0-9a-f]{12,64}\b", "HASH", line)
    line = re.sub(r"[\d.,]*\d", "#", line)
    return re.sub(r"[\s─━┄┈-]+", " ", line).strip()


def matches(expected, printed):
    """Say whether printed lines follow the expected ones, `...` standing for any."""
    expected = [masked(line) if line.strip() != "..." else "..." for line in expected if masked(line) or "..." in line]
    printed = [masked(line) for line in printed if masked(line)]
    at = 0
    for place, line in enumerate(expected):
        if line == "...":
            following = expected[place + 1] if place + 1 < len(expected) else None
            if following is None:
                return True
            while at < len(printed) and printed[at] != following:
                at += 1
        elif at < len(printed) and printed[at] == line:
            at += 1
        else:
            return False
    return at == len(printed)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A place like a fresh checkout, in which the documents' commands run one after the other."""
    place = tmp_path_factory.mktemp("session")
    for name in ("configs", "labels", "pipeline"):
        (place / name).symlink_to(ROOT / name)
    (place / "models").mkdir()
    (place / "models" / "default").symlink_to(ROOT / "models" / "default")
    return place


@pytest.mark.parametrize("document", [d for d in DOCUMENTS if list(sessions(d))])
def test_the_commands_of_a_document_print_what_it_says(document, folder):
    environment = {**os.environ, "COLUMNS": "120", "TERM": "dumb"}
    if any(command == "themes cache clear" for command, _ in sessions(document)):
        environment["THEMES_CACHE"] = str(folder / "cache")  # not the one that the other tests share
    environment["PATH"] = f"{Path(sys.executable).parent}:{environment['PATH']}"
    for command, expected in sessions(document):
        done = subprocess.run(  # noqa: PLW1510 - its exit code is what the test looks at
            ["bash", "-c", command], cwd=folder, env=environment, capture_output=True, text=True, timeout=300
        )
        printed = done.stdout.splitlines()
        assert done.returncode in (0, 3), f"{document}: $ {command}\n{done.stdout}\n{done.stderr}"
        assert matches(expected, printed), (
            f"{document}: $ {command}\nexpected:\n" + "\n".join(expected) + "\nprinted:\n" + done.stdout
        )


def test_the_python_of_the_readme_runs(folder):
    """The block after "In Python" is the library's promise: it runs as printed."""
    (code,) = re.findall(r"^```python\n(.*?)^```$", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE | re.DOTALL)
    code = code.replace('["name=mine"]', '["name=mine", "folds.n=2", "evaluation.bootstrap=100"]')
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Figure(value=" in done.stdout and "rows_in=15" in done.stdout


def test_every_command_of_the_door_stands_in_the_documents():
    """A command that no document shows is a command that nobody finds."""
    import typer

    from pipeline.cli import build_app

    text = "\n".join((ROOT / name).read_text("utf-8") for name in DOCUMENTS)
    group = typer.main.get_command(build_app())
    for name, command in group.commands.items():
        names = [f"{name} {sub}" for sub in getattr(command, "commands", {})] or [name]
        for full in names:
            assert getattr(command, "hidden", False) or f"themes {full}" in text or full == "config docs", full


@pytest.mark.parametrize("document", DOCUMENTS)
def test_links_between_documents_lead_somewhere(document):
    text = (ROOT / document).read_text("utf-8")
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text):
        if not target.startswith(("http://", "https://", "mailto:")):
            assert (ROOT / document).parent.joinpath(target).exists(), f"{document}: {target}"


def test_the_readme_names_the_two_commands_that_ci_runs():
    text = (ROOT / "README.md").read_text("utf-8")
    for mark in ("demo", "tests"):
        found = re.search(rf"^<!-- ci: {mark} -->\n```bash\n(.+?)\n```$", text, re.MULTILINE | re.DOTALL)
        assert found, f"README.md: no bash block below <!-- ci: {mark} -->"
        assert "constraints.txt" in found.group(1)
        assert shlex.split(found.group(1))


@pytest.mark.parametrize("name", ["retrain", "speed", "profile"])
def test_measured_tables_stand_in_the_documents_as_printed(name):
    tables = re.findall(r"(?:^\|.*\n)+", (ROOT / "benchmarks/results" / f"{name}.md").read_text(), re.MULTILINE)
    assert tables
    for table in tables:
        assert table in (ROOT / "docs/performance.md").read_text()


@pytest.mark.parametrize("name", ["off_topic", "precision"])
def test_tables_beside_the_figures_of_quality_stand_in_the_document_as_printed(name):
    (table,) = re.findall(r"(?:^\|.*\n)+", (ROOT / f"benchmarks/results/{name}.md").read_text(), re.MULTILINE)
    assert table in (ROOT / "docs/quality.md").read_text()


def test_the_quality_tables_stand_in_the_documents_as_printed():
    printed = (ROOT / "benchmarks/results/quality.md").read_text()
    tables = re.findall(r"(?:^\|.*\n)+", printed, re.MULTILINE)
    assert len(tables) == 3
    for table in tables:
        assert table in (ROOT / "docs/quality.md").read_text()
