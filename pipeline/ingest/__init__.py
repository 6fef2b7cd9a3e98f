"""Dump to paragraphs: reading files, telling content from noise, clusters of near-duplicates."""

from pipeline.ingest.dump import DumpFile, read_dump, read_files
from pipeline.ingest.ledger import Ledger

__all__ = ["DumpFile", "Ledger", "read_dump", "read_files"]
