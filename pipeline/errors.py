"""The errors a user can meet, each with its exit code.

Every message has one shape: ``place: what is wrong, found VALUE; what is accepted, or the command to run``.
No message ever quotes article text.
"""

from __future__ import annotations

__all__ = [
    "ConfigError",
    "DataError",
    "InternalError",
    "LockedError",
    "MissingError",
    "OutputError",
    "ThemesError",
    "TrackingError",
    "UsageError",
    "WriteError",
]


class ThemesError(Exception):
    """An error that a person can act on.

    Parameters
    ----------
    place
        Where: a file with its line, a key, a theme, a row.
    problem
        What is wrong there, with the offending value.
    remedy
        What is accepted, or the command to run next.
    """

    exit_code = 70

    def __init__(self, place: object, problem: str, remedy: str) -> None:
        self.place = str(place)
        self.problem = problem
        self.remedy = remedy
        super().__init__(f"{self.place}: {problem}; {remedy}")


class UsageError(ThemesError):
    """The command was called in a way it does not know."""

    exit_code = 64


class DataError(ThemesError):
    """Labels, a model bundle or finished output are not what they must be."""

    exit_code = 65


class MissingError(ThemesError):
    """A named file, folder, package or model is not there or may not be read."""

    exit_code = 66


class TrackingError(ThemesError):
    """The tracking server did not answer although it was asked for."""

    exit_code = 69


class InternalError(ThemesError):
    """The pipeline contradicts itself: a bug of ours."""

    exit_code = 70


class OutputError(ThemesError):
    """The output cannot be created here."""

    exit_code = 73


class WriteError(ThemesError):
    """Writing or reading failed half-way: disk full, quota, broken disk."""

    exit_code = 74


class LockedError(ThemesError):
    """Another run works on the same folder."""

    exit_code = 75


class ConfigError(ThemesError):
    """A configuration or codebook is wrong; holds every problem found.

    Parameters
    ----------
    problems
        One or more ready messages, each with place, value and remedy.
    """

    exit_code = 78

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        Exception.__init__(self, "\n".join(problems))
        self.place, self.problem, self.remedy = "configuration", "\n".join(problems), ""
