"""`python -m tests.picture`: draws `docs/images/benchmark.png` from the benchmark report that was built, with Chromium."""

import shutil

from playwright.sync_api import sync_playwright

from tests.harness import ROOT

REPORT = ROOT / "reports" / "benchmark.html"
PICTURE = ROOT / "docs" / "images" / "benchmark.png"
WIDTH = 960


def draw() -> None:
    """Write the top of the report, down to the end of its answer."""
    PICTURE.parent.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": WIDTH, "height": 900})
        page.goto(REPORT.as_uri())
        box = page.locator("#answer").bounding_box()
        assert box
        page.screenshot(path=PICTURE, full_page=True, clip={"x": 0, "y": 0, "width": WIDTH, "height": box["y"] + box["height"]})
        browser.close()


if __name__ == "__main__":
    draw()
