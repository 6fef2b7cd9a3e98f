"""From an article to its paragraphs: every visible character of the source ends up in exactly one.

For plain text ``clean(article.text[p.char_start:p.char_end]) == p.text``; for Markdown and HTML the same
holds once the mark-up of the span is rendered away. Spans are in order and do not overlap. Only text that
stands in no visible place of an HTML page has no span: ``-1, -1`` and the flag ``no_offset``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from pipeline.configuration.schema import IngestConfig
from pipeline.ingest.blocks import Block, trimmed
from pipeline.ingest.clean import clean, remarks
from pipeline.ingest.cutting.html import html_blocks
from pipeline.ingest.cutting.html_scanner import flatten
from pipeline.ingest.cutting.markdown import markdown_blocks, rendered
from pipeline.ingest.cutting.text import text_blocks
from pipeline.ingest.noise.classify import Judged, judged
from pipeline.ingest.sentences import sentence_ends
from pipeline.records import Article, Media, Paragraph, digest

__all__ = ["cut"]

_CUTTERS: dict[Media, Callable[[str], list[Block]]] = {
    Media.TEXT: text_blocks,
    Media.MARKDOWN: markdown_blocks,
    Media.HTML: html_blocks,
}


def cut(article: Article, *, config: IngestConfig) -> list[Paragraph]:
    """Cut an article into paragraphs, noise included, in reading order.

    Returns
    -------
    list of Paragraph
        Without cluster ids; empty when nothing in the article is visible.

    Raises
    ------
    LostText
        For an HTML page whose text cannot be extracted (``pipeline.ingest.cutting.html``).
    """
    paragraphs: list[Paragraph] = []
    for item in judged(_CUTTERS[article.media](article.text), title=article.title):
        pieces = _pieces(article, item.block, limit=config.max_paragraph_chars)
        for piece in pieces:
            paragraphs.append(_paragraph(article, item, piece, number=len(paragraphs) + 1, is_cut=len(pieces) > 1))
    return paragraphs


def _paragraph(article: Article, item: Judged, piece: Block, *, number: int, is_cut: bool) -> Paragraph:
    flags = remarks(article.text[piece.start : piece.end] if piece.start >= 0 else piece.text)
    flags |= {"cut"} if is_cut else set()
    flags |= {"no_offset"} if piece.start < 0 else set()
    return Paragraph(
        paragraph_id="p" + digest(article.article_id, str(number), piece.text)[:20],
        article_id=article.article_id,
        number=number,
        kind=item.kind,
        reason=item.reason,
        text=piece.text,
        char_start=piece.start,
        char_end=piece.end,
        flags=tuple(sorted(flags)),
    )


def _pieces(article: Article, block: Block, *, limit: int) -> list[Block]:
    """Give the block itself, or its parts when its text is longer than ``limit`` characters."""
    if len(block.text) <= limit:
        return [block]
    if block.start < 0:
        return [Block(-1, -1, clean(block.text[i:j])) for i, j in _parts(block.text, limit=limit)]
    if article.media is Media.HTML:
        return list(_html_pieces(article.text, block, limit=limit))
    pieces = []
    for first, last in _parts(article.text[block.start : block.end], limit=limit):
        start, end = trimmed(article.text, block.start + first, block.start + last)
        source = article.text[start:end]
        text = clean(rendered(source)) if article.media is Media.MARKDOWN else ""
        pieces.append(Block(start, end, text or clean(source)))
    return [piece for piece in pieces if piece.text]


def _html_pieces(source: str, block: Block, *, limit: int) -> Iterator[Block]:
    for flat in flatten(source[block.start : block.end]):
        for first, last in _parts(flat.text, limit=limit):
            text = clean(flat.text[first:last])
            if text:
                start, end = flat.span(first, last)
                yield Block(block.start + start, block.start + end, text)


def _parts(text: str, *, limit: int) -> Iterator[tuple[int, int]]:
    """Divide a text at the last sentence end within ``limit``, else the last space, else hard."""
    start = 0
    while len(text) - start > limit:
        end = _cut_place(text, start=start, stop=start + limit)
        yield start, end
        start = end
    yield start, len(text)


def _cut_place(text: str, *, start: int, stop: int) -> int:
    ends = sentence_ends(text, start=start, stop=stop)
    if ends:
        return ends[-1]
    space = max((place for place in range(stop - 1, start, -1) if text[place].isspace()), default=-1)
    return space if space > start else stop
