# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the browser tests share: one headless Chromium, and a page of the report opened in it."""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from helpers.browser.report_page import ReportPage
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)


@pytest.fixture(scope="session")
def _browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    options = webdriver.ChromeOptions()
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    options.binary_location = "/usr/bin/chromium"
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    browser = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
    yield browser
    browser.quit()


@pytest.fixture
def show(_browser: webdriver.Chrome, tmp_path: Path) -> Iterator[Callable[..., ReportPage]]:
    """Opens a page's HTML. Whatever the console says, and whatever is loaded beside the page, fails the test."""

    def open_it(html: str, width: int = 1280, scheme: str = "light") -> ReportPage:
        file = tmp_path / "report.html"
        file.write_text(html)
        page = ReportPage(_browser)
        page.open(file, width, scheme)
        return page

    yield open_it
    console: list[dict[str, t.Any]] = _browser.get_log("browser")  # type: ignore[no-untyped-call]
    assert console == []
    assert _browser.execute_script("return performance.getEntriesByType('resource').map((entry) => entry.name)") == []
    _browser.execute_script("localStorage.clear()")


def pytest_configure(config: t.Any) -> None:
    """Without its tools the tests could only fail in a way that tells nobody why."""
    missing = [path for path in ("/usr/bin/chromium", "/usr/bin/chromedriver") if not Path(path).exists()]
    if missing and any("browser" in str(argument) for argument in config.args):
        pytest.exit(f"The browser tests need {' and '.join(missing)}; make browser installs them on Debian", 1)
