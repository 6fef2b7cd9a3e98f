"""Runs, figures and registered models in MLflow: the only importer of it.

MLflow gets numbers, hashes, pictures and the bundle as plain files, never text and never a pickle; and
nothing is loaded through it: ``fetch_model`` copies our own bundle out, which is then checked like any other.
"""

from pipeline.tracking.comparison import record_comparison
from pipeline.tracking.fetch import fetch_model
from pipeline.tracking.promotion import promote, rollback
from pipeline.tracking.record import Recorded, record
from pipeline.tracking.repeat import run_config

__all__ = ["Recorded", "fetch_model", "promote", "record", "record_comparison", "rollback", "run_config"]
