# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The servers that are measured against. Each is a process of its own, so that none shares its time with another."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import moto_server
from helpers.moto import fault_proxy

from .fleet import Person

HERE = Path(__file__).resolve().parent
TOOLS = str(Path(moto_server.__file__).resolve().parent)


@contextmanager
def _process(command: Sequence[str]) -> Iterator[subprocess.Popen[str]]:
    environment = {
        **moto_server.offline_environment("http://127.0.0.1:9"),
        "PYTHONPATH": TOOLS,
        "MOTO_IAM_LOAD_MANAGED_POLICIES": "true",
    }
    with subprocess.Popen(
        [sys.executable, *command],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.terminate()


@contextmanager
def proxied(upstream: str, log: Path, latency: float) -> Iterator[str]:
    """A proxy before a server, which takes so much longer, gives pages as AWS does, and notes each call."""
    faults = json.dumps({"latency": latency, "page_size": 1000})
    script = fault_proxy.__file__
    command = [script, "--upstream", upstream, "--faults", faults, "--log", str(log), "--with-parent"]
    with _process(command) as process:
        assert process.stdout is not None
        yield moto_server.require_loopback(process.stdout.readline().strip())


@contextmanager
def filled(persons: list[Person], folder: Path) -> Iterator[str]:
    """A moto server that has these users already."""
    file = folder / "filled.json"
    file.write_text(json.dumps(persons))
    port = moto_server.free_port()
    url = f"http://127.0.0.1:{port}"
    with _process([str(HERE / "filled_moto.py"), str(port), str(file)]) as process:
        deadline = time.monotonic() + moto_server.START_TIMEOUT
        while not moto_server.answers(url):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("the filled moto server did not start")
            time.sleep(0.1)
        yield url
