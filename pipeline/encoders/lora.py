"""Teach the encoder the themes: low-rank changes (LoRA) of its upper layers, trained on the judged paragraphs.

Only the changes are kept (about 1 MB), so that a bundle stays small and the encoder's own files stay pinned.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.configuration.schema import AdaptConfig
from pipeline.errors import DataError
from pipeline.progress import Progress, silent
from pipeline.records import digest

__all__ = ["Adapter", "apply", "fit_adapter"]

_WARM = 0.1  # share of the steps in which the learning rate rises
_HEAD_RATE = 5e-3  # learning rate of the classifier that the encoder is taught with, and that is thrown away
_SHARPNESS = 20.0  # vectors of length 1 times this: log odds of a useful size without large weights
_RARE = -2.5  # log odds the classifier starts from: most paragraphs are not about most themes
_ROUND = 16  # tokens
_SORTED = 8  # batches that are sorted by length together, to pad little and still mix well


@dataclass(frozen=True, eq=False)
class Adapter:
    """Low-rank changes of linear layers: ``weight + up @ down`` (Hu et al. 2021, LoRA).

    Parameters
    ----------
    arrays
        float16, by ``LAYER.down`` (rank, in) and ``LAYER.up`` (out, rank), where LAYER is the layer's name
        inside the network.
    """

    arrays: dict[str, NDArray[np.float16]]

    @functools.cached_property
    def identity(self) -> str:
        """Hash over names and numbers."""
        return digest(*(part for name in sorted(self.arrays) for part in (name, self.arrays[name].tobytes())))

    def changes(self) -> dict[str, NDArray[np.float32]]:
        """Give what is added to each layer's weight, float32 (out, in) by the layer's name.

        Raises
        ------
        DataError
            When one half of a change is missing.
        """
        found = {}
        for name in sorted({name.rpartition(".")[0] for name in self.arrays}):
            down, up = self.arrays.get(f"{name}.down"), self.arrays.get(f"{name}.up")
            if down is None or up is None or up.shape[1] != down.shape[0]:
                raise DataError(f"adapter layer {name!r}", "is not whole", "train again with this encoder")
            found[name] = up.astype(np.float32) @ down.astype(np.float32)
        return found


def apply(network: Any, adapter: Adapter) -> None:
    """Add the changes to a network's weights, in place.

    Raises
    ------
    DataError
        When the changes are not of this network.
    """
    import torch

    layers = dict(network.named_modules())
    for name, change in adapter.changes().items():
        weight = getattr(layers.get(name), "weight", None)
        if weight is None or tuple(weight.shape) != change.shape:
            raise DataError(f"adapter layer {name!r}", "does not fit the encoder", "train again with this encoder")
        with torch.no_grad():
            weight += torch.from_numpy(change).to(weight)


def fit_adapter(
    model: Any,
    texts: list[str],
    answers: NDArray[np.int8],
    *,
    config: AdaptConfig,
    seed: int,
    progress: Progress = silent,
) -> Adapter:
    """Train the changes with a throw-away classifier on top, by binary cross-entropy over the asked answers.

    Parameters
    ----------
    model
        A sentence-transformers model of its own, in evaluation mode: it is changed, and gives the taught vectors
        afterwards. Dropout stays off: on a processor it doubles the time, and low rank restrains enough.
    texts
        n cleaned paragraphs.
    answers
        int8 (n, t) of 1, 0 and -1.

    Raises
    ------
    DataError
        When the network has no stack of layers, or training leaves the numbers.
    """
    import torch

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        changes = _open_layers(model, config)
        head = torch.nn.Linear(model.get_embedding_dimension(), answers.shape[1])
        torch.nn.init.zeros_(head.weight)
        torch.nn.init.constant_(head.bias, _RARE)
        batches = list(_batches([len(text) for text in texts], config=config, seed=seed))
        lesson = _Lesson(model, head.to(model.device), changes, texts, answers)
        lesson.teach(batches, rate=config.learning_rate, progress=progress)
    adapter = Adapter({key: value for name, change in changes.items() for key, value in change.close(name)})
    if not all(np.isfinite(array).all() for array in adapter.arrays.values()):
        raise DataError("adapt", "training left the range of numbers", "lower adapt.learning_rate")
    apply(model[0], adapter)
    return adapter


class _Change:
    """A low-rank change beside a linear layer, open to training until it is closed.

    It is computed beside the layer, not added to its weight: the gradient of the full weight, a third of the work
    of a training step, is never needed.
    """

    def __init__(self, layer: Any, *, rank: int) -> None:
        import torch

        out, width = layer.weight.shape
        device = layer.weight.device
        self.down = (torch.randn(rank, width) / width**0.5).to(device).requires_grad_()
        self.up = torch.zeros(out, rank, device=device, requires_grad=True)
        self._hook = layer.register_forward_hook(self._add)

    def _add(self, layer: Any, inputs: tuple[Any, ...], output: Any) -> Any:
        return output + (inputs[0] @ self.down.T) @ self.up.T

    def close(self, name: str) -> list[tuple[str, NDArray[np.float16]]]:
        """Take the change off the layer and give its arrays by name."""
        self._hook.remove()
        pairs = (("down", self.down), ("up", self.up))
        return [(f"{name}.{part}", array.detach().cpu().numpy().astype(np.float16)) for part, array in pairs]


def _open_layers(model: Any, config: AdaptConfig) -> dict[str, _Change]:
    """Freeze the network and put changes beside the linear layers of its upper part, by name in the network."""
    import torch

    for parameter in model.parameters():
        parameter.requires_grad_(False)
    stacks = [(name, part) for name, part in model[0].named_modules() if isinstance(part, torch.nn.ModuleList)]
    if not stacks:
        raise DataError("adapt", "the encoder has no stack of layers", "set adapt.epochs=0 for this encoder")
    name, stack = max(stacks, key=lambda item: len(item[1]))
    return {
        f"{name}.{index}.{part}": _Change(layer, rank=config.rank)
        for index in range(max(0, len(stack) - config.layers), len(stack))
        for part, layer in stack[index].named_modules()
        if isinstance(layer, torch.nn.Linear)
    }


@dataclass(frozen=True, slots=True)
class _Lesson:
    """A network with open changes, a throw-away classifier on top, and what they learn from."""

    model: Any
    head: Any
    changes: dict[str, _Change]
    texts: list[str]
    answers: NDArray[np.int8]

    def teach(self, batches: list[NDArray[np.int64]], *, rate: float, progress: Progress) -> None:
        """Take one step for each batch of rows."""
        import torch

        open_ = [part for change in self.changes.values() for part in (change.down, change.up)]
        optimizer = torch.optim.AdamW(
            [
                {"params": open_, "lr": rate, "weight_decay": 0.01},
                {"params": list(self.head.parameters()), "lr": _HEAD_RATE, "weight_decay": 0.0},
            ]
        )
        schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, functools.partial(_rate, steps=len(batches)))
        for done, rows in enumerate(batches):
            progress("teach the encoder", done, len(batches))
            optimizer.zero_grad()
            self._loss(rows).backward()
            torch.nn.utils.clip_grad_norm_(open_, 1.0)
            optimizer.step()
            schedule.step()
        progress("teach the encoder", len(batches), len(batches))

    def _loss(self, rows: NDArray[np.int64]) -> Any:
        """Give the mean binary cross-entropy over the asked answers of a batch."""
        import torch

        wanted = torch.from_numpy(self.answers[rows].astype(np.float32)).to(self.model.device)
        asked = wanted >= 0
        outputs = self.head(_forward(self.model, [self.texts[row] for row in rows]) * _SHARPNESS)
        losses = torch.nn.functional.binary_cross_entropy_with_logits(outputs, wanted.clamp(min=0), reduction="none")
        return (losses * asked).sum() / asked.sum().clamp(min=1)


def _forward(model: Any, texts: list[str]) -> Any:
    """Give the vectors of a batch with their gradients, in bfloat16 inside where the processor computes in it."""
    import torch

    features = {
        key: _padded(model, key, value).to(model.device) if isinstance(value, torch.Tensor) else value
        for key, value in model.preprocess(texts).items()
    }
    kind = model.device.type
    short = torch.ops.mkldnn._is_mkldnn_bf16_supported() if kind == "cpu" else kind == "cuda"
    with torch.autocast(kind, torch.bfloat16, enabled=short):
        return model(features)["sentence_embedding"].float()


def _padded(model: Any, key: str, value: Any) -> Any:
    """Pad (rows, tokens) to a round number of tokens: oneDNN compiles its kernels anew for every shape it meets."""
    import torch

    if value.ndim != 2 or value.shape[1] % _ROUND == 0:
        return value
    fill = model.tokenizer.pad_token_id if key == "input_ids" else 0
    return torch.nn.functional.pad(value, (0, -value.shape[1] % _ROUND), value=fill or 0)


def _rate(step: int, *, steps: int) -> float:
    """Rise to 1 in the first tenth of the steps, then fall to 0."""
    return min(1.0, (step + 1) / (_WARM * steps)) * max(0.0, 1 - step / steps)


def _batches(lengths: list[int], *, config: AdaptConfig, seed: int) -> Iterator[NDArray[np.int64]]:
    """Deal the rows into batches of like length, anew in every epoch."""
    generator = np.random.default_rng(seed)
    size = np.array(lengths)
    for _ in range(config.epochs):
        order = generator.permutation(len(size))
        pools = np.array_split(order, max(1, len(order) // (config.batch * _SORTED)))
        ranked = np.concatenate([pool[np.argsort(size[pool], kind="stable")] for pool in pools])
        batches = [ranked[start : start + config.batch] for start in range(0, len(ranked), config.batch)]
        for index in generator.permutation(len(batches)):
            yield batches[index]
