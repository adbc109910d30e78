"""`python docs/draw_page.py RUN.json`: the pictures of docs/page.md, of the page of a run, in the system's Chromium.

The run that they are of:

    pytest benchmarks/test_{quantization,fusion,pruning,shrink}.py -k "fuse or fp16 or int8 or global or shrink" \\
        --vc-model=timesformer --vc-sample=320 --vc-profile --vc-start=6 --vc-learn=never --vc-json=RUN.json
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from pytest_vidcompress.present.formats.run_file import read_run_file
from pytest_vidcompress.present.html.page import page

PICTURES = Path(__file__).parent / "pictures"
MOST_BYTES = 300_000
Shot = tuple[str, Literal["light", "dark"], int, int, str]
"""Name, theme, width, height, and what stands at the top."""
SHOTS: tuple[Shot, ...] = (
    ("ship", "light", 1280, 900, "header"),
    ("front", "dark", 1280, 900, "figure[data-name='front-time']"),
    ("ship-narrow", "dark", 390, 844, "header"),
    ("front-narrow", "light", 390, 844, "figure[data-name='front-time']"),
    ("calls", "light", 1280, 900, "figure[data-name='calls']"),
    ("classes", "dark", 1280, 900, "figure[data-name='classes']"),
)

UNFOLDED = """(top) => {
  for (let at = document.querySelector(top); at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
}"""
TO_THE_TOP = """(top) => {
  const at = document.querySelector(top).getBoundingClientRect().top + scrollY - 24;
  scrollTo({ top: at, behavior: "instant" });
}"""
ALL_DRAWN = """[...document.querySelectorAll(".plot")].every((each) => {
  const at = each.getBoundingClientRect();
  return !each.checkVisibility() || at.top > innerHeight || at.bottom < 0 || each.dataset.drawn;
})"""


def main(runs: list[str]) -> None:
    drawn = page([read_run_file(Path(run)) for run in runs], runs[1:] and runs)
    draw(drawn, "page", SHOTS)


def draw(html: str, prefix: str, shots: Sequence[Shot]) -> None:
    """Pictures of a page.

    Args:
        prefix: what their names begin with.
    """
    from playwright.sync_api import sync_playwright

    executable = shutil.which("chromium") or shutil.which("google-chrome")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        written = Path(folder, "page.html")
        written.write_text(html, encoding="utf-8")
        browser = driver.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        PICTURES.mkdir(exist_ok=True)
        for name, theme, width, height, top in shots:
            shown = browser.new_page(viewport={"width": width, "height": height}, color_scheme=theme)
            shown.goto(written.as_uri())
            _shoot(shown, top, PICTURES / f"{prefix}-{name}.png")
        browser.close()


def _shoot(shown: Any, top: str, picture: Path) -> None:
    shown.wait_for_function("document.documentElement.dataset.ready === 'yes'")
    if not shown.locator(top).count():
        return
    shown.evaluate(UNFOLDED, top)
    shown.evaluate(TO_THE_TOP, top)
    shown.wait_for_function(ALL_DRAWN)
    shown.evaluate(TO_THE_TOP, top)
    shown.wait_for_timeout(300)
    shown.screenshot(path=picture)
    if picture.stat().st_size > MOST_BYTES:
        sys.exit(f"{picture}: {picture.stat().st_size} bytes are more than {MOST_BYTES}")
    print(picture, picture.stat().st_size)


if __name__ == "__main__":
    main(sys.argv[1:] or sys.exit(__doc__))
