"""Batch tagging: a dump and a model in, a folder of tables and a manifest out."""

from __future__ import annotations

import functools
import itertools
import json
import tempfile
from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import IO

from pipeline.configuration.schema import IngestConfig
from pipeline.encoders import CompiledEncoder, Encoder, network_of
from pipeline.errors import DataError, InternalError, UsageError
from pipeline.files import hash_file, locked, writing
from pipeline.ingest.ledger import Ledger
from pipeline.ingest.reading.dump import DumpFile, read_files
from pipeline.ingest.reading.fields import Fields
from pipeline.ingest.stream import Cut, ingest
from pipeline.model.theme_model import PATHS, Scored, ThemeModel, TokenShares
from pipeline.progress import Progress, silent
from pipeline.records import Rejected
from pipeline.tagging.counts import Stories
from pipeline.tagging.evidence import EVIDENCE, Told, evidence_rows, told_of
from pipeline.tagging.folder import LOCK, REJECTED, SCRATCH, check_outside, finished, inspect, prepare
from pipeline.tagging.formats import FileFormat, file_format_named
from pipeline.tagging.journal import Done, Journal
from pipeline.tagging.manifest import Identity, write_manifest
from pipeline.tagging.prefetch import Behind, reading_ahead
from pipeline.tagging.rows import (
    NOISE,
    PARAGRAPHS,
    TAGS,
    Columns,
    Table,
    noise_rows,
    paragraph_rows,
    rejected_row,
    tag_rows,
)
from pipeline.tagging.shards import Chunk, Shard, chunks, write_shard
from pipeline.tagging.summary import Summary, manifest_of

__all__ = ["tag"]


def tag(
    model: ThemeModel,
    paths: Sequence[Path | str],
    *,
    out: Path,
    file_format: str = "parquet",
    overwrite: bool = False,
    fields: Mapping[str, str] | None = None,
    keep_text: bool = True,
    progress: Progress = silent,
) -> Summary:
    """Tag every paragraph of a dump.

    An interrupted run goes on where it stopped when it is called again, and ends with the same bytes as one
    that was never interrupted. A finished one is left as it is.

    Parameters
    ----------
    model
        Its recipe says how the dump is cut and embedded; nothing here can change that.
    paths
        Files and folders.
    out
        Folder that gets ``paragraphs/ tags/ evidence/ noise/ rejected.jsonl run.json``; see docs/output.md.
    file_format
        ``parquet``, ``jsonl`` or ``csv``.
    overwrite
        Whether another run in ``out`` is deleted first. Only files that ``tag`` wrote are deleted.
    fields
        Where article fields stand in records, as ``{"text": "story"}``, on top of the recipe's.
    keep_text
        Whether paragraphs and noise carry their text, or only ids and offsets.

    Raises
    ------
    UsageError
        Unknown format; ``out`` inside the dump; a model that was never saved.
    ConfigError
        ``fields`` names a field that articles do not have.
    MissingError
        A path of the dump does not exist.
    DataError
        ``out`` holds another run, a changed one, or the dump changed while it was read.
    OutputError, WriteError, LockedError
        ``out`` cannot be used, the disk is full, another run works there.
    InternalError
        Rows in are not rows out: a bug of ours; no manifest is written.
    """
    if not model.sha256:
        raise UsageError(
            f"model {model.name}",
            "was never saved, so no tag could be led back to it",
            "save it with save_bundle(model, folder=...)",
        )
    dump = [Path(path) for path in paths]
    chosen = file_format_named(file_format)
    check_outside(out, dump)
    progress("hash the dump", 0, None)
    config = model.recipe.ingest.model_copy(update={"fields": {**model.recipe.ingest.fields, **(fields or {})}})
    Fields(config.fields)  # a wrong name is told before anything is made
    inputs = read_files(dump)
    identity = Identity.of(model, inputs, file_format=chosen, fields=dict(fields or {}), keep_text=keep_text)
    inspect(out)
    with locked(out / LOCK):
        manifest = None if overwrite else finished(out, identity=identity)
        if manifest is not None:
            return Summary(out, manifest, was_finished=True)
        journal = prepare(out, identity=identity, overwrite=overwrite)
        run = _Run(model, identity, out, chosen, keep_text, journal)
        manifest = run.work(dump, inputs, config=config, progress=progress)
        write_manifest(out, manifest)
        run.journal.remove()
        return Summary(out, manifest, kept_chunks=run.kept)


@dataclass(frozen=True, slots=True)
class _Piece:
    """A chunk on its way from the encoder to the disk: scored, or done by an earlier run."""

    chunk: Chunk
    outcome: Done | tuple[Scored, Told]


@dataclass(slots=True)
class _Run:
    """One run under way: what it was asked for, and what it has counted so far."""

    model: ThemeModel
    identity: Identity
    out: Path
    file_format: FileFormat
    keep_text: bool
    journal: Journal
    ledger: Ledger = field(default_factory=Ledger)
    articles: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    paths: Counter[str] = field(default_factory=Counter)
    shards: list[Shard] = field(default_factory=list)
    kept: int = 0
    tagged: int = 0

    def work(
        self, dump: list[Path], inputs: list[DumpFile], *, config: IngestConfig, progress: Progress
    ) -> dict[str, object]:
        """Read, score and write everything, and give the manifest."""
        with ExitStack() as stack:
            scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix=SCRATCH, dir=self.out)))
            stories = stack.enter_context(Stories(scratch, themes=len(self.model.themes)))
            partial = stack.enter_context(writing(self.out / REJECTED))
            rejects = stack.enter_context(partial.open("w", encoding="utf-8", newline="\n"))
            stop = Event()
            read = self._chunks(dump, inputs, rejects, config=config, scratch=scratch, stop=stop)
            ahead = stack.enter_context(closing(reading_ahead(read, stop=stop)))
            ready = stack.enter_context(ThreadPoolExecutor(1)).submit(_prepare, self.model.encoder)
            with Behind(functools.partial(self._write_chunk, stories=stories)) as writer:
                for chunk in ahead:
                    ready.result()
                    writer.add(self._scored(chunk, progress=progress))
            self._check()
            themes, total, to_read = stories.themes(), stories.total(), stories.to_read
        path = self.out / REJECTED
        self.shards.append(Shard(REJECTED, hash_file(path), path.stat().st_size, sum(self.codes.values())))
        return manifest_of(
            self.model,
            self.identity,
            inputs=inputs,
            ledger=self.ledger,
            counts={
                "articles": self.articles,
                "paragraphs": sum(self.kinds.values()),
                "kinds": dict(self.kinds),
                "noise": dict(self.reasons),
                "codes": dict(self.codes),
                "once": total.as_dict(),
                "to_read": to_read,
                "paths": dict(self.paths),
            },
            themes=dict(zip(self.model.themes, themes, strict=True)),
            shards=self.shards,
        )

    def _chunks(
        self,
        dump: list[Path],
        inputs: list[DumpFile],
        rejects: IO[str],
        *,
        config: IngestConfig,
        scratch: Path,
        stop: Event,
    ) -> Generator[Chunk]:
        """Read the dump; all of this runs in the thread that reads ahead."""
        with closing(ingest(dump, config=config, ledger=self.ledger, scratch=scratch)) as stream:
            until = itertools.takewhile(lambda _: not stop.is_set(), stream)
            yield from chunks(self._cuts(until, inputs, rejects))

    def _cuts(self, stream: Iterable[Cut | Rejected], inputs: list[DumpFile], rejects: IO[str]) -> Iterator[Cut]:
        """Hand on the articles; write and count what is rejected; count everything."""
        hashes = {one.name: one.sha256 for one in inputs}
        for found in stream:
            if isinstance(found, Rejected):
                row = rejected_row(found, run_id=self.identity.run_id)
                rejects.write(json.dumps(row, ensure_ascii=False) + "\n")
                self.codes[str(found.code)] += 1
                continue
            _check_unchanged(found, hashes)
            self.articles += 1
            self.kinds.update(str(paragraph.kind) for paragraph in found.paragraphs)
            self.reasons.update(paragraph.reason for paragraph in found.paragraphs if paragraph.reason)
            yield found

    def _scored(self, chunk: Chunk, *, progress: Progress) -> _Piece:
        """Score a chunk, unless an earlier run did: all that needs the encoder."""
        before, self.tagged = self.tagged, self.tagged + len(chunk.tagged)
        done = self.journal.find(chunk, out=self.out)
        if done is not None:
            self.kept += 1
            progress("tag paragraphs", self.tagged, None)
            return _Piece(chunk, done)
        shares: dict[int, TokenShares] = {}
        scored = self.model.score(
            [item.paragraph.text for item in chunk.tagged],
            articles=[item.article.article_id for item in chunk.tagged],
            watch=shares.__setitem__,
            progress=lambda stage, done, total: progress("tag paragraphs", before + done, None),
        )
        return _Piece(chunk, (scored, told_of(self.model, chunk.tagged, scored, shares=shares)))

    def _write_chunk(self, piece: _Piece, *, stories: Stories) -> None:
        """Write and note a scored chunk, and count it; runs in the thread that writes."""
        chunk, done = piece.chunk, piece.outcome
        if not isinstance(done, Done):
            scored, told = done
            done = Done.of(chunk, self._write_tables(chunk, scored, told), scored.bands, scored.path)
            self.journal.add(chunk, done)
        self.shards += done.shards
        self.paths.update(dict(zip(PATHS, done.paths, strict=True)))
        stories.add(chunk.tagged, done.unpacked(rows=len(chunk.tagged), themes=len(self.model.themes)))

    def _write_tables(self, chunk: Chunk, scored: Scored, told: Told) -> tuple[Shard, ...]:
        run_id = self.identity.run_id
        same = {
            "model_sha256": self.model.sha256,
            "codebook_version": self.model.codebook.version,
            "run_id": run_id,
        }
        tags = tag_rows(chunk.tagged, scored, themes=self.model.themes, decider=self.model.decider, same=same)
        carried = evidence_rows(self.model, chunk.tagged, scored, told=told, run_id=run_id)
        return (
            self._write(PARAGRAPHS, chunk, paragraph_rows(chunk.tagged, scored.windows.tolist(), run_id=run_id)),
            self._write(TAGS, chunk, tags),
            self._write(EVIDENCE, chunk, carried),
            self._write(NOISE, chunk, noise_rows(chunk.noise, run_id=run_id)),
        )

    def _write(self, table: Table, chunk: Chunk, columns: Columns) -> Shard:
        kept = table if self.keep_text else table.without("text", "title")
        return write_shard(columns, table=kept, number=chunk.number, out=self.out, file_format=self.file_format)

    def _check(self) -> None:
        """Hold what came in against what was written."""
        self.ledger.check()
        rows: Counter[str] = Counter()
        for shard in self.shards:
            rows[shard.file.split("/")[0]] += shard.rows
        tagged = sum(count for kind, count in self.kinds.items() if kind != "noise")
        expected = {
            PARAGRAPHS.name: tagged,
            TAGS.name: tagged * len(self.model.themes),
            NOISE.name: self.kinds["noise"],
        }
        for name, count in expected.items():
            if rows[name] != count:
                raise InternalError(
                    self.out / name, f"{rows[name]} rows written, {count} expected", "please report this bug of ours"
                )


def _prepare(encoder: Encoder) -> None:
    """Compile the network while the first articles are read."""
    network = network_of(encoder)
    if isinstance(network, CompiledEncoder):
        network.prepare()


def _check_unchanged(found: Cut, hashes: Mapping[str, str]) -> None:
    file, sha256 = found.article.source.file, found.article.file_sha256
    if hashes.get(file, sha256) != sha256:
        raise DataError(file, "changed while it was read", "let the dump rest, then tag again with --overwrite")
