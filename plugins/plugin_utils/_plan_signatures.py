# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Verifies detached signatures of plan files with ssh-keygen or GnuPG's gpgv.

They are beside the plan file, and their names begin with its whole name: plan.json.sig, plan.json.alice.sig,
plan.json.asc.
"""

from __future__ import annotations

import glob
import os
import re
import subprocess
import tempfile
import typing as t
from collections.abc import Iterator

from ansible_collections.cloudhsm.iam.plugins.module_utils._change_control.input import Signers
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._paths import from_working_directory
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._plan_files import PlanFileError, read_safely

NAMESPACE = "cloudhsm-iam-plan"
_SSH = b"-----BEGIN SSH SIGNATURE-----"
_LARGEST = 1024 * 1024
_TIMEOUT = 60
_GOOD_SSH = re.compile(r"^Good .* signature for (.+) with \S+ key (\S+)$", re.MULTILINE)
# GnuPG's status words for bad or expired signatures, and for those of expired or revoked keys.
_BAD_GPG = ("EXPSIG", "EXPKEYSIG", "REVKEYSIG", "BADSIG", "ERRSIG")


class Signature(t.NamedTuple):
    """Who signed, and with which key."""

    signer: str
    key: str


class Counted(t.NamedTuple):
    """The people whose signatures count, and the problem if these are not enough."""

    signers: list[str]
    problem: str | None


def counted(path: str, content: bytes, signers: Signers) -> Counted:
    """Return who has signed the plan, of the people whose signatures count."""
    files = sorted(glob.glob(f"{glob.escape(path)}*.sig") + glob.glob(f"{glob.escape(path)}*.asc"))
    found: dict[str, str] = {}
    reasons: list[str] = []
    for file in files:
        try:
            for made in _verified(file, content, signers):
                # Count a name once, even with two keys, and a key once, even with two names.
                if made.key not in found.values():
                    found.setdefault(made.signer, made.key)
        except PlanFileError as exc:
            reasons.append(str(exc))
    if len(found) >= signers.required:
        return Counted(sorted(found), None)
    by = f" (by {', '.join(sorted(found))})" if found else ""
    why = f": {'; '.join(reasons)}" if reasons else ""
    problem = f"plan_signers: {path} has {len(found)} of {signers.required} signatures that count{by}{why}"
    return Counted(sorted(found), problem)


def _verified(file: str, content: bytes, signers: Signers) -> Iterator[Signature]:
    """Yield the signatures in a file that count. The tools read copies, which no other user can change."""
    signature = read_safely(file, _LARGEST)
    ssh = signature.lstrip().startswith(_SSH)
    listed = signers.allowed_signers if ssh else signers.gpg_keyring
    if not listed:
        missing = "allowed_signers" if ssh else "gpg_keyring"
        raise PlanFileError(f"{file} is a signature for which plan_signers names no {missing}")
    keys = read_safely(from_working_directory(listed), _LARGEST)
    with tempfile.TemporaryDirectory(prefix="cloudhsm-iam-plan-") as folder:
        signature_copy, keys_copy = os.path.join(folder, "signature"), os.path.join(folder, "keys")
        for copy, text in ((signature_copy, signature), (keys_copy, keys)):
            with open(copy, "wb") as stream:
                stream.write(text)
        yield from (_by_ssh if ssh else _by_gpg)(file, signature_copy, keys_copy, content)


def _by_ssh(file: str, signature: str, signers: str, content: bytes) -> Iterator[Signature]:
    found = _run(["ssh-keygen", "-Y", "find-principals", "-s", signature, "-f", signers], b"", "OpenSSH")
    names = found.stdout.decode(errors="replace").split("\n")
    for name in filter(None, names[:1]):
        command = ["ssh-keygen", "-Y", "verify", "-f", signers, "-I", name, "-n", NAMESPACE, "-s", signature]
        told = _run(command, content, "OpenSSH")
        good = _GOOD_SSH.search(told.stdout.decode(errors="replace"))
        if told.returncode == 0 and good:
            yield Signature(name, good[2])
            return
    raise PlanFileError(f"{file} is not a signature of this plan by one of the allowed signers")


def _by_gpg(file: str, signature: str, keyring: str, content: bytes) -> Iterator[Signature]:
    with tempfile.NamedTemporaryFile(prefix="cloudhsm-iam-plan-") as data:
        data.write(content)
        data.flush()
        told = _run(["gpgv", "--status-fd", "1", "--keyring", keyring, signature, data.name], b"", "GnuPG's gpgv")
    words = [line.split() for line in told.stdout.decode(errors="replace").splitlines() if line.startswith("[GNUPG:]")]
    bad = {each[1] for each in words if len(each) > 1} & set(_BAD_GPG)
    valid = [each for each in words if each[1:2] == ["VALIDSIG"]]
    if told.returncode != 0 or bad or not valid:
        raise PlanFileError(f"{file} is not a signature of this plan by a key of gpg_keyring")
    yield from (Signature(each[-1], each[-1]) for each in valid)


def _run(command: list[str], given: bytes, owner: str) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(command, input=given, capture_output=True, check=False, timeout=_TIMEOUT)
    except FileNotFoundError as exc:
        raise PlanFileError(
            f"{command[0]} is not installed, so the signature can't be verified; install {owner}"
        ) from exc
    except subprocess.TimeoutExpired as exc:
        raise PlanFileError(f"{command[0]} did not end within {_TIMEOUT} seconds") from exc
