# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The way from a checkout to Galaxy: changelog, version, artifact, and what is refused."""

from __future__ import annotations

import email
import email.policy
import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import threading
import typing as t
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "galaxy-token-of-the-test"
# What somebody who installs the collection gets.
ARTIFACT = {
    "CHANGELOG.rst",
    "FILES.json",
    "LICENSE",
    "MANIFEST.json",
    "README.md",
    "SECURITY.md",
    "changelogs",
    "docs",
    "extensions",
    "meta",
    "playbooks",
    "plugins",
    "requirements.txt",
    "requirements.yml",
    "roles",
    "tests",
}


class Galaxy(ThreadingHTTPServer):
    """As much of Galaxy as publishing needs; keeps what it was sent."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.received: list[tuple[str | None, bytes]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Answers(BaseHTTPRequestHandler):
    """Galaxy's answers to ansible-galaxy."""

    server: Galaxy

    def do_GET(self) -> None:
        if "/imports/" in self.path:
            self._answer({"state": "completed", "finished_at": "2026-01-01T00:00:00Z", "messages": [], "error": None})
        else:
            self._answer({"available_versions": {"v3": "v3/"}})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        header = f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode()
        message = email.message_from_bytes(header + body, policy=email.policy.HTTP)
        [artifact] = [part.get_payload(decode=True) for part in message.iter_parts() if part.get_filename()]
        self.server.received.append((self.headers["Authorization"], t.cast("bytes", artifact)))
        self._answer({"task": "/api/v3/imports/collections/1/"})

    def _answer(self, content: dict[str, t.Any]) -> None:
        text = json.dumps(content).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_args: object) -> None:
        """Not on the tests' output."""


@pytest.fixture
def galaxy() -> Iterator[Galaxy]:
    server = Galaxy()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of what git knows, so that releasing leaves this checkout alone."""
    copy = tmp_path / "checkout"
    listed = subprocess.run(
        ["git", "ls-files", "-z", "-co", "--exclude-standard"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, copy / name, follow_symlinks=False)
    (copy / ".venv").symlink_to(ROOT / ".venv")
    return copy


def run(checkout: Path, *command: str, token: str = TOKEN) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=checkout,
        env={**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "GALAXY_TOKEN": token},
        capture_output=True,
        text=True,
        check=False,
    )


def git(checkout: Path, *arguments: str) -> None:
    who = {f"GIT_{role}_{key}": "test@example.com" for role in ("AUTHOR", "COMMITTER") for key in ("NAME", "EMAIL")}
    nobody = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    subprocess.run(
        ["git", *arguments], cwd=checkout, env={**os.environ, **who, **nobody}, check=True, capture_output=True
    )


def commit(checkout: Path, message: str) -> None:
    git(checkout, "init", "--quiet", "--initial-branch", "work")
    git(checkout, "add", "--all")
    git(checkout, "commit", "--quiet", "--message", message)


def on_main(checkout: Path, tag: str) -> None:
    """What the checkout holds is reviewed, and tagged."""
    commit(checkout, "Release")
    git(checkout, "update-ref", "refs/remotes/origin/main", "HEAD")
    git(checkout, "tag", "--force", tag)


def write_summary(checkout: Path) -> None:
    for fragment in checkout.glob("changelogs/fragments/*.yml"):
        if "release_summary" in yaml.safe_load(fragment.read_text()):
            return
    (checkout / "changelogs/fragments").mkdir(exist_ok=True)
    content = {"release_summary": "Of the test.", "bugfixes": ["role - mended."]}
    (checkout / "changelogs/fragments/9.9.9.yml").write_text(yaml.safe_dump(content))


def test_a_release_is_made_and_published(checkout: Path, galaxy: Galaxy) -> None:
    write_summary(checkout)
    made = run(checkout, "tools/release.sh", "9.9.9")
    assert made.returncode == 0, made.stdout + made.stderr
    assert yaml.safe_load((checkout / "galaxy.yml").read_text())["version"] == "9.9.9"
    pattern = checkout / "extensions" / "patterns" / "cloudhsm_iam"
    assert yaml.safe_load((pattern / "setup.yml").read_text())["__version"] == "9.9.9"
    image = yaml.safe_load((pattern / "exec_env" / "execution-environment.yml").read_text())
    assert image["dependencies"]["galaxy"]["collections"][0]["version"] == "9.9.9"
    assert "cloudhsm-iam-ee:9.9.9\n" in (checkout / "docs" / "awx.md").read_text()
    assert "\nv9.9.9\n" in (checkout / "CHANGELOG.rst").read_text()
    assert not list(checkout.glob("changelogs/fragments/*.yml"))

    # What comes in before the tag is put into the same section.
    (checkout / "changelogs/fragments/late.yml").write_text("bugfixes: [role - mended late.]\n")
    again = run(checkout, "tools/release.sh", "9.9.9")
    assert again.returncode == 0, again.stdout + again.stderr
    section = yaml.safe_load((checkout / "changelogs/changelog.yaml").read_text())["releases"]["9.9.9"]
    assert "role - mended late." in section["changes"]["bugfixes"]
    assert section["changes"]["release_summary"]

    on_main(checkout, "9.9.9")
    built = run(checkout, "tools/package.sh", "9.9.9", "dist", token="")
    assert built.returncode == 0, built.stdout + built.stderr
    [tarball] = checkout.glob("dist/*.tar.gz")
    # As where the token is: the tarball, the script, and Ansible.
    apart = checkout.parent / "apart"
    apart.mkdir()
    for file in (tarball, checkout / "tools/publish.sh"):
        shutil.copy2(file, apart)
    publish = ("./publish.sh", tarball.name, "--server", galaxy.url)
    assert "GALAXY_TOKEN is empty" in run(apart, *publish, token="").stderr
    published = run(apart, *publish)
    assert published.returncode == 0, published.stdout + published.stderr
    assert TOKEN not in published.stdout + published.stderr
    [(authorization, artifact)] = galaxy.received
    assert authorization == f"Token {TOKEN}"
    with tarfile.open(fileobj=io.BytesIO(artifact)) as archive:
        names = archive.getnames()
        manifest = json.load(t.cast("t.IO[bytes]", archive.extractfile("MANIFEST.json")))
    assert manifest["collection_info"]["version"] == "9.9.9"
    assert {name.split("/")[0] for name in names} == ARTIFACT
    assert {name for name in names if name.startswith(("tests/", "changelogs/"))} == {
        "tests/config.yml",
        "changelogs/changelog.yaml",
    }
    assert not [name for name in names if name.startswith("extensions/") and "molecule" in name]


def test_nothing_is_built_that_is_not_released(checkout: Path) -> None:
    version = yaml.safe_load((checkout / "galaxy.yml").read_text())["version"]
    (checkout / "changelogs/fragments").mkdir(exist_ok=True)
    (checkout / "changelogs/fragments/later.yml").write_text("bugfixes: [role - mended.]\n")
    on_main(checkout, version)
    refused = {
        "the tag is 9.9.9": run(checkout, "tools/package.sh", "9.9.9", "dist"),
        "what is not released": run(checkout, "tools/package.sh", version, "dist"),
    }
    (checkout / "changelogs/changelog.yaml").write_text("releases: {}\n")
    refused["has no section"] = run(checkout, "tools/package.sh", version, "dist")
    for reason, answer in refused.items():
        assert answer.returncode == 1
        assert reason in answer.stderr
    assert list(checkout.glob("dist/*.tar.gz")) == []


def test_nothing_is_built_that_main_does_not_have(checkout: Path) -> None:
    version = yaml.safe_load((checkout / "galaxy.yml").read_text())["version"]
    shutil.rmtree(checkout / "changelogs/fragments", ignore_errors=True)
    commit(checkout, "Work")
    git(checkout, "tag", version)
    assert "no branch origin/main" in run(checkout, "tools/package.sh", version, "dist").stderr
    git(checkout, "update-ref", "refs/remotes/origin/main", "HEAD")
    (checkout / "README.md").write_text("Not reviewed.\n")
    commit(checkout, "More")
    assert f"is not the tag {version}" in run(checkout, "tools/package.sh", version, "dist").stderr
    git(checkout, "tag", "--force", version)
    assert f"the tag {version} is not on main" in run(checkout, "tools/package.sh", version, "dist").stderr
    assert list(checkout.glob("dist/*.tar.gz")) == []


def test_a_release_needs_a_version_a_summary_and_valid_fragments(checkout: Path) -> None:
    fragments = checkout / "changelogs/fragments"
    shutil.rmtree(fragments, ignore_errors=True)
    assert "Which version?" in run(checkout, "tools/release.sh", "next").stderr
    assert "as release_summary" in run(checkout, "tools/release.sh", "9.9.9").stderr
    write_summary(checkout)
    (fragments / "mistaken.yml").write_text("mended: [role - mended.]\n")
    refused = run(checkout, "tools/release.sh", "9.9.9")
    assert refused.returncode != 0
    assert "mistaken.yml" in refused.stdout + refused.stderr
    assert (checkout / "galaxy.yml").read_text() == (ROOT / "galaxy.yml").read_text()
