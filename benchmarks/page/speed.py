"""How long the page of forty variants and a thousand clips takes to write and to open, and where its bytes go.

    python -m benchmarks.page.speed        a minute; writes benchmarks/page/speed.json

Writing is what a run does at its end: pictures are decoded, the document is made, the page of it is drawn, in a
process that has drawn none. Opening is until the page can be used and every plot on the screen is drawn, in Chromium,
in a window of its own each time; `main thread` is what Chromium computed for it, whatever else the machine does.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any

from benchmarks.page.large_run import large_run

HERE = Path(__file__).parent
VARIANTS, CLIPS, TIMES = 40, 1000, 5
DRAWN = """() => document.documentElement.dataset.ready && [...document.querySelectorAll(".plot")].every((each) => {
  const at = each.getBoundingClientRect();
  return !each.checkVisibility() || at.top > innerHeight || at.bottom < 0 || each.dataset.drawn;
})"""
PAINTED = 'performance.getEntriesByName("first-contentful-paint")[0]?.startTime'


@contextmanager
def timed(found: dict[str, float], name: str) -> Generator[None]:
    clock, computing = perf_counter(), process_time()
    yield
    found |= {f"{name}_s": perf_counter() - clock, f"{name}_cpu_s": process_time() - computing}


def written() -> tuple[str, dict[str, float]]:
    """The page, and seconds."""
    found = dict[str, float]()
    run = large_run(VARIANTS, CLIPS)
    with timed(found, "written"):
        with timed(found, "imports"):
            from pytest_vidcompress.present.formats.run_json import run_document
            from pytest_vidcompress.present.html.page import page
        with timed(found, "document"):
            document = run_document(run)
        with timed(found, "page"):
            text = page([document])
    return text, found


def parts(text: str) -> dict[str, int]:
    """Bytes by what they are of, the largest first."""
    found = Counter[str]()
    for name in ("library", "figures"):
        found[name] = len(
            re.search(f'<script type="text/plain" id="{name}">(.*?)</script>', text, re.DOTALL)[1]
        )  # type: ignore[index]
    found["pictures"] = sum(map(len, re.findall(r"data:image/[^\"]*", text)))
    for section in re.split(r'<section aria-labelledby="[^"]*-\d+-\d+">', text)[1:]:
        title = re.search(r"<h3[^>]*>(.*?)</h3>", section)[1]  # type: ignore[index]
        found[title] += len(re.sub(r"data:image/[^\"]*", "", section.partition("<script")[0]).encode())
    found["everything else"] = len(text.encode()) - found.total()
    return dict(found.most_common())


def opened(text: str) -> dict[str, float]:
    """Milliseconds, medians of several."""
    from playwright.sync_api import sync_playwright

    executable = shutil.which("chromium") or shutil.which("google-chrome")
    rows = list[Mapping[str, float]]()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        path = Path(folder, "page.html")
        path.write_text(text, encoding="utf-8")
        for _ in range(TIMES):
            browser = driver.chromium.launch(executable_path=executable, args=["--no-sandbox"])
            rows.append(_opened_once(browser, path))
            browser.close()
    return {name: median(row[name] for row in rows) for name in rows[0]}


def _opened_once(browser: Any, path: Path) -> dict[str, float]:
    shown = browser.new_page(viewport={"width": 1280, "height": 900})
    session = shown.context.new_cdp_session(shown)
    session.send("Performance.enable")
    began = perf_counter()
    shown.goto(path.as_uri())
    shown.wait_for_function(DRAWN, polling=10)
    found = {"until_drawn_ms": 1000 * (perf_counter() - began), "painted_ms": shown.evaluate(PAINTED)}
    metrics = {each["name"]: each["value"] for each in session.send("Performance.getMetrics")["metrics"]}
    for name, key in (
        ("main thread", "TaskDuration"),
        ("script", "ScriptDuration"),
        ("layout", "LayoutDuration"),
    ):
        found[f"{name.replace(' ', '_')}_ms"] = 1000 * metrics[key]
    return found


def main() -> None:
    before = os.getloadavg()[0]
    text, seconds = written()
    document = {
        "variants": VARIANTS,
        "clips": CLIPS,
        "bytes": len(text.encode()),
        **{name: round(value, 3) for name, value in seconds.items()},
        **{name: round(value) for name, value in opened(text).items()},
        "load_before": before,
        "load_after": os.getloadavg()[0],
        "parts": parts(text),
    }
    (HERE / "speed.json").write_text(json.dumps(document, indent=1) + "\n")
    print(json.dumps(document, indent=1))


if __name__ == "__main__":
    main()
