# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""First passwords: never lost, never open to others, never reused for another login profile."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path

import pytest
import yaml
from ansible_collections.cloudhsm.iam.plugins.module_utils._passwords import StoreError
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._credentials_store import CredentialsStore

ACCOUNT = "123456789012"


def plain(content: bytes) -> bytes:
    return content


def reversed_bytes(content: bytes) -> bytes:
    """Stands for encryption: what is on disk is not what was given."""
    return content[::-1]


def open_store(path: Path, private_folder: bool = True) -> CredentialsStore:
    return CredentialsStore(str(path), plain, plain, private_folder)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A place for the store, in a folder that is not there yet."""
    return tmp_path / "private" / "credentials.yml"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_passwords_are_on_disk_for_their_owner_only_before_they_are_used(path: Path) -> None:
    passwords = open_store(path).prepare(ACCOUNT, ["ann", "bob"], 32)
    stored = yaml.safe_load(path.read_text())[ACCOUNT]
    assert {name: entry["password"] for name, entry in stored.items()} == passwords
    assert {entry["state"] for entry in stored.values()} == {"pending"}
    assert (mode(path), mode(path.parent)) == (0o600, 0o700)


def test_the_file_is_its_owners_alone_whatever_the_umask(path: Path) -> None:
    before = os.umask(0)
    try:
        open_store(path).prepare(ACCOUNT, ["ann"], 32)
    finally:
        os.umask(before)
    assert (mode(path), mode(path.parent), mode(Path(f"{path}.lock"))) == (0o600, 0o700, 0o600)


def test_a_file_that_was_open_to_others_is_closed_by_the_next_change(path: Path) -> None:
    open_store(path).prepare(ACCOUNT, ["ann"], 32)
    path.chmod(0o644)
    open_store(path).prepare(ACCOUNT, ["bob"], 32)
    assert mode(path) == 0o600


def test_an_interrupted_runs_password_is_used_again(path: Path) -> None:
    first = open_store(path).prepare(ACCOUNT, ["ann"], 32)
    assert open_store(path).prepare(ACCOUNT, ["ann"], 32) == first


def test_a_password_that_was_set_is_not_used_again(path: Path) -> None:
    store = open_store(path)
    first = store.prepare(ACCOUNT, ["ann", "bob"], 32)
    store.confirm(ACCOUNT, ["ann", "nobody"])
    later = open_store(path)
    later.check()
    second = later.prepare(ACCOUNT, ["ann"], 32)
    assert second["ann"] != first["ann"]
    assert yaml.safe_load(path.read_text())[ACCOUNT]["bob"]["password"] == first["bob"]


def test_a_password_that_another_run_has_set_meanwhile_is_not_replaced(path: Path) -> None:
    store = open_store(path)
    store.confirm(ACCOUNT, store.prepare(ACCOUNT, ["ann"], 32))
    runs = [open_store(path), open_store(path)]
    # Both find ann without a login profile, and the second one is slower.
    for run in runs:
        run.check()
    first = runs[0].prepare(ACCOUNT, ["ann"], 32)
    runs[0].confirm(ACCOUNT, ["ann"])
    assert runs[1].prepare(ACCOUNT, ["ann"], 32) == first
    assert yaml.safe_load(path.read_text())[ACCOUNT] == {"ann": {"password": first["ann"], "state": "set"}}


def test_a_password_that_the_account_does_not_take_any_more_is_replaced(path: Path) -> None:
    first = open_store(path).prepare(ACCOUNT, ["ann"], 20)
    assert open_store(path).prepare(ACCOUNT, ["ann"], 32, minimum=20) == first
    second = open_store(path).prepare(ACCOUNT, ["ann"], 32, minimum=21)
    assert len(second["ann"]) == 32


def test_users_that_have_no_login_profile_any_more_are_forgotten(path: Path) -> None:
    store = open_store(path)
    store.prepare(ACCOUNT, ["ann", "bob"], 32)
    store.prepare("999999999999", ["ann"], 32)
    store.forget(ACCOUNT, ["ann", "nobody"])
    entries = yaml.safe_load(path.read_text())
    assert (list(entries[ACCOUNT]), list(entries["999999999999"])) == (["bob"], ["ann"])


def test_what_is_on_disk_went_through_the_encryption(path: Path) -> None:
    store = CredentialsStore(str(path), reversed_bytes, reversed_bytes, private_folder=False)
    password = store.prepare(ACCOUNT, ["ann"], 32)["ann"]
    assert password.encode() not in path.read_bytes()
    assert password.encode() in path.read_bytes()[::-1]
    assert store.prepare(ACCOUNT, ["ann"], 32) == {"ann": password}


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = open_store(path)
    store.prepare(ACCOUNT, ["ann"], 32)
    before = path.read_bytes()

    def full(_descriptor: int) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="disk full"):
        store.prepare(ACCOUNT, ["bob"], 32)
    assert path.read_bytes() == before
    assert sorted(entry.name for entry in path.parent.iterdir()) == ["credentials.yml", "credentials.yml.lock"]


def test_two_runs_at_once_lose_no_password(path: Path) -> None:
    def work(start: int) -> None:
        for number in range(10):
            open_store(path).prepare(ACCOUNT, [f"user{start + number}"], 12)

    threads = [threading.Thread(target=work, args=(start,)) for start in (0, 100, 200)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(yaml.safe_load(path.read_text())[ACCOUNT]) == 30


def test_checking_writes_nothing(path: Path) -> None:
    open_store(path).check()
    assert not path.parent.exists()


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("{", "is not the YAML that this collection writes"),
        ("- a list", "holds something else than first passwords"),
        ("'123456789012': {ann: {secret: x}}", "holds something else than first passwords"),
        ("just text", "holds something else than first passwords"),
    ],
)
def test_a_file_of_another_kind_is_not_overwritten(path: Path, content: str, complaint: str) -> None:
    path.parent.mkdir(mode=0o700)
    path.write_text(content)
    for use in (open_store(path).check, lambda: open_store(path).prepare(ACCOUNT, ["ann"], 32)):
        with pytest.raises(StoreError, match=complaint):
            use()
    assert path.read_text() == content


def test_a_parsers_complaint_does_not_quote_the_file(path: Path) -> None:
    path.parent.mkdir(mode=0o700)
    path.write_text("password: Very-Secret-1: {")
    with pytest.raises(StoreError) as error:
        open_store(path).check()
    assert "Very-Secret" not in str(error.value)


def test_a_plain_file_wants_a_folder_of_its_own(path: Path) -> None:
    path.parent.mkdir(mode=0o755)
    path.parent.chmod(0o755)
    with pytest.raises(StoreError, match="open to other users; use a folder of its own, or close it with chmod 700"):
        open_store(path).check()
    open_store(path, private_folder=False).check()


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="is a folder; name a file in it"):
        open_store(tmp_path).check()
