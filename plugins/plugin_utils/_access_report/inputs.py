# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Reads the options that audits need: accepted risks, an earlier report, an audit of root users, and severities.

The first three can be files on the control node.
"""

from __future__ import annotations

import datetime
import json
import os
import stat
import typing as t

import yaml
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.accepted import OPTION, parse_risks
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.difference import (
    IncomparableError,
    check_previous,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.finding import SEVERITIES
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.input import nearest, not_a_list, text_problem
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._access_report.audit import NEVER
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._access_report.root_users import AuditError, check_audit
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._paths import from_working_directory

# In bytes. A report on 5,000 users has about ten million, a list of accepted risks a few thousand.
LARGEST_REPORT = 256 * 1024 * 1024
LARGEST_LIST = 1024 * 1024
# An account takes about 300 bytes. An organization has at most 10,000 accounts, and only if AWS raises its limit.
LARGEST_AUDIT = 64 * 1024 * 1024
# Levels of YAML. A list of acceptances with lists of subjects has fewer.
_DEEPEST = 10


# The options that the action itself reads for audits.
AUDIT: dict[str, dict[str, t.Any]] = {
    "accepted_risks_file": {"type": "path"},
    "previous": {"type": "path"},
    "root_users": {"type": "path"},
    "min_severity": {"type": "str", "choices": [*SEVERITIES], "default": SEVERITIES[-1]},
    "fail_on": {"type": "str", "choices": [*SEVERITIES, NEVER], "default": NEVER},
}


class Audit(t.NamedTuple):
    """The options as they were read, and all problems with them."""

    min_severity: str
    fail_on: str
    previous: str | None
    # The audit of root users, as read from its file.
    root_users: dict[str, t.Any] | None
    problems: list[str]
    # What option names begin with in messages.
    prefix: str


class InputFileError(Exception):
    """A file can't be used. The message says why, without the path."""


def take_audit(args: dict[str, t.Any], prefix: str) -> Audit:
    """Take the options of AUDIT out of args. Accepted risks from the file are added to those listed in args."""
    given = {name: args.pop(name, None) for name in AUDIT}
    problems = [
        f"{prefix}{name}: {problem}"
        for name, option in AUDIT.items()
        if given[name] not in (None, "") and (problem := _problem(given[name], option))
    ]
    values: dict[str, t.Any] = {
        name: option.get("default") if given[name] in (None, "") else given[name] for name, option in AUDIT.items()
    }
    if not problems:
        problems += _take_risks(args, values["accepted_risks_file"], prefix)
        problems += _previous_problems(values["previous"], args.get("folder"), prefix)
    audit = None
    if not problems and values["root_users"]:
        try:
            audit = read_root_users(values["root_users"])
        except InputFileError as exc:
            problems.append(f"{prefix}root_users: {values['root_users']}: {exc}")
    return Audit(values["min_severity"], values["fail_on"], values["previous"], audit, problems, prefix)


def _problem(value: t.Any, option: dict[str, t.Any]) -> str | None:
    choices = option.get("choices")
    if not choices:
        return text_problem(value)
    if value in choices:
        return None
    close = nearest(str(value)[:80], choices)
    return f"{str(value)[:80]!r} is none of {', '.join(choices)}" + (f"; did you mean {close[0]}?" if close else "")


def _take_risks(args: dict[str, t.Any], path: str | None, prefix: str) -> list[str]:
    """Put the accepted risks of the list and of the file into args, and return problems with either."""
    listed = args.pop(OPTION, None)
    if listed is None or listed == "":
        listed = []
    if not isinstance(listed, list):
        return [f"{prefix}{OPTION}: {not_a_list(listed)}"]
    labels = [f"{prefix}{OPTION}[{place}]" for place in range(len(listed))]
    problems = []
    filed: list[t.Any] = []
    if path:
        try:
            filed = read_risks(path)
        except InputFileError as exc:
            problems.append(f"{prefix}accepted_risks_file: {path}: {exc}")
    labels += [f"{path}[{place}]" for place in range(len(filed))]
    risks = [*listed, *filed]
    today = datetime.datetime.now(datetime.UTC).date()
    _parsed, wrong = parse_risks(risks, today, labels)
    args[OPTION] = risks
    return [*problems, *wrong]


def _previous_problems(path: str | None, folder: t.Any, prefix: str) -> list[str]:
    """Return problems with the earlier report that can be found before the account is known."""
    if not path:
        return []
    try:
        if not _is_folder(from_working_directory(path)):
            read_previous(path, "", from_working_directory(str(folder or "")))
    except InputFileError as exc:
        return [f"{prefix}previous: {path} can't be compared: {exc}"]
    return []


class _Loader(yaml.SafeLoader):
    """Loads plain YAML: no aliases, which can make a short text very long, and no key twice."""

    _depth = 0

    def compose_node(self, parent: t.Any, index: t.Any) -> t.Any:
        event = t.cast("t.Any", self).peek_event()
        if isinstance(event, yaml.AliasEvent):
            raise _marked("aliases (*name) are not allowed", event)
        self._depth += 1
        if self._depth > _DEEPEST:
            raise _marked("it goes too deep", event)
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node

    def construct_mapping(self, node: t.Any, deep: bool = False) -> dict[t.Any, t.Any]:
        known = set()
        for key, _value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.MarkedYAMLError(problem="a key must be text", problem_mark=key.start_mark)
            if key.value in known:
                raise yaml.MarkedYAMLError(problem=f"{key.value!r} is there twice", problem_mark=key.start_mark)
            known.add(key.value)
        made: dict[t.Any, t.Any] = super().construct_mapping(node, deep)
        return made


def _marked(problem: str, event: t.Any) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=problem, problem_mark=event.start_mark)


def read_risks(path: str) -> list[t.Any]:
    """Return the items of a file of accepted risks. Raises InputFileError if it can't be used."""
    text = _read(from_working_directory(path), LARGEST_LIST)
    try:
        found = _loaded(text)
    except yaml.MarkedYAMLError as exc:
        mark = exc.problem_mark or exc.context_mark
        raise InputFileError(f"line {mark.line + 1 if mark else 1} is not YAML: {exc.problem}") from exc
    except (yaml.YAMLError, ValueError, RecursionError) as exc:
        # A date that does not exist, such as 2027-02-30, raises ValueError.
        raise InputFileError(f"it is not YAML: {str(exc).splitlines()[0]}") from exc
    if found is None:
        return []
    if not isinstance(found, list):
        raise InputFileError("it must be a list of accepted risks; each begins with a dash, as in - finding: drift")
    return found


def _loaded(text: str) -> t.Any:
    loader = _Loader(text)
    try:
        return loader.get_single_data()
    finally:
        loader.dispose()


def read_previous(path: str, name: str, reports: str = "") -> dict[str, t.Any] | None:
    """Return an earlier report: the file at path, or the file of this name in the folder at path.

    Returns None if the folder has no such file, as on the first run, or if path is reports, the folder for new reports,
    and does not exist yet. Raises InputFileError if the file can't be used.
    """
    absolute = from_working_directory(path)
    if absolute == reports and not os.path.lexists(absolute):
        return None
    if _is_folder(absolute):
        absolute = os.path.join(absolute, name)
        if not os.path.lexists(absolute):
            return None
    text = _read(absolute, LARGEST_REPORT)
    try:
        return dict(check_previous(json.loads(text)))
    except IncomparableError as exc:
        raise InputFileError(str(exc)) from exc
    except (ValueError, RecursionError) as exc:
        raise InputFileError("it is not an access report in the format json") from exc


def read_root_users(path: str) -> dict[str, t.Any]:
    """Return the audit of root users in a file. Raises InputFileError if it can't be used."""
    text = _read(from_working_directory(path), LARGEST_AUDIT)
    try:
        return check_audit(json.loads(text))
    except AuditError as exc:
        raise InputFileError(str(exc)) from exc
    except (ValueError, RecursionError) as exc:
        raise InputFileError("it is not JSON") from exc


def _is_folder(path: str) -> bool:
    try:
        return os.path.isdir(path)
    except ValueError:
        return False


def _read(path: str, most: int) -> str:
    """Return the text of a file. Raises InputFileError for anything else, such as a pipe, without waiting for it."""
    try:
        with open(path, "rb", opener=lambda name, flags: os.open(name, flags | os.O_NONBLOCK)) as stream:
            _check_file(os.fstat(stream.fileno()), most)
            return stream.read(most + 1).decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        raise InputFileError("it is not text in UTF-8") from exc
    except (OSError, ValueError) as exc:
        raise InputFileError(f"it can't be read: {getattr(exc, 'strerror', None) or exc}") from exc


def _check_file(found: os.stat_result, most: int) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise InputFileError("it is not a file")
    # Anyone who can write to it decides what the report leaves out.
    if found.st_mode & stat.S_IWOTH:
        raise InputFileError("every user of this machine can write to it; close it with chmod o-w")
    if found.st_size > most:
        raise InputFileError(f"it has {found.st_size:,} bytes, at most {most:,} are read")
