"""Makes docs/_static/demo.svg, and demo.zh.svg: two steps of what ``dealflow demo`` prints."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

STATIC = Path(__file__).parent / "_static"
PICTURES = {"en": STATIC / "demo.svg", "zh": STATIC / "demo.zh.svg"}
_CUT = re.compile("Step&#160;3&#160;of|第3步，")
_TEXT = re.compile(r'<text[^>]* y="([0-9.]+)"[^>]*>[^<]*</text>\s*')
_CLIP = re.compile(
    r'<clipPath id="[\w-]*line-\d+">\s*<rect[^>]* y="([0-9.]+)"[^>]*>\s*</clipPath>\s*'
)
_HEIGHT = re.compile(r'(viewBox="0 0 [0-9.]+ |<rect [^>]*height=")([0-9.]+)')


def draw(language: str) -> str:
    """The whole picture of the first deal, in a language, as the command writes it."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "demo.svg"
        arguments = ["demo", "--only", "1", "--lang", language, "--svg", str(file)]
        command = [sys.executable, "-m", "dealflow", *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        return file.read_text(encoding="utf-8")


def cut(svg: str) -> str:
    """Only the lines above the third step, and a window that fits around them."""
    lines = [(float(match[1]), match[0]) for match in _TEXT.finditer(svg)]
    end = next(y for y, text in lines if _CUT.search(text))
    taken_away = max(y for y, _ in lines) - max(y for y, _ in lines if y < end)
    svg = _TEXT.sub(lambda match: match[0] if float(match[1]) < end else "", svg)
    svg = _CLIP.sub(lambda match: match[0] if float(match[1]) < end else "", svg)

    def shorter(match: re.Match[str]) -> str:
        height = float(match[2])
        return f"{match[1]}{height - taken_away if height > taken_away else height:g}"

    return _HEIGHT.sub(shorter, svg)


if __name__ == "__main__":
    STATIC.mkdir(exist_ok=True)
    for language, picture in PICTURES.items():
        picture.write_text(cut(draw(language)), encoding="utf-8")
