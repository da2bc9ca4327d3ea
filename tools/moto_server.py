# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs a moto server for demo, tests and benchmarks, in an environment that can't reach the real AWS.

tools/moto_server.py run [--log FILE] -- COMMAND …     server while the command runs
tools/moto_server.py start FOLDER [--port N]           server in the background, noted in the folder
tools/moto_server.py stop FOLDER                       stops that server
"""

from __future__ import annotations

import argparse
import copy
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import typing as t
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

# Seconds. On a slow machine moto needs about two to load AWS's managed policies.
START_TIMEOUT = 60.0
STOP_TIMEOUT = 10.0
# A server that somebody is still connected to does not end by itself, and has nothing to lose.
END_TIMEOUT = 1.0
GRACE = 5.0
LOOK_EVERY = 0.2
STATE_FILE = "moto.json"


class NotLoopbackError(Exception):
    """The endpoint is not on this machine."""


def require_loopback(url: str) -> str:
    """Return the URL if it is on this machine. Raises NotLoopbackError otherwise."""
    if urlsplit(url).scheme != "http" or urlsplit(url).hostname not in ("127.0.0.1", "localhost"):
        raise NotLoopbackError(f"{url} is not on this machine; tests and demo work on 127.0.0.1 only")
    return url


def offline_environment(endpoint: str, base: Mapping[str, str] | None = None) -> dict[str, str]:
    """An environment with this endpoint and fake credentials, without any real ones.

    Drops every AWS_* and BOTO_* variable, so that no profile, session, role or configuration file is used.
    """
    require_loopback(endpoint)
    environment = os.environ if base is None else base
    clean = {key: value for key, value in environment.items() if not key.startswith(("AWS_", "BOTO_", "MOTO_"))}
    return {
        **clean,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_URL": endpoint,
        "NO_PROXY": "127.0.0.1,localhost",
        "no_proxy": "127.0.0.1,localhost",
    }


def free_port() -> int:
    """A free port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class MotoServer:
    """A moto server process that ends with the process that started it, however that ends."""

    def __init__(
        self,
        port: int | None = None,
        log: Path | None = None,
        managed_policies: bool = True,
        program: Path = Path(__file__),
    ) -> None:
        self._managed_policies = managed_policies
        self._program = program
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, detached: bool = False) -> int:
        """Start, and wait until the server answers. Returns its process ID. Raises RuntimeError if it does not."""
        output = self._log.open("ab") if self._log else subprocess.DEVNULL
        command = [sys.executable, str(self._program), "serve", str(self.port)]
        environment = {
            **offline_environment(self.url),
            # AWS has many managed policies, which make each reset take half a second.
            "MOTO_IAM_LOAD_MANAGED_POLICIES": str(self._managed_policies).lower(),
        }
        self._process = subprocess.Popen(
            command if detached else [*command, "--with-parent"],
            # The server ends when the other end of this pipe closes.
            stdin=subprocess.DEVNULL if detached else subprocess.PIPE,
            stdout=output,
            stderr=output,
            env=environment,
            # Ctrl-C is for the command; the server stops after the command.
            start_new_session=True,
        )
        deadline = time.monotonic() + START_TIMEOUT
        while not answers(self.url):
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise RuntimeError(f"moto server did not start on {self.url}")
            time.sleep(0.05)
        return self._process.pid

    def stop(self) -> None:
        """Stop the server if it runs."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(END_TIMEOUT)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdin:
            process.stdin.close()

    def __enter__(self) -> MotoServer:
        self.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self.stop()


def answers(url: str) -> bool:
    """Whether a moto server answers at this URL."""
    try:
        with urllib.request.urlopen(f"{require_loopback(url)}/moto-api/", timeout=2):
            return True
    except (urllib.error.URLError, OSError):
        return False


def reset(url: str) -> None:
    """Delete all the server's data."""
    request = urllib.request.Request(f"{require_loopback(url)}/moto-api/reset", method="POST")
    with urllib.request.urlopen(request, timeout=30):
        pass


def serve(port: int, with_parent: bool) -> None:
    """Run the server in this process."""
    if with_parent:
        threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
    import moto_identity_center
    import moto_root_access
    from moto.server import main as moto_main

    moto_identity_center.complete()
    moto_root_access.complete()
    _read_aws_policies_once()
    moto_main(["-H", "127.0.0.1", "-p", str(port)])


def _read_aws_policies_once() -> None:
    """Load AWS's managed policies once. Otherwise moto reads over a thousand for each account and reset."""
    from moto.iam.models import IAMBackend

    read = IAMBackend._init_aws_policies
    kept: dict[str, list[t.Any]] = {}

    def policies(backend: t.Any) -> list[t.Any]:
        if backend.region_name not in kept:
            kept[backend.region_name] = read(backend)
        # Copies, because each account counts attachments in them.
        return [copy.copy(policy) for policy in kept[backend.region_name]]

    IAMBackend._init_aws_policies = policies


def run(command: Sequence[str], log: Path | None) -> int:
    """Run a command beside a server. Returns the command's exit status, or 128 plus the number of the signal."""
    # Handlers only record the signal: an exception before the cleanup code would leave the command running.
    told: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, lambda number, _frame: told.append(number))
    with MotoServer(log=log) as server:
        # A session of its own, so that all its processes can be signalled.
        child = subprocess.Popen(command, env=offline_environment(server.url), start_new_session=True)
        status = None
        while status is None and not told:
            with suppress(subprocess.TimeoutExpired):
                status = child.wait(LOOK_EVERY)
        _end_group(child, signal.Signals(told[0]) if told else signal.SIGTERM)
    return 128 + told[0] if status is None else status


def _end_group(leader: subprocess.Popen[bytes], number: signal.Signals) -> None:
    """Ask all processes of the leader's group to end, and kill those that don't.

    ansible-playbook can wait forever for a lock that one of its workers held when it was stopped.
    """
    deadline = time.monotonic() + GRACE
    with suppress(ProcessLookupError):
        os.killpg(leader.pid, number)
        while time.monotonic() < deadline:
            leader.poll()
            time.sleep(0.05)
            os.killpg(leader.pid, 0)
        os.killpg(leader.pid, signal.SIGKILL)
    leader.wait(STOP_TIMEOUT)


def start(folder: Path, port: int | None) -> None:
    """Start a server in the background and note it in the folder. Keeps one that already runs."""
    folder.mkdir(parents=True, exist_ok=True)
    noted = _noted(folder)
    if noted and answers(noted["url"]):
        return
    server = MotoServer(port, folder / "moto.log")
    pid = server.start(detached=True)
    (folder / STATE_FILE).write_text(json.dumps({"pid": pid, "url": server.url}))


def stop(folder: Path) -> None:
    """Stop the server noted in the folder, if there is one."""
    noted = _noted(folder)
    (folder / STATE_FILE).unlink(missing_ok=True)
    if not noted or not answers(noted["url"]):
        return
    os.killpg(int(noted["pid"]), signal.SIGTERM)
    deadline = time.monotonic() + STOP_TIMEOUT
    while answers(noted["url"]) and time.monotonic() < deadline:
        time.sleep(0.05)


def _noted(folder: Path) -> dict[str, str] | None:
    try:
        return {key: str(value) for key, value in json.loads((folder / STATE_FILE).read_text()).items()}
    except (FileNotFoundError, ValueError):
        return None


def main() -> int:
    """Run the command line's subcommand."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="what", required=True)
    run_parser = commands.add_parser("run")
    run_parser.add_argument("--log", type=Path)
    run_parser.add_argument("command", nargs=argparse.REMAINDER)
    start_parser = commands.add_parser("start")
    start_parser.add_argument("folder", type=Path)
    start_parser.add_argument("--port", type=int)
    commands.add_parser("stop").add_argument("folder", type=Path)
    serve_parser = commands.add_parser("serve")
    serve_parser.add_argument("port", type=int)
    serve_parser.add_argument("--with-parent", action="store_true")
    given = parser.parse_args()
    if given.what == "run":
        return run(given.command[1:] if given.command[:1] == ["--"] else given.command, given.log)
    if given.what == "start":
        start(given.folder, given.port)
    elif given.what == "stop":
        stop(given.folder)
    else:
        serve(given.port, given.with_parent)
    return 0


if __name__ == "__main__":
    sys.exit(main())
