"""How common themes are in a tagged dump, and how right its tags are: corrected counts and audit samples."""

from pipeline.auditing.design import Design, read_design
from pipeline.auditing.drawing import draw
from pipeline.auditing.judging import apply
from pipeline.auditing.labelled import Labelled, labelled
from pipeline.auditing.shares import Audited, Prevalence, Share, held_out_prevalence
from pipeline.auditing.tagged import TaggedDump, open_tags

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
