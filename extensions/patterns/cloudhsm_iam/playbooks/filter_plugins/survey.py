# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Checks the answers of a survey before anything is changed.

AWX writes an answer as text, and Ansible reads that text as YAML once more: 0042 becomes the number 34, yes becomes
true, and what nobody answered becomes null. The role's own checks then see the number, and would take it for a name.
"""

from __future__ import annotations

import os
import re
import typing as t
from collections.abc import Callable, Iterator, Mapping

import yaml
from ansible.errors import AnsibleFilterError
from ansible_collections.cloudhsm.iam.plugins.filter.user_names import user_names
from ansible_collections.cloudhsm.iam.plugins.filter.users_from_text import users_from_text

Question = Mapping[str, t.Any]

ACCOUNT_DIGITS = 12
# AWX takes 12 characters and no others. Numbers below this are what Ansible made of a 0 and 11 octal digits.
_BEHIND_OCTAL = 8 ** (ACCOUNT_DIGITS - 1)
REGION = re.compile(r"[a-z]{2,}(-[a-z]+)+-[0-9]+")
# A path that begins in the project's folder and stays there.
_FILE = re.compile(r"[\w-]")

ACCOUNT = "expected_account"
TEXT, FILE = "users_text", "users_file"
ACCESS_FILE, ACCESS_PREFIX = "access_file", "identity_center_access_"
# What a file with access may hold, with the values of what it leaves out.
ACCESS: Mapping[str, t.Any] = {"permission_sets": [], "assignments": [], "groups": [], "purge_assignments": False}
NAMES = ("cloudhsm_administrators", "user_offboarding_users")


def is_answered(value: object) -> bool:
    """Whether there is an answer. AWX sends '' for none, which newer versions of Ansible read as null."""
    return value is not None and not (isinstance(value, str) and not value.strip())


def account_id(value: object) -> str:
    """The account ID as it was written."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _BEHIND_OCTAL:
        return f"{value:0{ACCOUNT_DIGITS}o}"
    return str(value).strip()


def _length_problem(question: Question, text: str) -> str | None:
    least, most = question.get("min"), question.get("max")
    if least and len(text) < least:
        return f"has {len(text)} characters, fewer than {least}"
    if most and len(text) > most:
        return f"has {len(text)} characters, more than {most}"
    return None


def _number_problem(question: Question, value: object) -> str | None:
    if isinstance(value, bool) or not isinstance(value, int):
        return f"{value!r} is not a whole number"
    least, most = question.get("min"), question.get("max")
    if (least is not None and value < least) or (most is not None and value > most):
        return f"{value} is not between {least} and {most}"
    return None


def _text_problem(question: Question, value: object) -> str | None:
    if not isinstance(value, str):
        remedy = "put a blank before it" if question["type"] == "textarea" else "write a name with a letter in it"
        return f"Ansible reads this answer as {value} ({type(value).__name__}), not as text; {remedy}"
    return _length_problem(question, value)


def _parsed_problem(parse: Callable[[t.Any], object], value: str) -> str | None:
    try:
        parse(value)
    except AnsibleFilterError as exc:
        return str(exc)
    return None


def _account_problem(value: object) -> str | None:
    found = account_id(value)
    return (
        None if re.fullmatch(rf"[0-9]{{{ACCOUNT_DIGITS}}}", found) else f"an account ID has 12 digits, unlike {found!r}"
    )


def _read_access(text: str) -> dict[str, t.Any]:
    """The variables of a file with access. Raises AnsibleFilterError."""
    try:
        found = yaml.safe_load(text)
    except yaml.YAMLError as exc:
        raise AnsibleFilterError(f"is not YAML: {str(exc).splitlines()[0]}") from exc
    known = [f"{ACCESS_PREFIX}{name}" for name in ACCESS]
    if not isinstance(found, dict) or not found:
        raise AnsibleFilterError(f"is not a dictionary with one of {', '.join(known)}")
    unknown = [str(name) for name in found if name not in known]
    if unknown:
        raise AnsibleFilterError(f"has {', '.join(unknown)}; it may have {', '.join(known)}")
    return found


def access_variable(path: str, name: str) -> t.Any:
    """The value that a file of the project gives to a variable of the role identity_center_access."""
    with open(path, encoding="utf-8") as file:
        value = _read_access(file.read()).get(f"{ACCESS_PREFIX}{name}")
    return ACCESS[name] if value is None else value


def _file_problem(path: str, folder: str, parse: Callable[[str], object]) -> str | None:
    if not _FILE.match(path) or ".." in path.split("/"):
        return f"{path!r} has to begin in the project's folder and stay in it"
    try:
        with open(os.path.join(folder, path), encoding="utf-8") as file:
            return _parsed_problem(parse, file.read())
    except OSError as exc:
        return f"{path!r} can't be read from the project: {exc.strerror}"
    except UnicodeDecodeError:
        return f"{path!r} is not UTF-8 text; save it as UTF-8"


def _meaning_problem(variable: str, value: str, folder: str) -> str | None:
    """What is wrong with an answer that is text, as what it stands for."""
    if variable == "aws_region" and not REGION.fullmatch(value):
        return f"{value!r} is not the name of an AWS region, such as eu-central-1"
    if variable in NAMES:
        return _parsed_problem(user_names, value)
    if variable == TEXT:
        return _parsed_problem(users_from_text, value)
    if variable == FILE:
        return _file_problem(value, folder, users_from_text)
    if variable == ACCESS_FILE:
        return _file_problem(value, folder, _read_access)
    return None


def _problem(question: Question, value: object, folder: str) -> str | None:
    variable, kind = question["variable"], question["type"]
    if not is_answered(value):
        return "has no answer" if question["required"] else None
    if variable == ACCOUNT:
        return _account_problem(value)
    if kind == "integer":
        return _number_problem(question, value)
    if kind == "multiplechoice":
        return None if value in question["choices"] else f"{value!r} is none of {', '.join(question['choices'])}"
    return _text_problem(question, value) or _meaning_problem(variable, t.cast(str, value), folder)


def _problems(questions: list[Question], answers: Mapping[str, t.Any], folder: str) -> Iterator[str]:
    for question in questions:
        variable = question["variable"]
        if problem := _problem(question, answers.get(variable), folder):
            yield f"{variable}: {problem}"
    if {TEXT, FILE} <= {question["variable"] for question in questions}:
        given = [name for name in (TEXT, FILE) if is_answered(answers.get(name))]
        if len(given) != 1:
            yield f"{TEXT} and {FILE}: answer exactly one of them"


def survey_problems(survey: Mapping[str, t.Any], answers: Mapping[str, t.Any]) -> list[str]:
    """All that is wrong with the answers. Files are looked for in the working folder, which is the job's project."""
    return list(_problems(survey["spec"], answers, os.getcwd()))


class FilterModule:
    """The filters, as Ansible finds them."""

    def filters(self) -> dict[str, Callable[..., t.Any]]:
        """Names and functions."""
        return {
            "survey_problems": survey_problems,
            "answered_account_id": account_id,
            "access_variable": access_variable,
        }
