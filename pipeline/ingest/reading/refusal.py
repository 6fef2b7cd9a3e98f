"""What a reader says of a piece of the dump that it cannot turn into an article."""

from __future__ import annotations

from pipeline.records import RejectCode

__all__ = ["Refusal"]


class Refusal(Exception):  # noqa: N818 - it is an answer, not a fault of the program
    """A row, file or archive member gives no article; becomes ``Rejected`` where its place is known.

    Parameters
    ----------
    code
        What kind of problem.
    reason
        One sentence without any article text.
    remedy
        What a person can do about it.
    """

    def __init__(self, code: RejectCode, reason: str, remedy: str) -> None:
        self.code = code
        self.reason = reason
        self.remedy = remedy
        super().__init__(f"{code}: {reason}; {remedy}")
