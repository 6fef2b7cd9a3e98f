"""Imports point down, and libraries that take seconds to load are imported where they are used."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "pipeline"

# Bottom up, as the map in CONTRIBUTING.md draws it. A folder imports only from the rows above its own here.
LAYERS = (
    ("errors", "records", "progress"),
    ("files", "offline"),
    ("configuration",),
    ("ingest", "labels", "encoders"),
    ("learning",),
    ("model",),
    ("evaluation", "tagging"),
    ("training", "prevalence", "distillation"),
    ("tracking",),
    ("doctor", "demo"),
    ("cli", "__main__"),
)
# Inside a folder: parts that do not know each other, and what joins them.
SEPARATE = {
    "ingest": ("reading", "cutting", "noise", "duplicates"),
}
ONLY_ITS_COMMAND = {"distillation": {"cli"}}  # nothing else imports it
FACADE = "__init__"  # hands names out to users of the library

HEAVY = {
    *("torch", "transformers", "sentence_transformers", "datasets", "mlflow", "sklearn", "scipy", "pandas"),
    *("pyarrow", "trafilatura", "dateparser", "datasketch", "py3langid", "matplotlib", "ray"),
    *("openvino", "onnx", "onnxruntime", "tokenizers"),
}
ONLY_IN = {"mlflow": "tracking", "openvino": "offline"}
PICKLES = {"pickle", "joblib", "cloudpickle", "dill", "shelve"}

MODULES = sorted(PACKAGE.rglob("*.py"))


def name_of(path):
    """Give the top part of a module's name below the package: ``ingest`` for pipeline/ingest/html.py."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def layer_of(name):
    return next((number for number, names in enumerate(LAYERS) if name in names), None)


def submodule(name):
    """Return the name when it is a module of ours: ``from pipeline import model`` imports pipeline.model."""
    path = ROOT.joinpath(*name.split("."))
    ours = name.startswith("pipeline.")
    return name if ours and (path.with_suffix(".py").is_file() or path.is_dir()) else None


def imports(node):
    """List the modules that one import statement names."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        assert node.level == 0, f"line {node.lineno}: imports are absolute here"
        return [submodule(f"{node.module}.{alias.name}") or node.module for alias in node.names]
    return []


def all_imports(tree):
    return [(node.lineno, name) for node in ast.walk(tree) for name in imports(node)]


def is_type_checking(node):
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)


def imports_when_running(node, *, functions=True):
    """List what is imported by a program: not what stands there for type checkers alone."""
    found = []
    for child in ast.iter_child_nodes(node):
        if not functions and isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if is_type_checking(child):
            for other in child.orelse:
                found += [(other.lineno, name) for name in imports(other)]
            continue
        found += [(getattr(child, "lineno", 0), name) for name in imports(child)]
        found += imports_when_running(child, functions=functions)
    return found


def imports_on_loading(node):
    """List what is imported when the module itself is: nothing inside functions."""
    return imports_when_running(node, functions=False)


def own(name):
    """Give the part of our package that an import names, or None."""
    parts = name.split(".")
    return parts[1] if parts[0] == "pipeline" and len(parts) > 1 else None


def trees():
    for path in MODULES:
        yield path, ast.parse(path.read_text("utf-8"), filename=str(path))


def test_every_module_has_a_layer():
    unknown = {name_of(path) for path in MODULES} ^ set().union(*LAYERS) ^ {FACADE}
    assert not unknown, f"in tests/test_layers.py or in pipeline/, but not in both: {sorted(unknown)}"


def test_imports_point_down():
    wrong = []
    for path, tree in trees():
        here = name_of(path)
        if here == FACADE:
            continue
        for line, name in all_imports(tree):
            there = own(name)
            if there is None or there == here or (there, here) == ("cli", "__main__"):
                continue
            if layer_of(there) is None or layer_of(there) >= layer_of(here):
                wrong.append(f"{path.relative_to(ROOT)}:{line} imports {name}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("folder", SEPARATE)
def test_the_parts_of_a_folder_do_not_know_each_other(folder):
    wrong = []
    for path, tree in trees():
        here = path.relative_to(PACKAGE).parts
        if here[0] != folder or here[1] not in SEPARATE[folder]:
            continue
        for line, name in all_imports(tree):
            parts = name.split(".")
            if parts[:2] == ["pipeline", folder] and parts[2] in SEPARATE[folder] and parts[2] != here[1]:
                wrong.append(f"{path.relative_to(ROOT)}:{line} imports {name}")
    assert not wrong, "\n".join(wrong)


def test_modules_do_not_import_each_other_in_a_circle():
    """Imports inside functions count too; those for type checkers alone do not."""
    graph = {}
    for path, tree in trees():
        parts = path.relative_to(ROOT).with_suffix("").parts
        here = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        if here != "pipeline":
            graph[here] = {name for _, name in imports_when_running(tree) if own(name) and name != here}
    done, stack = set(), []

    def visit(module):
        if module in done or module not in graph:
            return
        assert module not in stack, " -> ".join([*stack[stack.index(module) :], module])
        stack.append(module)
        for other in graph[module]:
            visit(other)
        stack.pop()
        done.add(module)

    for module in graph:
        visit(module)


@pytest.mark.parametrize(("folder", "importers"), ONLY_ITS_COMMAND.items())
def test_a_folder_that_only_its_command_imports(folder, importers):
    found = {name_of(path) for path, tree in trees() for _, name in all_imports(tree) if own(name) == folder}
    assert found - {folder} == importers


def test_the_map_in_contributing_is_this_one():
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    rows = re.findall(r"^\| (\d+) \| ([^|]+) \|", text, flags=re.MULTILINE)
    drawn = {int(number): set(re.findall(r"`(\w+)/?`", names)) for number, names in rows}
    assert drawn == {number: set(names) for number, names in enumerate(LAYERS)}


def test_heavy_libraries_are_imported_inside_functions():
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {name} at the top"
        for path, tree in trees()
        for line, name in imports_on_loading(tree)
        if name.split(".")[0] in HEAVY
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(("library", "owner"), ONLY_IN.items())
def test_a_library_with_an_owner_is_imported_nowhere_else(library, owner):
    found = {
        (name_of(path), f"{path.relative_to(ROOT)}:{line}")
        for path, tree in trees()
        for line, name in all_imports(tree)
        if name.split(".")[0] == library
    }
    assert not [place for name, place in found if name != owner]


def test_nothing_here_unpickles():
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path, tree in trees()
        for line, name in all_imports(tree)
        if name.split(".")[0] in PICKLES
    ]
    assert not wrong, "\n".join(wrong)


def test_the_rules_bite():
    tree = ast.parse(
        "import torch.nn\ntry:\n    import mlflow\nexcept ImportError:\n    pass\n"
        "if TYPE_CHECKING:\n    import pandas\ndef f():\n    import sklearn\n"
        "class C:\n    from pipeline import model\n"
    )
    assert [name for _, name in imports_on_loading(tree)] == ["torch.nn", "mlflow", "pipeline.model"]
    assert "sklearn" in [name for _, name in all_imports(tree)]
    assert layer_of("errors") < layer_of("ingest") < layer_of("model") < layer_of("cli")


@pytest.mark.parametrize("words", [["--help"], ["train", "--help"], ["config", "check", "configs/default.yaml"]])
def test_the_quick_commands_load_no_heavy_library(words):
    program = (
        "import sys; from pipeline.cli import main; code = main(sys.argv[1:]); "
        "print('loaded:', *sorted({name.split('.')[0] for name in sys.modules})); sys.exit(code)"
    )
    done = subprocess.run([sys.executable, "-c", program, *words], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(done.stdout.rpartition("loaded:")[2].split())
    assert "typer" in loaded
    assert not loaded & HEAVY
    if words == ["--help"]:
        assert not loaded & {"pydantic", "rich", "yaml", "numpy"}
