"""Draw the demo shop's pictures: SVG drawings in, JPEG files out.

The shop needs only the JPEG files, which are kept beside this script. After a change of a
drawing, run:

    python sandbox/pictures/draw.py [name ...]

It needs Pillow, Playwright and a Chromium (named by the variable CHROMIUM, else found on the path).
"""

from __future__ import annotations

import io
import math
import os
import re
import shutil
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

HERE = Path(__file__).resolve().parent
DRAWINGS = HERE / "drawings"
SUPERSAMPLING = 2
JPEG_QUALITY = 80

# A picture made from another picture's drawing, in other colours.
RECOLOURED = {
    "jumper-oat": ("jumper", "--cloth: #dccbae"),
    "jumper-forest": ("jumper", "--cloth: #3f6652"),
    "jumper-rust": ("jumper", "--cloth: #b9583a"),
}


# Folds are written as plain curves; the widest place of each class, in pixels.
FOLD_WIDTHS = {"d": 17, "dd": 46, "ddd": 90, "l": 14, "ll": 44, "crease": 5}
FOLD = re.compile(r'<path class="(d|dd|ddd|l|ll|crease)" d="([^"]+)"')


def tapered(match: re.Match[str]) -> str:
    """A fold's curve (M, then one or more C) as a shape that swells early and runs out thin."""
    width = FOLD_WIDTHS[match[1]]
    shapes = []
    for curve in match[2].split("M")[1:]:
        numbers = [float(n) for n in re.findall(r"-?[\d.]+", curve)]
        points = list(zip(numbers[::2], numbers[1::2], strict=True))
        middle = []
        for first in range(0, len(points) - 3, 3):
            a, b, c, d = points[first : first + 4]
            for step in range(13):
                t = step / 12
                k = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
                corners = list(zip(k, (a, b, c, d), strict=True))
                middle.append(tuple(sum(w * p[i] for w, p in corners) for i in (0, 1)))
        sides: tuple[list[str], list[str]] = ([], [])
        last = len(middle) - 1
        for i, (x, y) in enumerate(middle):
            (x0, y0), (x1, y1) = middle[max(i - 1, 0)], middle[min(i + 1, last)]
            length = math.hypot(x1 - x0, y1 - y0) or 1
            half = width / 2 * (0.12 + 0.88 * math.sin(math.pi * (i / last) ** 0.7))
            dx, dy = -(y1 - y0) / length * half, (x1 - x0) / length * half
            sides[0].append(f"{x + dx:.1f} {y + dy:.1f}")
            sides[1].append(f"{x - dx:.1f} {y - dy:.1f}")
        shapes.append("M" + " L".join(sides[0] + sides[1][::-1]) + "Z")
    return f'<path class="{match[1]}" d="{" ".join(shapes)}"'


def names() -> list[str]:
    """Every picture's name: one for each drawing, with recoloured ones in place of their model."""
    models = {model for model, _ in RECOLOURED.values()}
    drawn = {path.stem for path in DRAWINGS.glob("[a-z]*.svg")}
    return sorted((drawn - models) | set(RECOLOURED))


def markup(name: str) -> str:
    """The whole SVG of a picture: the drawing, its colours, and the shared styles and patterns."""
    model, colours = RECOLOURED.get(name, (name, ""))
    drawing = (DRAWINGS / f"{model}.svg").read_text(encoding="utf-8")
    if colours:
        drawing = re.sub(r'style="[^"]*"', f'style="{colours}"', drawing, count=1)
    shared = (DRAWINGS / "_shared.svg").read_text(encoding="utf-8")
    return FOLD.sub(tapered, drawing).replace("<!-- shared -->", shared, 1)


def target(name: str) -> Path:
    """Where a picture's file lives."""
    return HERE / ("people" if name.startswith("person-") else "products") / f"{name}.jpg"


def draw(wanted: list[str]) -> None:
    """Render each named picture and write it as a progressive JPEG without metadata."""
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(device_scale_factor=SUPERSAMPLING)
        for name in wanted:
            svg = markup(name)
            width, height = map(int, re.findall(r'viewBox="\d+ \d+ (\d+) (\d+)"', svg)[0])
            page.set_viewport_size({"width": width, "height": height})
            page.set_content(
                f"<style>body{{margin:0;background:#fff}}svg{{display:block}}</style>{svg}"
            )
            shot = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
            picture = shot.resize((width, height), Image.Resampling.LANCZOS)
            target(name).parent.mkdir(exist_ok=True)
            picture.save(target(name), quality=JPEG_QUALITY, optimize=True, progressive=True)
            print(f"{name}: {target(name).stat().st_size / 1024:.0f} KB")
        browser.close()


if __name__ == "__main__":
    draw(sys.argv[1:] or names())
