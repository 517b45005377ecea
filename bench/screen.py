"""The product page in a browser, with the button and without the package: what it loads, what
moves, and what the main thread does."""

from __future__ import annotations

import gzip
import os
import shutil
from pathlib import Path
from statistics import median
from typing import Any

from .case import measured
from .stand import picture, stand
from .table import Line, Row
from .web import web_server

TIMES = 15
WARM = 2
PHONE = {"width": 360, "height": 740}
CHROMIUM = ("chromium", "chromium-browser", "chrome")
SHIFTS = """window.shifts = [];
new PerformanceObserver((list) => {
  for (const { value, sources } of list.getEntries()) {
    window.shifts.push([value, sources.some(({ node }) => node?.closest?.("genlook-try-on"))]);
  }
}).observe({ type: "layout-shift", buffered: true });"""


def measure(times: int) -> dict[str, Any]:
    """Look at one product page by turns in two shops on one database: one has the package,
    in the other nobody has installed it. Each look is a browser's first."""
    # Playwright's loop runs in this thread; Django's guard would take that for a mistake.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    from playwright.sync_api import sync_playwright

    found: dict[str, list[dict[str, float]]] = {"with": [], "without": []}
    with stand(cluster=False, web=True) as place, web_server(BENCH_WITHOUT="1") as plain:
        path = place.product().get_absolute_url()
        shops = {"with": place.web, "without": plain.address}
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=next(filter(None, map(shutil.which, CHROMIUM)), None),
                args=["--no-sandbox"],
            )
            for turn in range(-WARM, times):
                for name, address in shops.items():
                    seen = _look(browser, f"http://{address}{path}")
                    if turn >= 0:
                        found[name].append(seen)
            browser.close()
    return {
        name: {key: median(look[key] for look in looks) for key in looks[0]}
        for name, looks in found.items()
    }


def _look(browser: Any, url: str) -> dict[str, float]:
    """One visit on a phone; bytes are gzipped, times in milliseconds of the main thread."""
    context = browser.new_context(viewport=PHONE)
    files: dict[str, int] = {}

    def static(route: Any) -> None:
        name = route.request.url.partition("/static/")[2].partition("?")[0]
        # Oscar asks a third party for jQuery first; here everything is the shop's own.
        file = _file(name or "oscar/js/jquery/jquery.min.js")
        files[name or "jquery.min.js"] = len(gzip.compress(file.read_bytes(), 6, mtime=0))
        route.fulfill(path=file)

    context.route("**/static/**", static)
    context.route("**/ajax.googleapis.com/**", static)
    context.route("**/media/**", lambda route: route.fulfill(body=picture(1)))
    page = context.new_page()
    page.add_init_script(SHIFTS)
    session = context.new_cdp_session(page)
    session.send("Performance.enable")
    html = page.goto(url, wait_until="networkidle").body()
    spent = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
    shifts = page.evaluate("window.shifts")
    context.close()
    return {
        "scripts": sum(name.endswith(".js") for name in files),
        "files": 1 + len(files),
        "bytes": len(gzip.compress(html, 6, mtime=0)) + sum(files.values()),
        "shift": sum(value for value, ours in shifts),
        "shift_ours": sum(value for value, ours in shifts if ours),
        "main": spent["TaskDuration"] * 1000,
        "script": spent["ScriptDuration"] * 1000,
        "layout": (spent["LayoutDuration"] + spent["RecalcStyleDuration"]) * 1000,
    }


def _file(name: str) -> Path:
    from django.contrib.staticfiles import finders

    return Path(str(finders.find(name)))


def run(full: bool, small: bool) -> Row:
    """The row."""
    found = measured("bench.screen:measure", times=2 if small else TIMES)
    ours, plain = found["with"], found["without"]

    def line(what: str, key: str, unit: str = "", digits: int = 0) -> Line:
        return Line.plain(
            what,
            f"{ours[key]:.{digits}f} {unit}".strip(),
            f"without the package: {plain[key]:.{digits}f} {unit}".strip(),
        )

    lines = [
        line("scripts", "scripts"),
        line("files", "files"),
        line("transfer, gzipped", "bytes", "B"),
        Line.most("layout shift by the button", ours["shift_ours"], 0, digits=4, unit=""),
        line("layout shift of the page", "shift", digits=4),
        line("main thread until idle, median", "main", "ms"),
        line("of it scripts", "script", "ms", 1),
        line("of it style and layout", "layout", "ms", 1),
    ]
    return Row("screen", lines, found)
