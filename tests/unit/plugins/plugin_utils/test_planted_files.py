# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whatever somebody has put in the place of the file of first passwords, of its lock or of its next content."""

from __future__ import annotations

import itertools
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.first_passwords import StoreError
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._credentials_store import CredentialsStore

ACCOUNT = "123456789012"
VAULT = b"$ANSIBLE_VAULT;1.1;AES256\n"
PLANTED = "Planted-password-12345"
ENTRIES = [
    {ACCOUNT: {"ann": {"password": PLANTED, "state": state, **more}}}
    for state in ("pending", "set", "anything", None)
    for more in ({}, {"earlier": [{"password": PLANTED}]}, {"earlier": PLANTED})
]
CONTENTS = [yaml.safe_dump(entries).encode() for entries in ENTRIES] + [
    b"",
    b"[]",
    b"- x",
    b"ann: 1",
    b"\xff",
    b"a: b: c",
]


def prepare(path: Path, secret: bool) -> str | StoreError:
    """The new password of a user, or why there is none."""
    mark = b"" if secret else VAULT
    store = CredentialsStore(str(path), lambda text: mark + text, lambda text: text.removeprefix(mark), secret)
    try:
        return store.prepare(ACCOUNT, ["ann"], 20)["ann"]
    except StoreError as exc:
        return exc


def regular(mode: int) -> Callable[[Path, bytes], None]:
    def plant(path: Path, content: bytes) -> None:
        path.write_bytes(content)
        path.chmod(mode)

    plant.__name__ = f"regular_{mode:o}"
    return plant


def symlink(path: Path, content: bytes) -> None:
    target = path.with_name("theirs")
    target.write_bytes(content)
    path.symlink_to(target)


def broken_symlink(path: Path, _content: bytes) -> None:
    path.symlink_to("nowhere")


def hard_link(path: Path, content: bytes) -> None:
    target = path.with_name("theirs")
    target.write_bytes(content)
    os.link(target, path)


def fifo(path: Path, _content: bytes) -> None:
    os.mkfifo(path)


def folder(path: Path, _content: bytes) -> None:
    path.mkdir()


PLANTS = [*map(regular, (0o600, 0o644, 0o666)), symlink, broken_symlink, hard_link, fifo, folder]
NAMES = ("credentials.yml", "credentials.yml.lock", ".credentials.yml.new")


@pytest.mark.parametrize("plant", PLANTS)
@pytest.mark.parametrize("name", NAMES)
def test_nothing_planted_is_set_and_nothing_of_ours_is_readable(
    tmp_path: Path, name: str, plant: Callable[[Path, bytes], None]
) -> None:
    for number, (planted, secret) in enumerate(itertools.product(CONTENTS, (True, False))):
        content = planted if secret else VAULT + planted
        place = tmp_path / str(number)
        place.mkdir(mode=0o700)
        plant(place / name, content)
        theirs = place / "theirs"
        path = place / "credentials.yml"
        password = prepare(path, secret)
        if isinstance(password, StoreError):
            assert PLANTED not in str(password)
            assert not (path.is_file() and not path.is_symlink()) or path.read_bytes() == content
        else:
            assert password != PLANTED
            found = path.lstat()
            assert (stat.S_ISREG(found.st_mode), found.st_mode & 0o077, found.st_nlink) == (True, 0, 1)
            assert yaml.safe_load(path.read_bytes().removeprefix(VAULT))[ACCOUNT]["ann"]["password"] == password
        assert not theirs.exists() or theirs.read_bytes() == content
