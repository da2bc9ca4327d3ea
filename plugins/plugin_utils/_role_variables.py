# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Reads a play's role variables: templated, typed and checked."""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Iterable, Mapping

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.expected_account import read_account_ids
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.input import kind, read_list, text_problem
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.names import read_names
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._role_specs import SPECS

# Lists of user names; given as text, these are checked more strictly than other lists.
NAMES = frozenset({"bootstrap_cloudhsm_administrators", "admin_group_members"})
ACCOUNT_IDS = frozenset({"account_guard_account_ids", "bootstrap_teardown_confirm"})


class Variables(t.NamedTuple):
    """The values, with the default for each wrong one, and the problems."""

    values: dict[str, t.Any]
    problems: list[str]


def read_variables(
    roles: Iterable[str], variables: Mapping[str, t.Any], template: Callable[[t.Any], t.Any]
) -> Variables:
    """Return the values of these roles' variables, including defaults, and a sentence for each wrong one.

    variables are the play's; template turns one into its value. A null variable counts as left out, like an unanswered
    survey question. Defaults that a role derives from other variables are None here.
    """
    spec = {name: _without_inner(option) for role in roles for name, option in SPECS[role].items()}
    given = {name: template(variables[name]) for name in spec if name in variables}
    values: dict[str, t.Any] = {}
    problems: list[str] = []
    for name, value in given.items():
        if value is not None:
            read, wrong = _read(name, value, spec[name])
            problems += [f"{name}: {problem}" for problem in wrong]
            # Keep the readable IDs for account_guard: without any, it would refuse no account.
            values |= {name: read} if not wrong or name in ACCOUNT_IDS else {}
    spec = {name: _without_elements(option) for name, option in spec.items()}
    for name in list(values):
        checked = ArgumentSpecValidator({name: spec[name]}).validate({name: values[name]})
        if checked.error_messages:
            problems.append(f"{name}: {_type_problem(values.pop(name), spec[name]) or checked.error_messages[0]}")
    return Variables(dict(ArgumentSpecValidator(spec).validate(values).validated_parameters), problems)


def options_of_role(
    given: Mapping[str, t.Any],
    spec: Iterable[str],
    variables: Mapping[str, t.Any],
    template: Callable[[t.Any], t.Any],
) -> dict[str, t.Any]:
    """Return the task's options, with the role's variables for those that it leaves out.

    The task's option variables_prefix is the prefix of the variables; without it only the options count. A null
    variable counts as left out. A role's region wins over the session's, which module_defaults added to the options.
    """
    prefix = given.get("variables_prefix")
    if not prefix:
        return dict(given)
    names = [name for name in ("region", *spec) if f"{prefix}{name}" in variables]
    values = {name: template(variables[f"{prefix}{name}"]) for name in names}
    found = {name: value for name, value in values.items() if value is not None}
    return {**found, **given, **{name: value for name, value in found.items() if name == "region"}}


def _without_inner(option: Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return the option without what others check with better messages: listed users, required options, and paths."""
    kept = {key: value for key, value in option.items() if key not in ("options", "required")}
    return {**kept, "type": "str"} if kept.get("type") == "path" else kept


def _without_elements(option: Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return the option without the check that a list's elements are dictionaries, which others make."""
    return {key: value for key, value in option.items() if (key, value) != ("elements", "dict")}


def _type_problem(value: t.Any, option: Mapping[str, t.Any]) -> str | None:
    """Return why a value has the wrong type or is not one of the choices; None if neither is the reason."""
    choices = list(map(str, option.get("choices") or ()))
    if choices and isinstance(value, list):
        wrong = [each for each in map(str, value) if each not in choices]
        return f"{', '.join(wrong)[:80]!r} is none of {', '.join(choices)}"
    given = repr(value[:80]) if isinstance(value, str) else kind(value)
    if choices:
        return f"must be one of {', '.join(choices)}, not {given}"
    words = {"bool": "true or false", "int": "a whole number", "dict": "a dictionary", "list": "a list"}
    wanted = words.get(str(option.get("type")))
    return wanted and f"must be {wanted}, not {given}"


def _read(name: str, value: t.Any, option: Mapping[str, t.Any]) -> tuple[t.Any, list[str]]:
    """Return the value with texts parsed, and the problems. A value that can't be used becomes empty."""
    if name in ACCOUNT_IDS:
        return _read_account_ids(value, option)
    if option.get("type") == "list" and option.get("elements") == "str":
        texts, problems = read_names(value) if name in NAMES and isinstance(value, str) else read_list(value)
        ends = [text for text in texts if name in NAMES and text.strip(",") != text]
        problems += [f"{text!r} begins or ends with a comma; leave the comma out" for text in ends]
        return ([] if problems else texts), problems
    if option.get("type") == "list" and option.get("elements") == "dict":
        if value == "" or isinstance(value, list):
            # An unanswered survey question.
            return value or [], []
        return [], [f"must be a list of dictionaries, not {kind(value)}"]
    if option.get("type") == "str":
        problem = text_problem(value)
        return ("", [problem]) if problem else (value, [])
    return value, []


def _read_account_ids(value: t.Any, option: Mapping[str, t.Any]) -> tuple[t.Any, list[str]]:
    """Return account IDs, or a single one if the option takes text, and the problems."""
    ids, problems = read_account_ids(value)
    if option.get("type") == "list":
        return ids, problems
    return next(iter(ids), ""), [*problems, *(["must be a single account ID"] if len(ids) > 1 else [])]
