"""The torch back end for GPUs: large batches of one length, in bfloat16."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.encoders.compiled.graph import Batch

__all__ = ["TorchEngine"]


class TorchEngine:
    """A network that torch runs.

    Parameters
    ----------
    network
        A ``SentenceTransformer`` in evaluation mode, on its device.
    short
        Whether it computes in bfloat16.
    """

    budget = 65536
    whole = True

    def __init__(self, network: Any, *, short: bool) -> None:
        self._network = network
        self._short = short

    def run(self, batches: Iterable[Batch]) -> Iterator[tuple[Batch, list[NDArray[np.float32]]]]:
        """Give each batch with the last layer's output, one batch ahead of who takes it."""
        waiting: tuple[Batch, Any] | None = None
        for batch in batches:
            started = self._start(batch)  # the GPU works on while the one before is taken
            if waiting is not None:
                yield waiting[0], [waiting[1].float().cpu().numpy()]
            waiting = batch, started
        if waiting is not None:
            yield waiting[0], [waiting[1].float().cpu().numpy()]

    def _start(self, batch: Batch) -> Any:
        import torch

        device = self._network.device
        ids, real = (torch.from_numpy(array).to(device, non_blocking=True) for array in (batch.ids, batch.real))
        with torch.inference_mode(), torch.autocast(device.type, torch.bfloat16, enabled=self._short):
            taken = {"input_ids": ids.long(), "attention_mask": real.long()}
            return self._network[0](taken)["token_embeddings"]
