"""The codebook: what each theme means, as versioned data."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, field_validator, model_validator

from pipeline.configuration.goals import checked_goal
from pipeline.configuration.sections import Section
from pipeline.records import digest

__all__ = ["Codebook", "Theme", "read_codebook"]


class Theme(Section):
    """One theme.

    Attributes are what a coder reads before judging; ``id`` is what stands in labels and tags.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9_]{0,63}$", description="Short name in labels and tags.")
    name: str = Field(min_length=1, description="Name for people.")
    definition: str = Field(min_length=1, description="What the theme means, in one or two sentences.")
    yes_when: str = Field(min_length=1, description="When a paragraph gets the theme.")
    no_when: str = Field(min_length=1, description="When it does not, although it may look so.")
    examples: list[str] = Field(default_factory=list, description="Sentences that get the theme.")
    goal: str | None = Field(
        None,
        description="What its threshold is for, where that differs from thresholds.goal of the configuration: "
        "f1, precision>=0.9 or recall>=0.9.",
    )

    @field_validator("goal")
    @classmethod
    def _one_goal(cls, value: str | None) -> str | None:
        return checked_goal(value)


class Codebook(Section):
    """An ordered list of themes with a version.

    The order of the themes is the order of columns in every model that is trained on it.
    """

    version: str = Field(min_length=1, description="Changes whenever a meaning changes.")
    title: str = Field(min_length=1, description="Name of the codebook.")
    rules: list[str] = Field(default_factory=list, description="Rules for borderline cases.")
    themes: list[Theme] = Field(min_length=1, description="The themes.")

    @model_validator(mode="after")
    def _ids_differ(self) -> Codebook:
        seen: set[str] = set()
        for theme in self.themes:
            if theme.id in seen:
                raise ValueError(f"theme id {theme.id!r} stands twice; every id must differ")
            seen.add(theme.id)
        return self

    @property
    def ids(self) -> tuple[str, ...]:
        """Ids of the themes, in order."""
        return tuple(theme.id for theme in self.themes)

    @property
    def sha256(self) -> str:
        """Hash of the content, whatever the layout of the file; without goals: a purpose changes no meaning."""
        return digest(self.model_dump_json(exclude={"themes": {"__all__": {"goal"}}}))

    @property
    def goals(self) -> dict[str, str]:
        """Goals of the themes that have one of their own."""
        return {theme.id: theme.goal for theme in self.themes if theme.goal is not None}


def read_codebook(path: Path) -> Codebook:
    """Read a codebook file.

    Raises
    ------
    MissingError
        When there is no such file.
    ConfigError
        With every problem and its line.
    """
    from pipeline.configuration.load import read_strict

    return read_strict(path, Codebook)
