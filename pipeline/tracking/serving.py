"""A bundle as an MLflow model from code, so that ``mlflow models serve`` answers on it.

MLflow stores three lines of Python that call ``offer_model`` and a copy of the bundle: no pickle. Who loads
it runs the installed ``themes``, and the bundle is checked like every other before it is read.

A request is a table with a column ``text``, one paragraph per row. The answer has one row per paragraph:
``tags``, the ids of the themes it gets, in the codebook's order; ``score_THEME``, a calibrated probability,
for every theme; and ``model_sha256``, which leads back to the bundle.
"""

from __future__ import annotations

import importlib.metadata
import warnings
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.errors import DataError
from pipeline.model.bundle import load_bundle
from pipeline.model.theme_model import BANDS, ThemeModel

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["answer", "offer_model", "save_served"]

_SCRIPT = """\
from pipeline.tracking.serving import offer_model

offer_model()
"""
_PACKAGES = (
    "mlflow", "numpy", "pandas", "pydantic", "safetensors", "sentence-transformers", "torch", "transformers",
)  # fmt: skip


def save_served(bundle: Path, folder: Path, *, model: ThemeModel, identity: dict[str, str]) -> None:
    """Write the MLflow model folder.

    Parameters
    ----------
    folder
        Must not be there yet; its parent gets the script.
    model
        What the bundle holds.
    identity
        ``model_id`` and ``run_id`` in the store.
    """
    import mlflow.pyfunc
    from mlflow.models import Model, ModelSignature
    from mlflow.types import ColSpec, DataType, Schema
    from mlflow.types.schema import Array

    script = folder.parent / "served_model.py"
    script.write_text(_SCRIPT, encoding="utf-8")
    columns = [
        ColSpec(Array(DataType.string), "tags"),
        ColSpec(Array(DataType.string), "review"),
        *(ColSpec(DataType.double, f"score_{theme}") for theme in model.themes),
        ColSpec(DataType.string, "model_sha256"),
    ]
    asked = [ColSpec(DataType.string, "text"), ColSpec(DataType.string, "article", required=False)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it asks for an input example; labelled text must not become one
        mlflow.pyfunc.save_model(
            path=str(folder),
            python_model=str(script),
            artifacts={"bundle": str(bundle)},
            signature=ModelSignature(inputs=Schema(asked), outputs=Schema(columns)),
            pip_requirements=_requirements(model),
            mlflow_model=Model(**identity),
        )
    _forget_paths(folder, script=script.name)


def _forget_paths(folder: Path, *, script: str) -> None:
    """Take this machine's absolute paths out of ``MLmodel``: they may name people, and nothing needs them."""
    from mlflow.models import Model
    from mlflow.models.model import MLMODEL_FILE_NAME

    described = Model.load(str(folder))
    flavor = described.flavors["python_function"]
    flavor["model_code_path"] = script
    flavor["artifacts"]["bundle"]["uri"] = "bundle"
    described.save(str(folder / MLMODEL_FILE_NAME))


def _requirements(model: ThemeModel) -> list[str]:
    """Name the installed versions; given explicitly, because MLflow would run the model to guess them."""
    encoders = (model.recipe.encoder.id, *model.recipe.encoder.beside)
    carriers = [encoder.removeprefix("package:") for encoder in encoders if encoder.startswith("package:")]
    found = []
    for name in ("themes", *_PACKAGES, *carriers):
        with suppress(importlib.metadata.PackageNotFoundError):  # themes in a checkout that is not installed
            version = importlib.metadata.version(name).partition("+")[0]  # +cpu names a build, not a release
            found.append(f"{name}=={version}")
    return found


def offer_model() -> None:
    """Hand MLflow the object that answers requests; called by the stored script."""
    import mlflow.pyfunc
    import pandas as pd
    from mlflow.models import set_model

    def respond(self: Any, context: Any, model_input: Any, params: Any = None) -> Any:
        """Answer one request."""
        return answer(self.model, model_input)

    # the class itself, not its name as a string: MLflow reads it, and takes tables as they are
    respond.__annotations__ = {"model_input": pd.DataFrame}

    class ServedModel(mlflow.pyfunc.PythonModel):  # type: ignore[misc]
        """Loads the bundle once, then answers tables of texts."""

        def load_context(self, context: Any) -> None:
            """Read and check the bundle."""
            self.model = load_bundle(Path(context.artifacts["bundle"]))

        predict = respond

    set_model(ServedModel())


def answer(model: ThemeModel, table: pd.DataFrame) -> pd.DataFrame:
    """Score the column ``text`` of a table, one row in, one row out, in the same order.

    Rows that follow one another with the same value in the column ``article``, if there is one, are read as
    neighbours.

    Raises
    ------
    DataError
        When there is no such column, or a row has no text.
    """
    import pandas as pd

    if "text" not in table:
        found = ", ".join(map(repr, table.columns))
        raise DataError("request", f"no column 'text', found {found}", "send one paragraph per row as 'text'")
    texts = table["text"].tolist()
    for row, text in enumerate(texts, start=1):
        if not isinstance(text, str):
            raise DataError(f"request, row {row}", f"text is {type(text).__name__}", "send a string")
    articles = table["article"].astype(str).tolist() if "article" in table else None
    scored = model.score(texts, articles=articles)
    columns: dict[str, Any] = {}
    for name, band in (("tags", "yes"), ("review", "review")):
        rows = (scored.bands == BANDS.index(band)).tolist()
        columns[name] = [[theme for theme, there in zip(model.themes, row, strict=True) if there] for row in rows]
    for theme, scores in zip(model.themes, scored.scores.T, strict=True):
        columns[f"score_{theme}"] = scores.astype("float64")
    columns["model_sha256"] = [model.sha256] * len(texts)
    return pd.DataFrame(columns, index=table.index)
