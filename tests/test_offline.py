"""Nothing phones home: switches are set before libraries load, and a whole run opens no connection."""

import os
import subprocess
import sys

import pytest

from pipeline.offline import quiet

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
