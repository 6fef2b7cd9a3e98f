"""Nothing phones home: switches are set before libraries load, and a whole run opens no connection."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.offline import quiet

ROOT = Path(__file__).parents[1]

# Watches every socket of a process in which training, bundle and tagging run, without the variables by which
# some libraries notice a test and fall silent on their own.
WATCHED = """
import sys
seen = []
def hook(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.sendto", "socket.gethostbyname"):
        seen.append((event, str(arguments[1:] if event.startswith("socket.c") else arguments)))
sys.addaudithook(hook)
from pipeline.cli import main
code = main(sys.argv[1:])
print("CODE", code)
for event in seen:
    print("SOCKET", event)
"""


def test_switches_are_set_whatever_stood_there(monkeypatch):
    monkeypatch.setenv("MLFLOW_DISABLE_TELEMETRY", "false")
    monkeypatch.setenv("DO_NOT_TRACK", "1")
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    quiet()
    assert os.environ["MLFLOW_DISABLE_TELEMETRY"] == os.environ["DO_NOT_TRACK"] == "true"
    assert os.environ["HF_HUB_OFFLINE"] == "1"


def test_a_hub_opens_only_when_asked_for(monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    quiet(hub=True)
    assert "HF_HUB_OFFLINE" not in os.environ
    assert os.environ["HF_HUB_DISABLE_TELEMETRY"] == "1"
    quiet()
    assert os.environ["HF_HUB_OFFLINE"] == "1"


@pytest.mark.real_encoder
def test_the_demo_opens_no_connection(tmp_path):
    silent = ("CI", "GITHUB_ACTIONS", "PYTEST_CURRENT_TEST", "MLFLOW_DISABLE_TELEMETRY", "DO_NOT_TRACK")
    environment = {key: value for key, value in os.environ.items() if key not in silent}
    environment["HOME"] = str(tmp_path / "home")
    environment.setdefault("THEMES_CACHE", str(tmp_path / "cache"))
    (tmp_path / "home").mkdir()
    done = subprocess.run(
        [sys.executable, "-c", WATCHED, "demo", "--out", str(tmp_path)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        cwd=tmp_path,
    )
    assert "CODE 0" in done.stdout or "CODE 3" in done.stdout, done.stderr
    assert "SOCKET" not in done.stdout
    assert not [path for path in (tmp_path / "home").rglob("*") if "mlflow" in path.name]
    assert not [path for path in tmp_path.rglob("*") if path.suffix in (".pkl", ".joblib", ".pickle")]


# Runs at the start of every Python process that the commands start, and notes what reaches for the network.
EVERY_PROCESS = """
import os, sys
def hook(event, arguments):
    if not event.startswith("socket.") or event in ("socket.__new__", "socket.gethostname"):
        return
    with open(os.environ["AUDIT_LOG"], "a") as file:
        print(event, *(str(one) for one in arguments), file=file)
sys.addaudithook(hook)
"""
COMMANDS = {
    "doctor": ["doctor"],
    "explain": ["explain", "models/default", "Traders say the patrol asks for a bribe at every stop."],
    "verify": ["models", "verify", "models/default"],
    "tag": ["tag", "pipeline/demo/dump", "--model", "models/default", "--out", "OUT"],
    "distil": ["distil", "models/default", "pipeline/demo/dump", "--out", "OUT/fast"],
}


def audited(words, folder, *, program=("-m", "pipeline")):
    """Run a command in a new home; return it and what it asked of the network beyond this machine."""
    (folder / "hook").mkdir()
    (folder / "hook" / "sitecustomize.py").write_text(EVERY_PROCESS)
    (folder / "home").mkdir()
    silent = ("CI", "GITHUB_ACTIONS", "PYTEST_CURRENT_TEST", "MLFLOW_DISABLE_TELEMETRY", "DO_NOT_TRACK")
    environment = {key: value for key, value in os.environ.items() if key not in silent and not key.startswith("XDG_")}
    environment |= {
        "HOME": str(folder / "home"),
        "THEMES_CACHE": str(folder / "cache"),
        "AUDIT_LOG": str(folder / "audit.log"),
        "PYTHONPATH": f"{folder / 'hook'}{os.pathsep}{ROOT}",
    }
    words = [word.replace("OUT", str(folder / "out")) for word in words]
    done = subprocess.run(
        [sys.executable, *program, *words], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    log = folder / "audit.log"
    lines = log.read_text().splitlines() if log.exists() else []
    return done, [line for line in lines if not any(own in line for own in ("127.0.0.1", "'::1'", "localhost"))]


@pytest.mark.real_encoder
@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_asks_nothing_of_the_network_and_leaves_nothing_at_home(name, tmp_path):
    done, asked = audited(COMMANDS[name], tmp_path)
    assert done.returncode in (0, 3), done.stderr
    assert asked == []
    assert list((tmp_path / "home").rglob("*")) == []


def test_the_watch_sees_a_child_that_calls_home(tmp_path):
    child = "import socket\ntry:\n    socket.getaddrinfo('stats.example', 443)\nexcept OSError:\n    pass\n"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}], check=True)"
    done, asked = audited([], tmp_path, program=("-c", parent))
    assert done.returncode == 0, done.stderr
    assert [line for line in asked if line.startswith("socket.getaddrinfo") and "stats.example" in line]


def test_openvino_is_imported_without_its_telemetry(tmp_path):
    program = (
        "import sys; from pipeline.offline import import_openvino; import_openvino(); "
        "print(sys.modules.get('openvino_telemetry'), 'openvino.tools.ovc.telemetry_stub' in sys.modules)"
    )
    done, asked = audited([], tmp_path, program=("-c", program))
    assert done.stdout.split() == ["None", "True"], done.stderr
    assert asked == []
