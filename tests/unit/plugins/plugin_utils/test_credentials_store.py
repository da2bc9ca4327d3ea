# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""First passwords in a file: never lost, never somebody else's, never reused for another login profile."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
import threading
import typing as t
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.first_passwords import StoreError
from ansible_collections.cloudhsm.iam.plugins.plugin_utils import _private_files as private_files
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._credentials_store import (
    NO_VAULT_SECRET,
    CredentialsStore,
    open_file_store,
)

ACCOUNT = "123456789012"
VAULT = b"$ANSIBLE_VAULT;1.1;AES256\n"


def plain(content: bytes) -> bytes:
    return content


def encrypt(content: bytes) -> bytes:
    """Stands for encryption: what is on disk is not what was given."""
    return VAULT + content[::-1]


def decrypt(content: bytes) -> bytes:
    return content.removeprefix(VAULT)[::-1]


def open_store(path: Path, private_folder: bool = True) -> CredentialsStore:
    return CredentialsStore(str(path), plain, plain, private_folder)


def check(store: CredentialsStore) -> None:
    store.check()


def prepare(store: CredentialsStore) -> None:
    store.prepare(ACCOUNT, ["ann"], 12)


USES = (check, prepare)


def open_encrypted(path: Path) -> CredentialsStore:
    return CredentialsStore(str(path), encrypt, decrypt, private_folder=False)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A place for the store, in a folder that is not there yet."""
    return tmp_path / "private" / "credentials.yml"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def entries_of(path: Path) -> dict[str, dict[str, t.Any]]:
    found: dict[str, dict[str, t.Any]] = yaml.safe_load(path.read_text())[ACCOUNT]
    return found


def names_in(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def test_passwords_are_on_disk_for_their_owner_only_before_they_are_used(path: Path) -> None:
    passwords = open_store(path).prepare(ACCOUNT, ["ann", "bob"], 32)
    stored = entries_of(path)
    assert {name: entry["password"] for name, entry in stored.items()} == passwords
    assert {entry["state"] for entry in stored.values()} == {"pending"}
    assert (mode(path), mode(path.parent)) == (0o600, 0o700)


@pytest.mark.parametrize("mask", [0, 0o077, 0o222, 0o777])
@pytest.mark.parametrize("opened", [open_store, open_encrypted])
def test_all_that_is_made_is_its_owners_alone_whatever_the_umask(
    tmp_path: Path, mask: int, opened: Callable[[Path], CredentialsStore]
) -> None:
    path = tmp_path / "one" / "two" / "three" / "credentials.yml"
    before = os.umask(mask)
    try:
        opened(path).prepare(ACCOUNT, ["ann"], 32)
    finally:
        os.umask(before)
    folders = [path.parent, path.parent.parent, path.parent.parent.parent]
    assert [mode(folder) for folder in folders] == [0o700] * 3
    assert mode(path) == 0o600
    assert mode(Path(f"{path}.lock")) & 0o177 == 0


def test_a_file_that_was_open_to_others_is_closed_by_the_next_change(path: Path) -> None:
    open_store(path).prepare(ACCOUNT, ["ann"], 32)
    path.chmod(0o644)
    open_store(path).prepare(ACCOUNT, ["bob"], 32)
    assert mode(path) == 0o600


@pytest.mark.parametrize("state", ["pending", "set", "anything", None])
def test_a_password_that_the_run_has_not_written_is_never_given(path: Path, state: str | None) -> None:
    path.parent.mkdir(mode=0o700)
    planted = {"password": "Planted-password-12345", "state": state}
    path.write_text(yaml.safe_dump({ACCOUNT: {"ann": planted}}))
    password = open_store(path).prepare(ACCOUNT, ["ann"], 32)["ann"]
    assert password != planted["password"]
    # A run that was stopped may have set it, so it is kept until it is known what was set.
    assert entries_of(path)["ann"] == {"password": password, "state": "pending", "earlier": [planted]}


def test_passwords_that_were_set_are_noted_and_what_was_there_before_goes(path: Path) -> None:
    first = open_store(path).prepare(ACCOUNT, ["ann", "bob"], 32)
    store = open_store(path)
    second = store.prepare(ACCOUNT, ["ann"], 32)
    store.settle(ACCOUNT, second, {}, [])
    assert entries_of(path) == {
        "ann": {"password": second["ann"], "state": "set"},
        "bob": {"password": first["bob"], "state": "pending"},
    }


def test_what_runs_that_were_stopped_may_have_set_is_kept(path: Path) -> None:
    passwords = [open_store(path).prepare(ACCOUNT, ["ann"], 32)["ann"] for _run in range(30)]
    entry = entries_of(path)["ann"]
    assert [entry["password"], *(one["password"] for one in entry["earlier"])] == passwords[:-12:-1]


@pytest.mark.parametrize("earlier", [None, "text", [1, {"state": "set"}], {"password": "x"}])
def test_what_is_no_entry_is_not_kept(path: Path, earlier: object) -> None:
    path.parent.mkdir(mode=0o700)
    path.write_text(yaml.safe_dump({ACCOUNT: {"ann": {"password": "Old-1", "state": "set", "earlier": earlier}}}))
    open_store(path).prepare(ACCOUNT, ["ann"], 32)
    assert entries_of(path)["ann"]["earlier"] == [{"password": "Old-1", "state": "set"}]


def test_a_password_that_was_not_set_gives_way_to_the_one_before(path: Path) -> None:
    first = open_store(path).prepare(ACCOUNT, ["ann"], 32)
    store = open_store(path)
    second = store.prepare(ACCOUNT, ["ann", "new"], 32)
    store.settle(ACCOUNT, {}, second, [])
    assert entries_of(path) == {"ann": {"password": first["ann"], "state": "pending"}}


def test_of_two_runs_the_one_that_set_the_password_says_which_it_is(path: Path) -> None:
    runs = [open_store(path), open_store(path)]
    first, second = (run.prepare(ACCOUNT, ["ann"], 32) for run in runs)
    # The first made the login profile, though the second has written since.
    runs[0].settle(ACCOUNT, first, {}, [])
    runs[1].settle(ACCOUNT, {}, second, [])
    assert entries_of(path) == {"ann": {"password": first["ann"], "state": "set"}}
    path.unlink()
    first, second = (run.prepare(ACCOUNT, ["ann"], 32) for run in runs)
    runs[1].settle(ACCOUNT, {}, second, [])
    runs[0].settle(ACCOUNT, first, {}, [])
    assert entries_of(path) == {"ann": {"password": first["ann"], "state": "set"}}


def test_users_that_have_no_login_profile_any_more_are_forgotten(path: Path) -> None:
    store = open_store(path)
    store.prepare(ACCOUNT, ["ann", "bob"], 32)
    store.prepare("999999999999", ["ann"], 32)
    store.settle(ACCOUNT, {}, {}, ["ann", "nobody"])
    entries = yaml.safe_load(path.read_text())
    assert (list(entries[ACCOUNT]), list(entries["999999999999"])) == (["bob"], ["ann"])


def test_where_nothing_is_to_be_noted_nothing_is_written(path: Path) -> None:
    store = open_store(path)
    store.prepare(ACCOUNT, ["ann"], 32)
    before = path.stat()
    store.settle(ACCOUNT, {}, {"nobody": "x"}, ["nobody"])
    assert path.stat().st_ino == before.st_ino


def test_what_is_on_disk_went_through_the_encryption(path: Path) -> None:
    password = open_encrypted(path).prepare(ACCOUNT, ["ann"], 32)["ann"]
    assert password.encode() not in path.read_bytes()
    assert password.encode() in path.read_bytes()[::-1]
    open_encrypted(path).settle(ACCOUNT, {"ann": password}, {}, [])
    assert yaml.safe_load(decrypt(path.read_bytes())) == {ACCOUNT: {"ann": {"password": password, "state": "set"}}}


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EIO])
def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(
    path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    store = open_store(path)
    store.prepare(ACCOUNT, ["ann"], 32)
    before = path.read_bytes()

    def full(_descriptor: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("os.fsync", full)
    advice = "name another file" if number == errno.EIO else "make room and run again"
    with pytest.raises(StoreError) as error:
        store.prepare(ACCOUNT, ["bob"], 32)
    assert str(error.value) == f"credentials_path: {path} can't be written: {os.strerror(number)}; {advice}"
    assert path.read_bytes() == before
    assert names_in(path.parent) == ["credentials.yml", "credentials.yml.lock"]


def test_a_file_system_that_can_not_sync_a_folder_is_no_failure(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sync = os.fsync

    def files_only(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        sync(descriptor)

    monkeypatch.setattr("os.fsync", files_only)
    assert open_store(path).prepare(ACCOUNT, ["ann"], 32)


KILLED = """
import os, signal, sys
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._credentials_store import CredentialsStore
os.replace = lambda *_args, **_options: os.kill(os.getpid(), signal.SIGKILL)
same = lambda content: content
CredentialsStore(sys.argv[1], same, same, True).prepare("123456789012", ["ann"], 32)
"""


def test_what_a_killed_run_left_goes_with_the_next(path: Path) -> None:
    ended = subprocess.run([sys.executable, "-c", KILLED, str(path)], check=False)
    assert ended.returncode < 0
    assert names_in(path.parent) == [".credentials.yml.new", "credentials.yml.lock"]
    open_store(path).settle(ACCOUNT, {}, {}, ["nobody"])
    assert names_in(path.parent) == ["credentials.yml.lock"]
    open_store(path).prepare(ACCOUNT, ["ann"], 32)
    assert names_in(path.parent) == ["credentials.yml", "credentials.yml.lock"]


def test_what_release_1_0_0_left_goes_too_once_it_is_old(path: Path) -> None:
    path.parent.mkdir(mode=0o700)
    for name in ("old", "new", "link"):
        (path.parent / f".credentials-{name:_<8}").write_text("password")
    (path.parent / ".credentials-link____").unlink()
    (path.parent / ".credentials-link____").symlink_to(path.parent / ".credentials-new_____")
    (path.parent / ".credentials-somebodys").touch()
    for name in ("old", "somebodys"):
        os.utime(path.parent / f".credentials-{name:_<8}", (0, 0))
    open_store(path).prepare(ACCOUNT, ["ann"], 32)
    left = {".credentials-link____", ".credentials-new_____", ".credentials-somebodys"}
    assert {name for name in names_in(path.parent) if name.startswith(".")} == left


def test_two_runs_at_once_lose_no_password(path: Path) -> None:
    def work(start: int) -> None:
        for number in range(10):
            open_store(path).prepare(ACCOUNT, [f"user{start + number}"], 12)

    threads = [threading.Thread(target=work, args=(start,)) for start in (0, 100, 200)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(entries_of(path)) == 30


# What is refused, before anything is written


@pytest.mark.parametrize("opened", [open_store, open_encrypted])
def test_checking_writes_nothing(tmp_path: Path, path: Path, opened: Callable[[Path], CredentialsStore]) -> None:
    opened(path).check()
    assert names_in(tmp_path) == []
    path.parent.mkdir(mode=0o700)
    opened(path).check()
    assert names_in(path.parent) == []


def test_checking_works_where_files_need_names(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.parent.mkdir(mode=0o700)
    opened = os.open
    for number in (errno.EOPNOTSUPP, errno.EISDIR):

        def without(
            name: str, flags: int, *args: int, number: int = number, nameless: int = os.O_TMPFILE, **options: int
        ) -> int:
            if flags & nameless == nameless:
                raise OSError(number, os.strerror(number))
            return opened(name, flags, *args, **options)

        with monkeypatch.context() as patched:
            patched.setattr("os.open", without)
            open_store(path).check()
    with monkeypatch.context() as patched:
        patched.delattr("os.O_TMPFILE")
        open_store(path).check()
    assert names_in(path.parent) == []


CALLS = ("os.open", "os.stat", "os.lstat", "os.pathconf", "os.mkdir", "os.chmod", "os.replace", "fcntl.flock")


@pytest.mark.parametrize("number", sorted(errno.errorcode))
def test_no_error_of_the_system_escapes(path: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """Whatever call gives whatever error, it is told as a sentence with the path, or is no failure at all."""
    told: list[str] = []
    for call in CALLS:

        def fail(*_args: object, **_options: object) -> t.NoReturn:
            raise OSError(number, os.strerror(number))

        for use in USES:
            store = open_store(path)
            with monkeypatch.context() as patched:
                patched.setattr(call, fail)
                try:
                    use(store)
                except StoreError as exc:
                    told.append(str(exc))
    assert len(told) >= 4
    for text in told:
        assert text.startswith("credentials_path: ")
        assert str(path.parent) in text
        assert "\n" not in text


@pytest.mark.parametrize(
    "place", ["/sys/cred/credentials.yml", "/proc/cred/credentials.yml", "/dev/null/credentials.yml"]
)
def test_a_place_where_nothing_can_be_made_is_refused_by_the_check(place: str) -> None:
    # errors-that-escape names the first of them.
    with pytest.raises(StoreError, match=f"^credentials_path: {place.rpartition('/cred')[0]}"):
        open_store(Path(place)).check()


def loop(path: Path) -> str:
    path.parent.symlink_to(path.parent.name)
    return "Too many levels of symbolic links"


def file_for_a_folder(path: Path) -> str:
    path.parent.touch()
    return "is not a folder"


def read_only(path: Path) -> str:
    path.parent.mkdir(mode=0o500)
    return "can't be written" if os.geteuid() else ""


def everybodys(path: Path) -> str:
    path.parent.parent.chmod(0o777)
    return "everybody can write to the folder"


def link(path: Path) -> str:
    path.parent.mkdir(mode=0o700)
    path.symlink_to("elsewhere.yml")
    return "is a symlink; name the file itself"


def hard_link(path: Path) -> str:
    path.parent.mkdir(mode=0o700)
    path.touch()
    os.link(path, path.parent / "other.yml")
    return r"has 2 names \(hard links\)"


def fifo(path: Path) -> str:
    path.parent.mkdir(mode=0o700)
    os.mkfifo(path)
    return "is not a regular file"


def folder(path: Path) -> str:
    path.mkdir(parents=True, mode=0o700)
    path.parent.chmod(0o700)
    return "is a folder; name a file in it"


def for_the_lock(plant: Callable[[Path], str]) -> Callable[[Path], str]:
    """The same where the lock is."""

    def planted(path: Path) -> str:
        plant(Path(f"{path}.lock"))
        return f"{path}.lock "

    planted.__name__ = f"{plant.__name__}_for_the_lock"
    return planted


PLANTED = [
    loop,
    file_for_a_folder,
    read_only,
    everybodys,
    link,
    hard_link,
    fifo,
    folder,
    *map(for_the_lock, (link, hard_link, fifo, folder)),
]


@pytest.mark.parametrize("opened", [open_store, open_encrypted])
@pytest.mark.parametrize("plant", PLANTED)
def test_what_somebody_else_may_have_put_there_is_refused_at_once(
    path: Path, plant: Callable[[Path], str], opened: Callable[[Path], CredentialsStore]
) -> None:
    complaint = plant(path)
    if not complaint:
        pytest.skip("root may write everywhere")
    for use in USES:
        with pytest.raises(StoreError, match=complaint):
            use(opened(path))
    if path.parent.is_dir():
        assert not {"credentials.yml.new", ".credentials.yml.new"} & set(names_in(path.parent))


def as_user(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: number)


def test_what_belongs_to_another_user_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.parent.mkdir(mode=0o700)
    path.touch(0o600)
    owner = path.stat().st_uid
    as_user(owner + 4711, monkeypatch)
    with pytest.raises(StoreError, match=rf"the folder {path.parent} belongs to another user \(user ID {owner}\)"):
        open_store(path).check()
    with pytest.raises(StoreError, match=rf"{path} belongs to another user \(user ID {owner}\)"):
        open_encrypted(path).check()
    path.unlink()
    # What is encrypted may be in a folder of somebody else's.
    open_encrypted(path).check()


def test_what_belongs_to_another_user_is_refused_to_root_too_but_for_sudo(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.parent.mkdir(mode=0o700)
    path.touch(0o600)
    is_ours, owner = private_files._is_ours, os.stat(path).st_uid + 4711
    monkeypatch.setattr(private_files, "_is_ours", lambda _owner: is_ours(owner))
    as_user(0, monkeypatch)
    monkeypatch.delenv("SUDO_UID", raising=False)
    with pytest.raises(StoreError, match="belongs to another user"):
        open_store(path).check()
    # In a container a project has the owner that it has outside.
    open_encrypted(path).check()
    monkeypatch.setenv("SUDO_UID", str(owner))
    open_store(path).check()


@pytest.mark.parametrize("name", [f"{'x' * 300}/c.yml", f"missing/{'x' * 300}/c.yml", "x" * 252, f"{'ä' * 140}/c.yml"])
def test_a_name_that_is_too_long_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(StoreError, match="File name too long"):
        open_encrypted(tmp_path / name).check()


def test_a_path_with_a_null_character_is_refused() -> None:
    with pytest.raises(StoreError, match="can't be a path"):
        CredentialsStore("/tmp/a\0b", plain, plain, private_folder=True)


@pytest.mark.parametrize("home", ["", "/", "//"])
@pytest.mark.parametrize("kind", ["file", "vault_file"])
def test_without_a_home_nothing_goes_to_the_root_folder(monkeypatch: pytest.MonkeyPatch, home: str, kind: str) -> None:
    monkeypatch.setenv("HOME", home)
    with pytest.raises(StoreError) as error:
        open_file_store(kind, "~/.cloudhsm-iam/credentials.yml")
    assert str(error.value) == (
        "credentials_path: ~/.cloudhsm-iam/credentials.yml is in the home folder, and this user has none; "
        "set HOME, or give an absolute path"
    )


def test_relative_means_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert open_file_store("file", "a/b.yml").path == str(tmp_path / "a" / "b.yml")


def test_without_a_vault_secret_the_way_to_give_one_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as error:
        open_file_store("vault_file", str(tmp_path / "b.yml"))
    assert str(error.value) == NO_VAULT_SECRET


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("{", "is not the YAML that this collection writes"),
        ("[" * 1500, "is not the YAML that this collection writes"),
        ("\0", "is not the YAML that this collection writes"),
        ("- a list", "holds something other than first passwords"),
        ("'123456789012': {ann: {secret: x}}", "holds something other than first passwords"),
        ("just text", "holds something other than first passwords"),
    ],
)
@pytest.mark.parametrize("private_folder", [True, False])
def test_a_file_of_another_kind_is_not_overwritten(
    path: Path, content: str, complaint: str, private_folder: bool
) -> None:
    path.parent.mkdir(mode=0o700)
    path.write_text(content)
    store = open_store(path, private_folder)
    for use in (store.check, lambda: store.prepare(ACCOUNT, ["ann"], 32)):
        with pytest.raises(StoreError, match=complaint):
            use()
    assert path.read_text() == content


def test_a_store_that_was_switched_is_told_from_one_that_is_broken(path: Path) -> None:
    open_store(path).prepare(ACCOUNT, ["ann"], 32)
    with pytest.raises(StoreError) as error:
        open_encrypted(path).check()
    assert str(error.value) == (
        f"credentials_path: {path} is not encrypted, as credentials_store: file makes it; set that, or encrypt it: "
        f"ansible-vault encrypt {path}"
    )
    path.unlink()
    open_encrypted(path).prepare(ACCOUNT, ["ann"], 32)
    with pytest.raises(StoreError) as error:
        open_store(path).check()
    assert str(error.value) == (
        f"credentials_path: {path} is encrypted, as credentials_store: vault_file makes it; set that, or decrypt it: "
        f"ansible-vault decrypt {path}"
    )


@pytest.mark.parametrize("opened", [open_store, open_encrypted])
def test_an_empty_file_is_a_store_without_entries(path: Path, opened: Callable[[Path], CredentialsStore]) -> None:
    path.parent.mkdir(mode=0o700)
    path.write_text("\n")
    opened(path).check()
    assert opened(path).prepare(ACCOUNT, ["ann"], 32)


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
