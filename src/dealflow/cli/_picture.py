"""Pages as SVG pictures: rich's, but nothing is fetched, and wide characters keep their places."""

from __future__ import annotations

import re
from html import unescape

from rich.cells import cell_len
from rich.console import Console

__all__ = ["picture"]

_CELL = 12.2
"""The width of a cell in rich's pictures."""

_LENGTH = re.compile(r'textLength="[^"]*"([^>]*)>([^<]*)</text>')

# As rich's own, but for the fonts: nothing is fetched from anywhere to look at it.
_SVG = """\
<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{
  font-family: "Fira Code", "DejaVu Sans Mono", "Noto Sans Mono CJK SC", Menlo, Consolas, monospace;
  font-size: {char_height}px; line-height: {line_height}px; font-variant-east-asian: full-width;
}}
.{unique_id}-title {{ font-size: 18px; font-weight: bold; font-family: arial, sans-serif; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" />
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def picture(console: Console, title: str) -> str:
    """What a recording console has printed, as SVG; the same page gives the same picture."""
    svg = console.export_svg(title=title, code_format=_SVG, unique_id="dealflow")
    return _LENGTH.sub(_measured, svg)


def _measured(match: re.Match[str]) -> str:
    """The text with the length that it has in cells: rich counts its characters."""
    between, text = match.groups()
    length = cell_len(unescape(text)) * _CELL
    return f'textLength="{length:g}"{between}>{text}</text>'
