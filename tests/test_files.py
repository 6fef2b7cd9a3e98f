"""Files are written whole or not at all, by their owner for their owner."""

import errno
import os
import stat
import subprocess
import sys

import pytest

from pipeline.errors import LockedError, OutputError, WriteError
from pipeline.files import canonical_json, hash_file, locked, private_folder, write_whole, writing


def test_a_failure_half_way_leaves_the_old_file_and_no_leftover(tmp_path):
    path = tmp_path / "out.json"
    write_whole(path, b"old")
    with pytest.raises(ValueError, match="stop"), writing(path) as partial:
        partial.write_bytes(b"half")
        raise ValueError("stop")
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["out.json"]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EROFS])
def test_a_disk_fault_is_a_write_error_that_keeps_the_old_file(tmp_path, number):
    path = tmp_path / "out.json"
    write_whole(path, b"old")
    with pytest.raises(WriteError, match=os.strerror(number)), writing(path):
        raise OSError(number, os.strerror(number))
    assert path.read_bytes() == b"old"


def test_every_folder_made_on_the_way_is_private(tmp_path):
    os.umask(0o022)
    private_folder(tmp_path / "a" / "b")
    for folder in (tmp_path / "a", tmp_path / "a" / "b"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_file_in_the_place_of_a_folder_is_named(tmp_path):
    (tmp_path / "a").write_text("x")
    with pytest.raises(OutputError, match="cannot make this folder"):
        private_folder(tmp_path / "a" / "b")


def test_a_second_process_is_told_that_the_folder_is_taken(tmp_path):
    code = (
        "import sys\nfrom pathlib import Path\nfrom pipeline.errors import LockedError\n"
        "from pipeline.files import locked\n"
        "try:\n    with locked(Path(sys.argv[1])): print('got')\nexcept LockedError as e: print(e.exit_code)"
    )
    command = [sys.executable, "-c", code, str(tmp_path / ".lock")]
    with locked(tmp_path / ".lock"):
        assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "75\n"
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "got\n"


def test_a_lock_is_free_again_after_its_block(tmp_path):
    for _ in range(2):
        with locked(tmp_path / ".lock"), pytest.raises(LockedError):
            locked(tmp_path / ".lock").__enter__()


def test_canonical_json_has_one_form(tmp_path):
    assert (
        canonical_json({"b": 1, "a": "é"})
        == canonical_json({"a": "é", "b": 1})
        == '{\n "a": "é",\n "b": 1\n}\n'.encode()
    )
    with pytest.raises(ValueError, match="Out of range"):
        canonical_json(float("nan"))


def test_hash_file_is_sha256(tmp_path):
    (tmp_path / "f").write_bytes(b"abc")
    assert hash_file(tmp_path / "f").startswith("ba7816bf8f01cfea")
