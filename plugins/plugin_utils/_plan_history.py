# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Records a run in the history: an entry before its first write, which the end of the run completes.

problem() -> begin() -> (the run writes) -> end(). begin raises problems as PlanFileError, before the first write.
"""

from __future__ import annotations

import os
import secrets
import time
import typing as t
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from ansible.errors import AnsibleError
from ansible_collections.cloudhsm.iam.plugins.module_utils._change_control.input import HISTORY
from ansible_collections.cloudhsm.iam.plugins.module_utils._history.input import Filters
from ansible_collections.cloudhsm.iam.plugins.module_utils._history.location import SCHEME, Bucket, bucket_of
from ansible_collections.cloudhsm.iam.plugins.module_utils._history.model import (
    FAILED,
    LARGEST,
    Begun,
    Entry,
    as_bytes,
    begun_entry,
    ended_entry,
    name_of,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._history.select import Found, select
from ansible_collections.cloudhsm.iam.plugins.plugin_utils import _private_files as private_files
from ansible_collections.cloudhsm.iam.plugins.plugin_utils import _regular_files as regular_files
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._paths import from_working_directory
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._plan_files import PlanFileError

INFO = "cloudhsm.iam.plan_history_info"
GUARDED = "cloudhsm.iam.guarded_module"
S3_OBJECT = "amazon.aws.s3_object"
# No entry is younger, so this request only tests whether the bucket can be listed.
_NEVER = "9999-12-31"
# At least as long as the name of any entry.
_ANY_NAME = "x" * 128
Run = Callable[[str, Mapping[str, t.Any]], Mapping[str, t.Any]]


class PlanHistory:
    """The folder or bucket that records runs, if one is set, and the entry of this run."""

    def __init__(self, location: str, run: Run) -> None:
        self._location = location
        self._run = run
        self._name = ""
        self._entry: Entry = {}

    def __bool__(self) -> bool:
        return bool(self._location)

    def problem(self) -> str | None:
        """Return why nothing can be recorded; None if no reason is visible without writing."""
        if not self:
            return None
        if bucket_of(self._location):
            found = self._run(INFO, {"history": self._location, "since": _NEVER})
            return f"{HISTORY}: {found.get('msg', 'failed')}" if found.get("failed") else None
        try:
            private_files.check(_place(self._location, _ANY_NAME))
        except (PlanFileError, private_files.UnsafeFileError, OSError) as exc:
            return _sentence(self._location, exc)
        return None

    def begin(self, run: Begun) -> None:
        """Record that a run begins. Raises PlanFileError."""
        if not self:
            return
        now = time.time()
        self._entry = begun_entry(run, now)
        self._name = name_of(self._entry, now, secrets.token_hex(4))
        try:
            self._write(self._entry)
        except PlanFileError as exc:
            # The module can fail after the object was written. The entry must not look like that of a killed run.
            self.end(FAILED, f"Nothing was changed. {exc}", [each["object"] for each in run.objects])
            self._entry = {}
            raise

    def end(self, outcome: str, reason: str = "", not_done: Sequence[str] = ()) -> str | None:
        """Record the outcome of the run. Return a warning if that was not possible; otherwise None."""
        if not self._entry:
            return None
        try:
            self._write(ended_entry(self._entry, outcome, time.time(), reason, not_done))
        except PlanFileError as exc:
            told = f"The run has ended ({outcome}), and the history could not be told so: {exc}"
            return f"{told}. There it stays as begun, never ended: {self._name}"
        return None

    def keep(self, run: Begun, outcome: str) -> None:
        """Record a run that has nothing to write. Raises PlanFileError."""
        now = time.time()
        begun = begun_entry(run, now)
        self._name = name_of(begun, now, secrets.token_hex(4))
        self._write(ended_entry(begun, outcome, now))

    def _write(self, entry: Entry) -> None:
        content = as_bytes(entry)
        if len(content) > LARGEST:
            raise PlanFileError(f"{HISTORY}: the entry of this run would be larger than {LARGEST} bytes")
        bucket = bucket_of(self._location)
        if bucket:
            self._put(bucket, content)
            return
        try:
            with private_files.unlocked(_place(self._location, self._name)) as folder:
                folder.write(content)
        except (PlanFileError, private_files.UnsafeFileError, OSError) as exc:
            raise PlanFileError(_sentence(self._location, exc)) from exc

    def _put(self, bucket: Bucket, content: bytes) -> None:
        key = bucket.key(self._name)
        # Encrypt as the bucket does by default, and set no ACL. Don't check whether the object exists: a caller who may
        # only write is not allowed to check.
        options = {
            "mode": "put",
            "bucket": bucket.name,
            "object": key,
            "content": content.decode(),
            "encrypt": False,
            "permission": [],
            "overwrite": "always",
            "ignore_nonexistent_bucket": True,
        }
        done = self._run(GUARDED, {"name": S3_OBJECT, "options": options})
        # Do not pass on the result: the module also returns a URL with which anyone could write to the bucket.
        if done.get("failed"):
            told = done.get("msg", "failed")
            raise PlanFileError(f"{HISTORY}: {SCHEME}{bucket.name}/{key} can't be written: {told}")


def read_folder(given: str, filters: Filters) -> Found:
    """Return the entries of the history in a folder that match the filters. Raises PlanFileError."""
    path = _absolute(given)
    try:
        folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError as exc:
        if os.path.islink(path):
            raise PlanFileError(f"{path} is a symlink; name the folder itself") from exc
        raise PlanFileError(f"{path} can't be read: {exc.strerror}") from exc
    try:
        if os.fstat(folder).st_mode & 0o022:
            raise PlanFileError(
                f"other users can write to the folder {path}; check what is in it, then close it: chmod 700 {path}"
            )
        names = os.listdir(folder)
        return select(names, filters, lambda batch: [_content(folder, name) for name in batch])
    except OSError as exc:
        raise PlanFileError(f"{path} can't be read: {exc.strerror}") from exc
    finally:
        os.close(folder)


def _content(folder: int, name: str) -> bytes | str:
    """Return the content of a file, or why it can't be read. Follow no link, and wait for no FIFO."""
    try:
        with regular_files.opened(name, folder) as (stream, found):
            if found.st_mode & 0o022:
                return "can be changed by other users"
            if found.st_size > LARGEST:
                return f"is larger than {LARGEST} bytes, which no entry is"
            return stream.read(LARGEST)
    except regular_files.IrregularFileError as exc:
        return str(exc)
    except OSError as exc:
        return f"can't be read: {exc.strerror}"


def objects_of(items: Iterable[t.Any]) -> Iterator[dict[str, str]]:
    """Yield the objects that a plan changes, as entries name them."""
    for item in items:
        named = {"object": item.key, "action": item.action}
        yield {**named, **({"old_name": item.old_name} if item.old_name else {})}


def _absolute(location: str) -> str:
    try:
        return from_working_directory(location)
    except AnsibleError as exc:
        raise PlanFileError(exc.message) from exc


def _place(location: str, name: str) -> private_files.Place:
    folder = _absolute(location)
    if os.path.islink(folder):
        raise PlanFileError(f"{folder} is a symlink; name the folder itself")
    # The entries are not secret, but anyone who can write to the folder could change them.
    return private_files.place_of(os.path.join(folder, name), secret=True)


def _sentence(location: str, exc: Exception) -> str:
    if isinstance(exc, OSError):
        return f"{HISTORY}: {location} can't be written to: {exc.strerror}"
    return f"{HISTORY}: {exc}"
