"""Looking at one state of a page in every window that matters, without loading it again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import axe_playwright_python

AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js")
SIZES = ((320, 568), (360, 740), (768, 1024), (1280, 800))
# A desk's window enlarged fourfold, and a phone on its side.
TIGHT = ((320, 200), (740, 360))
SCHEMES = ("light", "dark")

WIDE = """host => [host.dialog, ...host.dialog.querySelectorAll(".panel, .stage, .head")]
  .filter((part) => part.checkVisibility() && part.scrollWidth > part.clientWidth + 1)
  .map((part) => part.className)"""
SMALL = """host => [...host.shadowRoot.querySelectorAll("button, a, label, select, [type=radio]")]
  .filter((target) => target.checkVisibility())
  .filter((target) => target.getBoundingClientRect().height < 43.5)
  .filter((target) => !target.closest(".consent"))
  .map((target) => target.outerHTML.slice(0, 80))"""
RULES = """async ([include, without]) => {
  const rules = Object.fromEntries(without.map((id) => [id, { enabled: false }]));
  const options = { resultTypes: ["violations"], rules };
  const { violations } = await axe.run({ include: [include] }, options);
  return violations.flatMap(({ id, nodes }) => nodes.map(
    ({ target, failureSummary }) => `${id} ${target} ${failureSummary}`));
}"""


def accessible(page: Any, *include: str, without: tuple[str, ...] = ()) -> None:
    """axe finds nothing in the elements that these selectors name (the page, by default), by
    all of its rules but those `without`."""
    if not page.evaluate("Boolean(window.axe)"):
        # By the browser's own hand: the page's policy lets no other script in.
        page.evaluate(AXE.read_text() + ";undefined")
    for one in include or ("html",):
        found = page.evaluate(RULES, [one, without])
        assert found == [], "\n".join(found)


def look(shopper: Any, name: str, *, dark: bool = True) -> None:
    """See that the room's present state fits, can be hit and is accessible, in every window,
    light and dark; keep pictures of it."""
    page = shopper.page
    host = page.locator("genlook-try-on")
    before = page.viewport_size

    def fits() -> None:
        assert host.evaluate(WIDE) == []
        assert host.evaluate(SMALL) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    for size in SIZES + TIGHT:
        page.set_viewport_size({"width": size[0], "height": size[1]})
        fits()
        for scheme in SCHEMES[: 1 + dark]:
            page.emulate_media(color_scheme=scheme)
            shopper.shot(f"{name}-{scheme}" if size in SIZES else f"{name}-{size[1]}-high")
            if size in ((360, 740), (1280, 800)):
                accessible(page, "genlook-try-on")
            if size in TIGHT:
                break
        page.emulate_media(color_scheme="light")
    page.set_viewport_size(before)
