"""Batch tagging: a dump and a model in, tables and a manifest out."""

from pipeline.tagging.run import tag
from pipeline.tagging.summary import Summary

__all__ = ["Summary", "tag"]
