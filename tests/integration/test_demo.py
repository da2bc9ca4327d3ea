# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""make demo: it shows what it says, sees no credentials of anybody's, and leaves nothing running."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers.processes import machine

ROOT = Path(__file__).resolve().parents[2]
TIMEOUT = 180.0
# Seconds for everything to end after Ctrl-C.
PATIENCE = 15.0


@pytest.fixture
def environment(tmp_path: Path) -> Iterator[dict[str, str]]:
    """A home folder of its own, and credentials that look real. Nothing with the mark may outlive the test."""
    mark = uuid.uuid4().hex
    yield {
        **os.environ,
        "HOME": str(tmp_path),
        machine.MARK: mark,
        "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI-EXAMPLEKEY",
        "AWS_SESSION_TOKEN": "a-session",
        "AWS_PROFILE": "production",
        "AWS_REGION": "eu-central-1",
    }
    deadline = time.monotonic() + PATIENCE
    while running(mark) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert running(mark) == []


def running(mark: str) -> list[str]:
    """Command lines of the processes that were started with this mark."""
    ours = machine.marked(mark)
    return [line for number, line in machine.seen("cmdline") if number in ours and line]


def promised_output() -> list[str]:
    """What README.md shows of the demo, line by line, in the order in which it comes."""
    blocks = re.findall(r"^```text\n(.*?)^```", (ROOT / "README.md").read_text(), re.MULTILINE | re.DOTALL)
    (block,) = [block for block in blocks if "== " in block]
    lines = [line for line in block.splitlines() if line not in ("", "…")]
    assert len(lines) > 10
    return lines


def start(environment: dict[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        ["make", "demo"],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def test_the_demo_makes_the_pages_end_state_and_nothing_the_second_time(
    environment: dict[str, str], tmp_path: Path
) -> None:
    process = start(environment)
    output = process.communicate(timeout=TIMEOUT)[0]
    assert process.returncode == 0, output
    assert "By hand, as the root user" in output
    lines = output.replace(str(tmp_path), "~").splitlines()
    for shown in promised_output():
        assert any(shown in line for line in lines), f"{shown} does not follow, or is not there: {output}"
        while shown not in lines.pop(0):
            pass
    page = tmp_path / ".cloudhsm-iam" / "demo" / "reports" / "access-report-123456789012.html"
    assert f"The page is {page}" in output
    assert page.stat().st_mode & 0o777 == 0o600
    assert '"name":"Alice"' in page.read_text()
    store = tmp_path / ".cloudhsm-iam" / "demo" / "credentials.yml"
    assert str(store) in output
    assert store.stat().st_mode & 0o777 == 0o600
    for secret in ("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI", "production"):
        assert secret not in output


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_demo_that_is_stopped_leaves_nothing_running(environment: dict[str, str], number: signal.Signals) -> None:
    # What a shell starts in the background ignores Ctrl-C, and so would all that is started from there.
    before = signal.signal(number, signal.SIG_DFL)
    process = start(environment)
    signal.signal(number, before)
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("TASK"):
            break
    # Ctrl-C reaches all processes of the terminal; a service manager's TERM does too.
    os.killpg(process.pid, number)
    process.communicate(timeout=PATIENCE)
    assert process.returncode != 0


def test_what_does_not_end_when_told_is_killed(environment: dict[str, str]) -> None:
    stubborn = "trap '' INT TERM; echo begun; while true; do sleep 1; done"
    server = [sys.executable, str(ROOT / "tools" / "moto_server.py"), "run", "--", "bash", "-c", stubborn]
    process = subprocess.Popen(server, env=environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "begun\n"
    process.terminate()
    process.communicate(timeout=PATIENCE)
    assert process.returncode == 128 + signal.SIGTERM
