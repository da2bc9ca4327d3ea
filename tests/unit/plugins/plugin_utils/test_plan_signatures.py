# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Signatures of plans, made and verified by the real ssh-keygen and GnuPG."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._change_control.input import Signers
from ansible_collections.cloudhsm.iam.plugins.plugin_utils import _plan_signatures
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._plan_signatures import NAMESPACE, counted

CONTENT = b'{"plan": {}}\n'
needs_gpg = pytest.mark.skipif(not (shutil.which("gpg") and shutil.which("gpgv")), reason="GnuPG is not installed")


def run(*command: str | Path) -> None:
    subprocess.run([str(word) for word in command], check=True, capture_output=True)


class Desk:
    """A plan file, and people with keys."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.plan = folder / "plan.json"
        self.plan.write_bytes(CONTENT)
        self.allowed = folder / "allowed_signers"
        self.allowed.touch(mode=0o600)
        self.home = folder / "gnupg"
        self.keyring = folder / "keys.gpg"

    def key_of(self, name: str, listed_as: str = "") -> Path:
        """A new key of ssh-keygen's."""
        key = self.folder / f"key-{len(list(self.folder.glob('key-*')))}"
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", key)
        with self.allowed.open("a") as stream:
            stream.write(f"{listed_as or name} {Path(f'{key}.pub').read_text()}")
        return key

    def sign(self, key: Path, name: str, namespace: str = NAMESPACE) -> None:
        run("ssh-keygen", "-q", "-Y", "sign", "-n", namespace, "-f", key, self.plan)
        Path(f"{self.plan}.sig").rename(f"{self.plan}.{name}.sig")

    def gpg(self, *words: str | Path) -> None:
        self.home.mkdir(mode=0o700, exist_ok=True)
        run("gpg", "--homedir", self.home, "--batch", "--pinentry-mode", "loopback", "--passphrase", "", *words)

    def problem(self, required: int = 1, allowed: bool = True) -> str | None:
        keyring = str(self.keyring) if self.keyring.exists() else ""
        signers = Signers(str(self.allowed) if allowed else "", keyring, required)
        return counted(str(self.plan), CONTENT, signers).problem


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    tmp_path.chmod(0o700)
    return Desk(tmp_path)


def test_two_people_are_two_signatures(desk: Desk) -> None:
    alice, bob = desk.key_of("alice"), desk.key_of("bob")
    assert desk.problem() == f"plan_signers: {desk.plan} has 0 of 1 signatures that count"
    desk.sign(alice, "alice")
    assert desk.problem() is None
    assert desk.problem(2) == f"plan_signers: {desk.plan} has 1 of 2 signatures that count (by alice)"
    desk.sign(bob, "bob")
    assert desk.problem(2) is None
    assert counted(str(desk.plan), CONTENT, Signers(str(desk.allowed))).signers == ["alice", "bob"]


def test_one_person_is_one_signature(desk: Desk) -> None:
    for number in range(2):
        desk.sign(desk.key_of("alice"), f"alice{number}")
    assert "has 1 of 2 signatures" in str(desk.problem(2))


def test_one_key_is_one_signature_whoever_it_is_listed_for(desk: Desk) -> None:
    key = desk.key_of("alice")
    with desk.allowed.open("a") as stream:
        stream.write(f"bob {Path(f'{key}.pub').read_text()}")
    desk.sign(key, "alice")
    desk.sign(key, "bob")
    assert "has 1 of 2 signatures" in str(desk.problem(2))


@pytest.mark.parametrize("wrong", ["stranger", "namespace", "content", "rubbish"])
def test_what_does_not_count_is_told(desk: Desk, wrong: str) -> None:
    key = desk.key_of("alice")
    if wrong == "stranger":
        desk.allowed.write_text("")
    if wrong == "content":
        desk.plan.write_bytes(b"another")
    desk.sign(key, "alice", "file" if wrong == "namespace" else NAMESPACE)
    if wrong == "rubbish":
        Path(f"{desk.plan}.alice.sig").write_text("-----BEGIN SSH SIGNATURE-----\nx\n")
    said = str(desk.problem())
    assert "has 0 of 1 signatures that count" in said
    assert "is not a signature of this plan by one of the allowed signers" in said


def test_signers_that_others_can_change_are_none(desk: Desk) -> None:
    desk.sign(desk.key_of("alice"), "alice")
    desk.allowed.chmod(0o666)
    assert "other users can change" in str(desk.problem())


def test_a_kind_of_signature_without_keys_is_told(desk: Desk) -> None:
    desk.sign(desk.key_of("alice"), "alice")
    assert "plan_signers names no allowed_signers" in str(desk.problem(allowed=False))


def test_a_missing_tool_is_told(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.sign(desk.key_of("alice"), "alice")
    monkeypatch.setenv("PATH", str(desk.folder))
    assert "ssh-keygen is not installed, so the signature can't be verified; install OpenSSH" in str(desk.problem())
    assert _plan_signatures.NAMESPACE == "cloudhsm-iam-plan"


@needs_gpg
def test_gnupg_signs_too(desk: Desk) -> None:
    desk.gpg("--quick-generate-key", "bob <bob@example.com>", "ed25519", "sign", "1d")
    desk.gpg("--output", desk.keyring, "--export")
    desk.gpg("--armor", "--detach-sign", "--output", f"{desk.plan}.bob.asc", desk.plan)
    assert desk.problem() is None
    # With binary signatures, and beside another person's.
    desk.sign(desk.key_of("alice"), "alice")
    assert desk.problem(2) is None
    desk.gpg("--detach-sign", "--output", f"{desk.plan}.again.sig", desk.plan)
    assert "has 2 of 3 signatures" in str(desk.problem(3))
    Path(f"{desk.plan}.bob.asc").write_text("rubbish")
    Path(f"{desk.plan}.again.sig").unlink()
    assert "is not a signature of this plan by a key of gpg_keyring" in str(desk.problem(2))
