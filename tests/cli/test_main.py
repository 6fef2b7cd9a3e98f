from __future__ import annotations

import errno
import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
import typer

from pipeline import cli
from pipeline.cli.output import emit_json, printable, progress_bars, say, show_table
from pipeline.errors import ConfigError, DataError, ThemesError

ROOT = Path(__file__).parents[2]


@pytest.fixture
def act(run, monkeypatch):
    """Run the door with one more command, ``act``, that does what is given."""

    def call(action, *words):
        def register(app: typer.Typer) -> None:
            @app.command()
            def act() -> None:
                action()

        monkeypatch.setitem(sys.modules, "pipeline.cli.extra", SimpleNamespace(register=register))
        monkeypatch.setattr(cli, "COMMANDS", ("config", "extra"))
        return run("act", *words)

    return call


def raising(error):
    def action():
        raise error

    return action


def commands(command, words=()):
    inner = getattr(command, "commands", None)
    if inner is None:
        yield " ".join(words), command
        return
    for name, one in inner.items():
        yield from commands(one, (*words, name))


EVERY = dict(commands(typer.main.get_command(cli.build_app())))


def test_the_commands_stand_in_the_promised_order():
    assert {"train", "config show", "config check", "config diff", "config schema"} <= set(EVERY)
    assert all((ROOT / "pipeline" / "cli" / f"{name}.py").is_file() for name in cli.COMMANDS)
    present = {
        path.stem for path in (ROOT / "pipeline" / "cli").glob("*.py") if "def register(app:" in path.read_text()
    }
    assert present == set(cli.COMMANDS), "a command module is not in COMMANDS"


@pytest.mark.parametrize("name", EVERY)
def test_every_command_has_help_with_an_example_of_itself(name, run):
    done = run(*name.split(), "--help")
    assert done.code == 0
    assert len((EVERY[name].help or "").split()) >= 3
    assert f"Example: themes {name}" in " ".join(done.out.split())


@pytest.mark.parametrize("name", EVERY)
def test_every_option_and_argument_says_what_it_is_for(name):
    unsaid = [param.name for param in EVERY[name].params if param.name != "help" and not param.help]
    assert not unsaid


def test_without_words_the_help_is_shown(run):
    done = run()
    assert (done.code, done.err) == (0, "")
    assert "Usage: themes" in done.out


def test_version(run):
    done = run("--version")
    assert done.code == 0
    assert done.out.startswith("themes")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["confg"], "No such command 'confg'. Did you mean 'config'?"),
        (["config", "shw"], "Did you mean 'show'?"),
        (["config", "show", "x", "--orign"], "--origin"),
        (["config", "show"], "Missing argument"),
    ],
)
def test_wrong_use_is_64_with_the_nearest_word(run, words, told):
    done = run(*words)
    assert done.code == 64
    assert done.out == ""
    assert done.err.startswith("error: ")
    assert told in done.err
    assert "--help shows what it accepts" in done.err


def test_an_error_of_ours_is_told_with_place_and_remedy(act):
    done = act(raising(DataError("labels.jsonl:3", "bad\x1b[31m\u202e value", "mend\nit")))
    assert done.code == 65
    assert done.err == "error: labels.jsonl:3: bad\ufffd[31m\ufffd value\n  to mend: mend it\n"


def every_kind(kind=ThemesError):
    for one in kind.__subclasses__():
        yield one
        yield from every_kind(one)


@pytest.mark.parametrize("kind", every_kind(), ids=lambda kind: kind.__name__)
def test_each_kind_of_error_has_its_exit_code(act, kind):
    error = kind(["one"]) if kind is ConfigError else kind("here", "wrong", "mend it")
    assert act(raising(error)).code == kind.exit_code


def test_problems_of_a_configuration_stand_one_to_a_line(act):
    done = act(raising(ConfigError(["a.yaml:1: x", "a.yaml:2: y"])))
    assert (done.code, done.err) == (78, "error: a.yaml:1: x\nerror: a.yaml:2: y\n")


def test_an_error_of_a_library_is_told_without_its_message(act):
    done = act(raising(ValueError("the article says so")))
    assert done.code == 70
    assert done.err == "error: internal error: ValueError\n  to mend: run again with --debug and report it\n"


@pytest.mark.parametrize("place", ["before", "after"])
def test_debug_shows_the_traceback_wherever_it_stands(act, place, run):
    done = act(raising(ValueError("words")), *(["--debug"] if place == "after" else []))
    if place == "before":
        done = run("--debug", "act")
    assert done.code == 70
    assert "Traceback" in done.err
    assert "ValueError: words" in done.err


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (OSError(errno.ENOSPC, "No space left on device", "x"), 74),
        (OSError(errno.EIO, "Input/output error"), 74),
        (PermissionError(errno.EACCES, "Permission denied", "x"), 66),
        (FileNotFoundError(errno.ENOENT, "No such file", "x"), 66),
        (FileNotFoundError("no name"), 70),
        (ConnectionRefusedError(errno.ECONNREFUSED, "refused"), 70),
        (MemoryError(), 71),
        (KeyboardInterrupt(), 130),
        (typer.Abort(), 130),
        (BrokenPipeError(errno.EPIPE, "Broken pipe"), 141),
        (typer.Exit(3), 3),
        (SystemExit(5), 5),
        (RecursionError(), 70),
    ],
    ids=repr,
)
def test_what_else_ends_a_command_has_its_exit_code(act, error, code, monkeypatch):
    monkeypatch.setattr(os, "dup2", lambda *_: None)
    done = act(raising(error))
    assert done.code == code
    assert "Traceback" not in done.err


def test_a_command_that_ends_well_is_zero_and_leaves_sigterm_as_it_was(act):
    before = signal.getsignal(signal.SIGTERM)
    assert act(lambda: None).code == 0
    assert signal.getsignal(signal.SIGTERM) is before


def test_files_are_private(act, tmp_path):
    act((tmp_path / "x").touch)
    assert (tmp_path / "x").stat().st_mode & 0o077 == 0


def started(program, **more):
    return subprocess.Popen(
        [sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more
    )


SLEEPER = """
import signal, sys, time, types
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell ignores Ctrl-C for what it runs in the background
from pipeline import cli
def register(app):
    @app.command()
    def act():
        try:
            print("ready", flush=True)
            time.sleep(60)
        finally:
            print("tidied", flush=True)
sys.modules["pipeline.cli.extra"] = types.SimpleNamespace(register=register)
cli.COMMANDS = ("config", "extra")
sys.exit(cli.main(["act"]))
"""


@pytest.mark.parametrize(("number", "code", "told"), [(signal.SIGTERM, 143, "SIGTERM"), (signal.SIGINT, 130, "Ctrl-C")])
def test_a_signal_lets_the_command_tidy_up(number, code, told):
    with started(SLEEPER) as process:
        assert process.stdout.readline() == "ready\n"
        process.send_signal(number)
        out, err = process.communicate(timeout=30)
    assert process.returncode == code
    assert out == "tidied\n"
    assert told in err
    assert "Traceback" not in err


def test_a_reader_that_leaves_early_hears_nothing():
    program = "import sys; from pipeline.cli import main; sys.exit(main(['config', 'schema']))"
    with started(program) as process:
        process.stdout.close()
        err = process.stderr.read()
        process.wait(30)
    assert (process.returncode, err) == (141, "")


def test_text_that_the_terminal_cannot_encode_does_not_end_the_command():
    words = ["config", "diff", "default", "default", "tracking.experiment=d\u00e9faut\u2603"]
    program = f"import sys; from pipeline.cli import main; sys.exit(main({words!r}))"
    with started(program, env={**os.environ, "PYTHONIOENCODING": "ascii", "COLUMNS": "200"}) as process:
        out, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (0, "")
    assert "d\\xe9faut\\u2603" in out


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_shell_completes_commands(shell):
    words = {"COMP_WORDS": "themes con", "COMP_CWORD": "1", "_TYPER_COMPLETE_ARGS": "themes con"}
    more = {"_THEMES_COMPLETE": f"complete_{shell}", "_TYPER_COMPLETE_FISH_ACTION": "get-args"}
    done = subprocess.run(
        [sys.executable, "-m", "pipeline"], cwd=ROOT, env={**os.environ, **words, **more},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "config" in done.stdout


def test_python_m_pipeline_is_the_same_door():
    done = subprocess.run(
        [sys.executable, "-m", "pipeline", "config", "check", "nope"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 66
    assert done.stderr.startswith("error: nope: no such file")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain \u00fc \u0442", "plain \u00fc \u0442"),
        ("a\nb\r\nc\td", "a b c d"),
        ("\x1b[2J\x07\x9b", "\ufffd[2J\ufffd\ufffd"),
        ("\u202eabc\u2066\u200b", "\ufffdabc\ufffd\ufffd"),
        ("\ud800", "\ufffd"),
        (17, "17"),
    ],
)
def test_printable(text, shown):
    assert printable(text) == shown


def test_say_goes_to_stderr_and_json_to_stdout(capsys):
    say("one\x07")
    emit_json({"t": "\u00fc", "p": Path("x")})
    captured = capsys.readouterr()
    assert captured.err == "one\ufffd\n"
    assert json.loads(captured.out) == {"t": "\u00fc", "p": "x"}
    assert "\u00fc" in captured.out


def test_a_table_shows_cells_as_they_are(capsys, monkeypatch):
    monkeypatch.delenv("COLUMNS", raising=False)
    show_table("[b]T[/b]", ["name", "n"], [["[red]x[/red]\x1b[31m", 5], ["long " * 5, 12345]], right=["n"])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].strip() == "[b]T[/b]"
    assert any("[red]x[/red]\ufffd[31m" in line and line.rstrip().endswith("    5") for line in lines)
    assert "\x1b" not in "".join(lines)


def test_a_narrow_table_loses_no_letter(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "20")
    show_table("", ["word"], [["abcdefghij" * 5]])
    out = capsys.readouterr().out
    assert max(map(len, out.splitlines())) <= 20
    assert "".join(out.split()).count("abcdefghij") == 5


def test_progress_without_a_terminal_tells_the_start_and_the_end(capsys):
    with progress_bars() as progress:
        for done in range(0, 101):
            progress("encode", done, 100)
        progress("read", 0, None)
        progress("read", 1234, None)
    captured = capsys.readouterr()
    assert captured.err.splitlines() == ["encode 0/100", "encode 100/100", "read 0", "read 1,234"]
    assert captured.out == ""


def test_progress_without_a_terminal_tells_something_now_and_then(capsys, monkeypatch):
    clock = iter(range(0, 1000, 2))
    monkeypatch.setattr(time, "monotonic", lambda: next(clock))
    with progress_bars() as progress:
        for done in range(7):
            progress("encode", done, 100)
    assert capsys.readouterr().err.splitlines() == ["encode 0/100", "encode 3/100", "encode 6/100"]


def test_a_stage_that_is_reported_done_again_is_told_once(capsys):
    with progress_bars() as progress:
        progress("encode", 5, 5)
        progress("encode", 5, 5)
    assert capsys.readouterr().err == "encode 5/5\n"


def test_progress_on_a_terminal_shows_bars_with_counts(monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    with progress_bars() as progress:
        progress("[b]encode", 0, 20)
        progress("[b]encode", 20, 20)
        progress("read", 3, None)
    assert "[b]encode" in screen.getvalue()
    assert "20/20" in screen.getvalue()
    assert "3/?" in screen.getvalue()
