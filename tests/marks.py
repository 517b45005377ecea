"""The words of the visible mark, drawn once: `python -m tests.marks --write`.

The package must not need a font, nor the shaping of Arabic, on the machine that it runs on. The
font is DejaVu Sans, whose licence allows that.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont
from PIL.PngImagePlugin import PngInfo

import genlook_oscar

FOLDER = Path(genlook_oscar.__file__).parent / "engine" / "marks"
FONT = "DejaVuSans-Bold.ttf"
SIZE = 72
WORDS = {
    "en": "AI-made",
    "de": "KI-erzeugt",
    "fr": "Créé par IA",
    "es": "Hecho con IA",
    "it": "Creato con l’IA",
    "nl": "Met AI gemaakt",
    "pl": "Utworzone przez AI",
    "pt": "Feito com IA",
    "ar": "صنع بالذكاء الاصطناعي",
}


def drawn(language: str) -> bytes:
    """The words of a language as a PNG file: white where ink is, their text beside the pixels."""
    words = WORDS[language]
    font = ImageFont.truetype(FONT, SIZE * 3 // 4, layout_engine=ImageFont.Layout.RAQM)
    turn = {"direction": "rtl" if language == "ar" else "ltr", "language": language}
    left, _top, right, _bottom = font.getbbox(words, anchor="ls", **turn)
    # One baseline in a box of one height: they are as large in each language.
    box = Image.new("L", (int(right - left), SIZE), 0)
    ImageDraw.Draw(box).text((-left, SIZE * 3 // 4), words, 255, font, anchor="ls", **turn)
    out = io.BytesIO()
    info = PngInfo()
    info.add_itxt("Title", words, language)
    box.quantize(16).convert("L").save(out, "PNG", optimize=True, pnginfo=info)
    return out.getvalue()


if __name__ == "__main__":
    if sys.argv[1:] != ["--write"]:
        sys.exit(__doc__)
    FOLDER.mkdir(exist_ok=True)
    for language in WORDS:
        (FOLDER / f"{language}.png").write_bytes(drawn(language))
