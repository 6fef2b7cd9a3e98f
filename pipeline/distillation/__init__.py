"""A fast student of a trained model, and a gate in front of one, from paragraphs that nobody has judged."""

from pipeline.distillation.distil import Distilled, Settings, distil

__all__ = ["Distilled", "Settings", "distil"]
