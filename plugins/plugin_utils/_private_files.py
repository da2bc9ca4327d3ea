# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Files that only their owner can read, in folders where no one else can replace them.

Problems are raised as UnsafeFileError, with one sentence that names the path, or as OSError.
"""

from __future__ import annotations

import errno
import fcntl
import os
import re
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

# Errors of open() on file systems without O_TMPFILE.
_NO_NAMELESS_FILES = frozenset({errno.EOPNOTSUPP, errno.EISDIR, errno.EINVAL, errno.ENOSYS})
_NO_DIRECTORY_SYNC = frozenset({errno.EINVAL, errno.EOPNOTSUPP})
# Follow no symlink, and don't wait for the other end of a FIFO.
_SAFELY = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


_OLD_TEMPORARY = re.compile(r"\.credentials-[a-z0-9_]{8}")
# Seconds after which no run is still writing.
_OLD = 3600


class UnsafeFileError(Exception):
    """Another user could read, change or replace the file or folder. The message is one sentence."""


@dataclass(frozen=True)
class Place:
    """A file: its folder, with symlinks resolved, and its name, which must not be a symlink.

    secret: the content is not encrypted, so the folder must belong to its owner alone.
    """

    folder: str
    name: str
    secret: bool

    @property
    def path(self) -> str:
        return os.path.join(self.folder, self.name)


def place_of(path: str, secret: bool) -> Place:
    """Return the place for an absolute path. Raises UnsafeFileError."""
    if "\0" in path:
        raise UnsafeFileError(f"{path!r} can't be a path")
    folder, name = os.path.split(path)
    return Place(os.path.realpath(folder), name, secret)


def check(place: Place) -> None:
    """Raise if the file can't be created or replaced, or if others could access it. Leaves nothing behind."""
    if not place.name or os.path.isdir(place.path):
        raise UnsafeFileError(f"{place.path} is a folder; name a file in it")
    existing = _check_folders(place)
    longest = os.pathconf(existing, "PC_NAME_MAX")
    for part in os.path.join(os.path.relpath(place.folder, existing), _temporary(place)).split(os.sep):
        if len(os.fsencode(part)) > longest:
            raise OSError(errno.ENAMETOOLONG, os.strerror(errno.ENAMETOOLONG), place.path)
    if existing == place.folder:
        for name in (place.name, _lock(place)):
            with suppress(FileNotFoundError):
                _check_file(os.lstat(os.path.join(place.folder, name)), os.path.join(place.folder, name), place)
    if not os.access(existing, os.W_OK | os.X_OK):
        raise UnsafeFileError(f"the folder {existing} can't be written to")
    _try_to_write(existing)


def _check_folders(place: Place) -> str:
    """Check the folder and its parents. Return the deepest one that exists."""
    parts = place.folder.split(os.sep)
    existing = os.sep
    for depth in range(1, len(parts) + 1):
        folder = os.sep.join(parts[:depth]) or os.sep
        try:
            found = os.stat(folder)
        except FileNotFoundError:
            break
        if not stat.S_ISDIR(found.st_mode):
            raise UnsafeFileError(f"{folder} is not a folder")
        _check_folder(found, folder, place)
        existing = folder
    return existing


def _check_folder(found: os.stat_result, folder: str, place: Place) -> None:
    if found.st_mode & stat.S_IWOTH and not found.st_mode & stat.S_ISVTX:
        raise UnsafeFileError(
            f"everybody can write to the folder {folder}; use another one, or close it: chmod o-w {folder}"
        )
    if folder != place.folder or not place.secret:
        return
    if not _is_ours(found.st_uid):
        raise UnsafeFileError(
            f"the folder {folder} belongs to another user (user ID {found.st_uid}); use one of your own"
        )
    if found.st_mode & 0o077:
        raise UnsafeFileError(
            f"the folder {folder} is open to other users; use a folder of its own, or close it with chmod 700 {folder}"
        )


def _is_ours(owner: int) -> bool:
    """Whether the owner runs this. Root through sudo may also use the folders of the user who called sudo."""
    caller = os.geteuid()
    return owner == caller or (caller == 0 and str(owner) == os.environ.get("SUDO_UID"))


def _check_file(found: os.stat_result, path: str, place: Place) -> None:
    """Raise if this is not our own regular file: anyone who created it could read or choose its content."""
    if stat.S_ISLNK(found.st_mode):
        raise UnsafeFileError(f"{path} is a symlink; name the file itself")
    if not stat.S_ISREG(found.st_mode):
        raise UnsafeFileError(f"{path} is not a regular file; remove it, or name another file")
    if found.st_nlink > 1:
        raise UnsafeFileError(
            f"{path} has {found.st_nlink} names (hard links), so it can be read elsewhere; use a copy"
        )
    # An encrypted file can't be forged. In a container, root sees a project's files with their owner outside.
    if not _is_ours(found.st_uid) and (place.secret or os.geteuid() != 0):
        raise UnsafeFileError(f"{path} belongs to another user (user ID {found.st_uid}); use a file of your own")


def _try_to_write(folder: str) -> None:
    """Raise what a write to the folder would raise: on a read-only file system or in /sys, file modes don't show it."""
    nameless = getattr(os, "O_TMPFILE", 0)
    try:
        if nameless:
            os.close(os.open(folder, nameless | os.O_RDWR, 0o600))
            return
    except OSError as exc:
        if exc.errno not in _NO_NAMELESS_FILES:
            raise
    os.rmdir(tempfile.mkdtemp(dir=folder, prefix=".cloudhsm-iam-"))


def _lock(place: Place) -> str:
    return f"{place.name}.lock"


def _temporary(place: Place) -> str:
    """Return the name of the file for the next content. One name is enough: only the lock's holder writes."""
    return f".{place.name}.new"


@contextmanager
def opened(place: Place) -> Iterator[OwnFolder]:
    """Yield the file's folder, created if missing, and locked until the end of the block."""
    with unlocked(place) as own, own.locked() as folder:
        yield folder


@contextmanager
def unlocked(place: Place) -> Iterator[OwnFolder]:
    """Yield the file's folder, created if missing, for a file that no other run writes."""
    check(place)
    _make_folders(place.folder)
    descriptor = os.open(place.folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        # Use the descriptor, so that this is the checked folder even if its path leads elsewhere by now.
        _check_folder(os.fstat(descriptor), place.folder, place)
        yield OwnFolder(place, descriptor)
    finally:
        os.close(descriptor)


def _make_folders(folder: str) -> None:
    """Create missing folders, each for its owner only, whatever the umask."""
    parts = folder.split(os.sep)
    for depth in range(2, len(parts) + 1):
        above = os.sep.join(parts[:depth])
        if os.path.isdir(above):
            continue
        with suppress(FileExistsError):
            os.mkdir(above, 0o700)
            os.chmod(above, 0o700)


def read(place: Place) -> bytes | None:
    """Return the content; None if the file does not exist."""
    try:
        descriptor = os.open(place.path, os.O_RDONLY | _SAFELY)
    except FileNotFoundError:
        return None
    except OSError as exc:
        # The errors for a symlink (ELOOP) and a socket (ENXIO).
        if exc.errno in (errno.ELOOP, errno.ENXIO):
            _check_file(os.lstat(place.path), place.path, place)
        raise
    with os.fdopen(descriptor, "rb") as stream:
        _check_file(os.fstat(descriptor), place.path, place)
        return stream.read()


class OwnFolder:
    """An open folder with one file of ours, which is only replaced as a whole."""

    def __init__(self, place: Place, descriptor: int) -> None:
        self._place = place
        self._folder = descriptor

    @contextmanager
    def locked(self) -> Iterator[OwnFolder]:
        """Keep other runs out until the end of the block."""
        name = _lock(self._place)
        path = os.path.join(self._place.folder, name)
        with suppress(FileNotFoundError):
            _check_file(os.stat(name, dir_fd=self._folder, follow_symlinks=False), path, self._place)
        descriptor = os.open(name, os.O_RDWR | os.O_CREAT | _SAFELY, 0o600, dir_fd=self._folder)
        try:
            _check_file(os.fstat(descriptor), path, self._place)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            self._remove_leftovers()
            yield self
        finally:
            os.close(descriptor)

    def _remove_leftovers(self) -> None:
        """Remove what a run that was killed while writing left, including the secrets in it."""
        self._remove_temporary()
        # Temporary files of release 1.0.0 don't name their file, and another file's run may be writing one now.
        for name in filter(_OLD_TEMPORARY.fullmatch, os.listdir(self._folder)):
            with suppress(FileNotFoundError):
                found = os.stat(name, dir_fd=self._folder, follow_symlinks=False)
                if stat.S_ISREG(found.st_mode) and _is_ours(found.st_uid) and found.st_mtime < time.time() - _OLD:
                    os.unlink(name, dir_fd=self._folder)

    def write(self, content: bytes) -> None:
        """Replace the file atomically; it is never open to others."""
        temporary = _temporary(self._place)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _SAFELY
        descriptor = os.open(temporary, flags, 0o600, dir_fd=self._folder)
        try:
            with os.fdopen(descriptor, "wb") as stream:
                os.fchmod(descriptor, 0o600)
                stream.write(content)
                stream.flush()
                os.fsync(descriptor)
            os.replace(temporary, self._place.name, src_dir_fd=self._folder, dst_dir_fd=self._folder)
        except BaseException:
            self._remove_temporary()
            raise
        try:
            os.fsync(self._folder)
        except OSError as exc:
            if exc.errno not in _NO_DIRECTORY_SYNC:
                raise

    def _remove_temporary(self) -> None:
        with suppress(FileNotFoundError):
            os.unlink(_temporary(self._place), dir_fd=self._folder)
