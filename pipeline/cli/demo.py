"""``themes demo``: the whole way once, on what comes with the package."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from pipeline.demo import Example

__all__ = ["register"]

_STRONG = 4  # words printed in bold


def register(app: typer.Typer) -> None:
    """Add the command to the door."""
    app.command(epilog="Example: themes demo")(demo)


def demo(
    out: Annotated[Path, typer.Option(help="Folder that gets models/demo and runs/.")] = Path(),
) -> None:
    """Train on the shipped labels, tag the shipped sample dump, and show the result."""
    from pipeline.cli.evaluate import show_measures
    from pipeline.cli.output import progress_bars, say
    from pipeline.cli.tag import show_summary, told_rows
    from pipeline.cli.train import train_and_save
    from pipeline.configuration.load import load_config
    from pipeline.configuration.shipped import SAMPLE_DUMP, shipped
    from pipeline.demo import examples
    from pipeline.model.bundle import load_bundle
    from pipeline.tagging import tag

    store = out / "runs" / "mlflow.sqlite"
    changes = ["name=demo", "evaluation.baselines=true"]
    config = load_config(shipped("configs/quick.yaml"), changes).config
    config = config.model_copy(update={"tracking": config.tracking.model_copy(update={"uri": str(store)})})
    tags = out / "runs" / "demo"
    with progress_bars() as progress:
        trained, folder = train_and_save(config, out=out / "models", progress=progress)
        model = load_bundle(folder)
        summary = tag(model, [SAMPLE_DUMP], out=tags, overwrite=True, progress=progress)
        shown = examples(model, tags)
    evaluation = trained.evaluation.as_dict()
    show_measures(evaluation)
    show_summary(summary)
    for example in shown:
        _show(example)
    say(f"model     {folder}   (card: {folder / 'README.md'})")
    say(told_rows(summary))
    say(f"tags      {tags}   (columns: docs/output.md)")
    say(f"runs      MLFLOW_DISABLE_TELEMETRY=true mlflow ui --backend-store-uri sqlite:///{store} --host 127.0.0.1")
    say("note      this model took the short way (configs/quick.yaml); models/default is better: docs/quality.md")
    say("next      themes tag YOUR-DUMP --model models/default --out OUT")


def _show(example: Example) -> None:
    """Print one paragraph: theme, score, place, the sentence that carried it, its strongest words in bold."""
    from rich.console import Console
    from rich.text import Text

    from pipeline.cli.output import printable

    found = example.evidence
    sentence = found.sentences[0]
    line = Text(printable(example.text[sentence.start : sentence.end]))
    strong = [word for word in found.words if sentence.start <= word.start < sentence.end and word.weight > 0]
    for word in strong[:_STRONG]:
        line.stylize("bold underline", word.start - sentence.start, word.end - sentence.start)
    console = Console(highlight=False, soft_wrap=True)
    head = f"\n{found.theme}  {found.score:.2f}   {example.place}, paragraph {example.number}"
    console.print(Text(printable(head), style="bold"))
    console.print(line)
    words = ", ".join(f"{example.text[w.start : w.end]} {w.weight:+.2f}" for w in strong[:_STRONG])
    console.print(Text(printable(f"  carried by: {words}"), style="dim"))
