"""A document's text with its places: lines, columns, and where a route lies."""

from __future__ import annotations

from functools import cached_property

from aligncli.diagnostics import LineTable, Span
from aligncli.document.fences import split
from aligncli.document.locate import Locator


class Source:
    """One document's text, ready to find places in; a byte-order mark is no part of it.

    Args:
        text: of the whole file.
    """

    def __init__(self, text: str) -> None:
        self.text = text.lstrip("\ufeff")
        self.lines = LineTable(self.text)

    @cached_property
    def locator(self) -> Locator:
        """Finds routes in the frontmatter; parses it when first asked."""
        front = split(self.text).frontmatter or Span(0, 0)
        return Locator(self.text[front.start : front.end], front.start)

    def line(self, number: int) -> str:
        """The text of a line, counted from 1, without its end."""
        starts = self.lines.starts
        if not 1 <= number <= len(starts):
            return ""
        end = starts[number] if number < len(starts) else len(self.text)
        return self.text[starts[number - 1] : end].rstrip("\r\n")
