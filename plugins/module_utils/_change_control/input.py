# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The variables of change control, of every playbook that plans: read, and everything wrong with them. Pure."""

from __future__ import annotations

import re
import typing as t
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.input import kind, nearest, text_problem
from ansible_collections.cloudhsm.iam.plugins.module_utils._history.location import location_problem

HISTORY = "plan_history"
VARIABLES = ("plan_file", "apply_plan_file", "plan_max_age", "approved_plan_digest", "plan_signers", HISTORY)
_AGE = re.compile(r"([0-9]{1,9}) *([smhd]?)", re.ASCII)
_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)
_SIGNERS = ("allowed_signers", "gpg_keyring", "required")


@dataclass(frozen=True)
class Signers:
    """The people who may sign plans, as a file for ssh-keygen or a GnuPG keyring, and how many must sign."""

    allowed_signers: str = ""
    gpg_keyring: str = ""
    required: int = 1


@dataclass(frozen=True)
class Settings:
    """The settings of change control. A setting that was not given is empty."""

    plan_file: str = ""
    apply_plan_file: str = ""
    # Seconds; None for any age.
    max_age: int | None = None
    approved_digest: str = ""
    signers: Signers | None = None
    # The folder or bucket in which runs are recorded.
    history: str = ""

    @property
    def limits(self) -> bool:
        """Whether a run may only apply a plan that was made before."""
        return bool(self.apply_plan_file or self.approved_digest or self.signers)


def read_settings(values: Mapping[str, t.Any], check_mode: bool) -> tuple[Settings, list[str]]:
    """The settings, and a sentence for each variable that is wrong. A variable that is null or empty is left out."""
    given = {name: values[name] for name in VARIABLES if values.get(name) not in (None, "")}
    problems = [f"{name}: {problem}" for name, value in given.items() if (problem := _problem(name, value))]
    if problems:
        return Settings(), problems
    settings = Settings(
        plan_file=given.get("plan_file", ""),
        apply_plan_file=given.get("apply_plan_file", ""),
        max_age=seconds(given["plan_max_age"]) if "plan_max_age" in given else None,
        approved_digest=given.get("approved_plan_digest", ""),
        signers=_signers(given["plan_signers"]) if "plan_signers" in given else None,
        history=given.get(HISTORY, ""),
    )
    return settings, list(_conflicts(settings, check_mode))


def seconds(value: object) -> int | None:
    """An age: a number of seconds, or a number with s, m, h or d. None where it is neither."""
    found = None if isinstance(value, bool) else _AGE.fullmatch(str(value).strip())
    return int(found[1]) * _SECONDS[found[2]] if found else None


def _problem(name: str, value: object) -> str | None:
    if name == "plan_max_age":
        return None if seconds(value) else "must be a number of seconds, or a number with m, h or d, such as 8h"
    if name == "plan_signers":
        return next(_signers_problems(value), None)
    problem = text_problem(value)
    if problem is None and name == "approved_plan_digest" and not _DIGEST.fullmatch(str(value)):
        return "must be the 64 hexadecimal digits that check mode showed"
    if problem is None and name == HISTORY:
        return location_problem(str(value))
    return problem


def _signers_problems(value: object) -> Iterator[str]:
    if isinstance(value, str):
        return
    if not isinstance(value, Mapping):
        yield f"must be the path of a file of allowed signers, or a dictionary, not {kind(value)}"
        return
    for name in value:
        if name not in _SIGNERS:
            near = nearest(str(name), _SIGNERS)
            yield f"has no {name}{f'; did you mean {near[0]}?' if near else ''}"
    for name in _SIGNERS[:2]:
        problem = text_problem(value[name]) if value.get(name) is not None else None
        if problem:
            yield f"{name}: {problem}"
    if not value.get("allowed_signers") and not value.get("gpg_keyring"):
        yield "needs allowed_signers or gpg_keyring, the path of a file"
    if _required(value) < 1:
        yield "required: must be a number of people, at least 1"


def _required(value: Mapping[t.Any, t.Any]) -> int:
    given = value.get("required", 1)
    return int(given) if not isinstance(given, bool) and re.fullmatch(r"[0-9]{1,3}", str(given), re.ASCII) else 0


def _signers(value: t.Any) -> Signers:
    if isinstance(value, str):
        return Signers(allowed_signers=value)
    return Signers(value.get("allowed_signers") or "", value.get("gpg_keyring") or "", _required(value))


def _conflicts(settings: Settings, check_mode: bool) -> Iterator[str]:
    if settings.plan_file and not check_mode:
        yield "plan_file: only check mode writes a plan; add --check, or set apply_plan_file to apply one"
    if settings.plan_file and settings.apply_plan_file:
        yield "plan_file: a run either writes a plan or applies one; leave out plan_file or apply_plan_file"
    if settings.apply_plan_file:
        return
    if settings.max_age is not None and not settings.plan_file:
        yield "plan_max_age: needs apply_plan_file, because only a file says when the plan was made"
    if settings.signers and not check_mode:
        yield "plan_signers: needs apply_plan_file, the plan that was signed"
