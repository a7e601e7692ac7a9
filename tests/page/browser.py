"""A real browser without a network: Debian's chromium by selenium; and axe-core, as its package brings it."""

from __future__ import annotations

import base64
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

APT = "apt-get install -y chromium chromium-driver fonts-noto-cjk"
WIDE, PHONE = 1280, 390


@contextmanager
def browser() -> Iterator[Browser]:
    """Start a browser; skip the test where there is none, but fail where CI is set."""
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not chromium or not driver:
        words = f"没有浏览器：{APT}"
        if os.environ.get("CI"):
            pytest.fail(words)
        pytest.skip(words)
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    for word in (
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--host-resolver-rules=MAP * ~NOTFOUND",
    ):
        options.add_argument(word)
    options.binary_location = chromium
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    with webdriver.Chrome(options=options, service=Service(driver)) as started:
        yield Browser(started)


class Browser:
    """What tests ask of a browser."""

    def __init__(self, driver: Any) -> None:
        """Drive a browser that was started."""
        self.driver = driver

    def open(self, path: Path, width: int = WIDE) -> None:
        """Open a file, in a window of a width."""
        self.driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width == PHONE},
        )
        self.driver.get(path.as_uri())

    def run(self, script: str, *arguments: Any) -> Any:
        """Run a script of the test's own; the page's policy forbids none of the driver's."""
        return self.driver.execute_script(script, *arguments)

    def console(self) -> list[str]:
        """What the page said to the console since it was asked last."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def requests(self) -> list[str]:
        """Addresses that were asked for since it was asked last."""
        events = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        return [e["params"]["request"]["url"] for e in events if e["method"] == "Network.requestWillBeSent"]

    def pdf(self) -> bytes:
        """The page as printed on its own paper, backgrounds left out as browsers do."""
        self.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
        made = self.driver.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True, "printBackground": False})
        return base64.b64decode(made["data"])

    def picture(self) -> bytes:
        """The whole page as a PNG."""
        size = self.run("return [document.documentElement.clientWidth, document.documentElement.scrollHeight]")
        clip = {"x": 0, "y": 0, "width": size[0], "height": size[1], "scale": 1}
        made = self.driver.execute_cdp_cmd("Page.captureScreenshot", {"captureBeyondViewport": True, "clip": clip})
        return base64.b64decode(made["data"])

    def violations(self) -> list[str]:
        """What axe-core finds wrong: rule and first element."""
        self.driver.set_script_timeout(120)  # a busy machine
        self.run(resources.files("axe_core_python").joinpath("axe.min.js").read_text(encoding="utf-8"))
        found = self.driver.execute_async_script(
            "var done = arguments[arguments.length - 1]; axe.run(document, {resultTypes: ['violations'], selectors: false, performanceTimer: false}).then(done, function (e) { done({violations: [{id: String(e), nodes: []}]}); });"
        )
        return [f"{v['id']}: {v['nodes'][0]['html'] if v['nodes'] else ''}" for v in found["violations"]]
