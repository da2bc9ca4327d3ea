# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The variables of roles as a play has them: templated, typed, and with errors in them."""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Iterable, Mapping

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.expected_account import read_account_ids
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.input import kind, read_list, text_problem
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.names import read_names
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._role_specs import SPECS

# Lists of users by their names; in text these are looked at more closely than other lists.
NAMES = frozenset({"bootstrap_cloudhsm_administrators", "admin_group_members"})
ACCOUNT_IDS = frozenset({"account_guard_account_ids", "bootstrap_teardown_confirm"})


class Variables(t.NamedTuple):
    """The values, with the default where one is wrong, and what is wrong with them."""

    values: dict[str, t.Any]
    problems: list[str]


def read_variables(
    roles: Iterable[str], variables: Mapping[str, t.Any], template: Callable[[t.Any], t.Any]
) -> Variables:
    """What the variables of these roles are, defaults of the roles included, and a sentence for each that can't be.

    variables are the play's, template turns one into its value. A variable that is null counts as left out, as an
    unanswered question of a survey does. Defaults that a role works out from other variables are None here.
    """
    spec = {name: _without_inner(option) for role in roles for name, option in SPECS[role].items()}
    given = {name: template(variables[name]) for name in spec if name in variables}
    values: dict[str, t.Any] = {}
    problems: list[str] = []
    for name, value in given.items():
        if value is not None:
            read, wrong = _read(name, value, spec[name])
            problems += [f"{name}: {problem}" for problem in wrong]
            # What account_guard lists counts all the same: without it no account would be refused.
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
    """The options that a task gives, and for those that it leaves out the variables of its role.

    The task's variables_prefix is what the names of these begin with; without one there are none. A variable that is
    null counts as left out. A role's region wins over the session's, which module_defaults put among the options.
    """
    prefix = given.get("variables_prefix")
    if not prefix:
        return dict(given)
    names = [name for name in ("region", *spec) if f"{prefix}{name}" in variables]
    values = {name: template(variables[f"{prefix}{name}"]) for name in names}
    found = {name: value for name, value in values.items() if value is not None}
    return {**found, **given, **{name: value for name, value in found.items() if name == "region"}}


def _without_inner(option: Mapping[str, t.Any]) -> dict[str, t.Any]:
    """What is left for others: users in a list, with better messages than the validator's, and where a path leads."""
    kept = {key: value for key, value in option.items() if key not in ("options", "required")}
    return {**kept, "type": "str"} if kept.get("type") == "path" else kept


def _without_elements(option: Mapping[str, t.Any]) -> dict[str, t.Any]:
    """What an element of a list of dictionaries is, is for others to say too."""
    return {key: value for key, value in option.items() if (key, value) != ("elements", "dict")}


def _type_problem(value: t.Any, option: Mapping[str, t.Any]) -> str | None:
    """Why a value is refused by its type or its choices, or None where it is for another reason."""
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
    """A value whose texts are texts, and what is wrong with it; what can't be used is empty then."""
    if name in ACCOUNT_IDS:
        return _read_account_ids(value, option)
    if option.get("type") == "list" and option.get("elements") == "str":
        texts, problems = read_names(value) if name in NAMES and isinstance(value, str) else read_list(value)
        ends = [text for text in texts if name in NAMES and text.strip(",") != text]
        problems += [f"{text!r} begins or ends with a comma; leave the comma out" for text in ends]
        return ([] if problems else texts), problems
    if option.get("type") == "list" and option.get("elements") == "dict":
        if value == "" or isinstance(value, list):
            # An unanswered question of a survey.
            return value or [], []
        return [], [f"must be a list of dictionaries, not {kind(value)}"]
    if option.get("type") == "str":
        problem = text_problem(value)
        return ("", [problem]) if problem else (value, [])
    return value, []


def _read_account_ids(value: t.Any, option: Mapping[str, t.Any]) -> tuple[t.Any, list[str]]:
    """Account IDs, or a single one where the option takes text; and what is wrong with them."""
    ids, problems = read_account_ids(value)
    if option.get("type") == "list":
        return ids, problems
    return next(iter(ids), ""), [*problems, *(["must be a single account ID"] if len(ids) > 1 else [])]
