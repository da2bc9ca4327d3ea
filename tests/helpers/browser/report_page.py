# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A page of the access report in a browser: what a test does with it, and sees of it."""

from __future__ import annotations

import base64
import typing as t
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement

ROOT = Path(__file__).resolve().parents[3]
AXE = ROOT / ".browser" / "package" / "axe.min.js"
PICTURES = ROOT / "tests" / "output" / "browser"


class ReportPage:
    """The page that is open."""

    def __init__(self, browser: webdriver.Chrome) -> None:
        self.browser = browser

    def open(self, file: Path, width: int, scheme: str) -> None:
        """Open a file in a window of this width, for somebody who likes this scheme of colours."""
        self._control("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self._control("Emulation.setDeviceMetricsOverride", width=width, height=1200, deviceScaleFactor=1, mobile=False)
        self.browser.get(file.as_uri())

    def _control(self, command: str, **options: t.Any) -> dict[str, t.Any]:
        return t.cast("dict[str, t.Any]", self.browser.execute_cdp_cmd(command, options))

    def run(self, script: str, *given: t.Any) -> t.Any:
        """What a script gives."""
        return self.browser.execute_script(script, *given)

    def all(self, selector: str) -> list[WebElement]:
        """All elements."""
        return self.browser.find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector: str) -> WebElement:
        """The first element."""
        return self.browser.find_element(By.CSS_SELECTOR, selector)

    def texts(self, selector: str) -> list[str]:
        """What the elements say."""
        found = self.run("return [...document.querySelectorAll(arguments[0])].map((e) => e.innerText)", selector)
        return t.cast("list[str]", found)

    def click(self, element: str | WebElement) -> None:
        """Click it, in the middle of the window."""
        target = self.one(element) if isinstance(element, str) else element
        self.run("arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})", target)
        target.click()

    def press(self, *keys: str) -> None:
        """Press keys, wherever the focus is."""
        ActionChains(self.browser).send_keys(*keys).perform()

    @property
    def focus(self) -> WebElement:
        """What has the focus."""
        return self.browser.switch_to.active_element

    def people(self) -> list[str]:
        """Names of the people that are shown, in their order."""
        return self.texts("#people tbody .person")

    def violations(self, *rules: str) -> list[str]:
        """What axe-core finds wrong by all rules or by these: the rule, and where."""
        if not self.run("return 'axe' in window"):
            # As the browser's own tools put it there: the page itself lets no other script in.
            self._control("Runtime.evaluate", expression=AXE.read_text())
        found = self.browser.execute_async_script(
            "const [rules, done] = arguments;"
            "axe.run(document, {resultTypes: ['violations'], ...(rules.length ? {runOnly: rules} : {})})"
            ".then((found) => done(found.violations"
            ".flatMap((one) => one.nodes.map((node) => `${one.id}: ${node.target.join(' ')}`))))",
            list(rules),
        )
        return t.cast("list[str]", found)

    def picture(self, name: str) -> None:
        """Keep a picture of the whole page, for somebody to look at."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        size = self._control("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": min(size["height"], 6000), "scale": 1}
        image = self.browser.execute_cdp_cmd("Page.captureScreenshot", {"clip": clip, "captureBeyondViewport": True})
        (PICTURES / f"{name}.png").write_bytes(base64.b64decode(image["data"]))

    def printed(self) -> int:
        """How many sheets of paper it takes, and at the same time everything that happens on the way there."""
        pdf = self.browser.print_page()
        return base64.b64decode(pdf).count(b"/Type /Page\n")
