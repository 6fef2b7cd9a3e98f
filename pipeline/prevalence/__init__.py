"""How common themes are in a tagged dump, and how right its tags are: corrected counts and audit samples."""

from pipeline.prevalence.audit import apply
from pipeline.prevalence.design import Design, read_design
from pipeline.prevalence.estimate import Audited, Prevalence, Share, held_out_prevalence
from pipeline.prevalence.labelled import Labelled, labelled
from pipeline.prevalence.sample import draw
from pipeline.tagging.reader import TaggedDump, open_tags

__all__ = [
    "Audited",
    "Design",
    "Labelled",
    "Prevalence",
    "Share",
    "TaggedDump",
    "apply",
    "draw",
    "held_out_prevalence",
    "labelled",
    "open_tags",
    "read_design",
]
