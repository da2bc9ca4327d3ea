# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Finds errors in an inventory file that Ansible ignores: a misspelt filter, for example, would filter nothing."""

from __future__ import annotations

import re
import typing as t
from collections.abc import Iterator, Mapping

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.input import BOOLEANS, kind, nearest, text_problem
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.written import written_problems

# A role with its path; the slash at the start is optional.
ROLE_NAME = re.compile(r"/?(?!arn:)([!-.0-~]+/)*[\w+=,.@-]{1,64}", re.ASCII)
# A template. Ansible does not evaluate templates in this file.
TEMPLATE = re.compile(r"\{[{%]")
# The options that decide which accounts the inventory has, and their role.
FILTERS = ("statuses", "organizational_units", "names", "tags", "assume_role_name")
Options = Mapping[str, Mapping[str, t.Any]]


def config_problems(config: object, options: Options) -> list[str]:
    """Return all problems with the file: one sentence each, beginning with the option.

    options are the plugin's options by name, as its documentation describes them.
    """
    if not isinstance(config, Mapping):
        # The base class reports that.
        return []
    given = {name: value for name, value in config.items() if value is not None}
    return [
        *_unknown(given, options),
        *written_problems(options, given),
        *_tag_problems(given.get("tags")),
        *_value_problems(given, options),
        *_template_problems(given),
    ]


def _unknown(given: Mapping[str, t.Any], options: Options) -> Iterator[str]:
    known = {name for option, spec in options.items() for name in (option, *(spec.get("aliases") or ()))}
    for name in map(str, given):
        if name not in known:
            close = nearest(name[:80], known)
            hint = f"; did you mean {close[0]}?" if close else ""
            yield f"{name[:80]}: is not an option of this inventory{hint}"


def _tag_problems(tags: object) -> Iterator[str]:
    """Yield problems with the tags, whose values may be lists."""
    if not isinstance(tags, Mapping):
        return
    yield from (f"tags.{key}: the key {problem}" for key in tags if (problem := text_problem(key)))
    lists = {str(key): value if isinstance(value, list) else [value] for key, value in tags.items()}
    spec = {key: {"type": "list", "elements": "str"} for key in lists}
    yield from (f"tags.{problem}" for problem in written_problems(spec, lists))
    yield from (f"tags.{key}: is an empty list, which no account's tag is in" for key in lists if not lists[key])


def _value_problems(given: Mapping[str, t.Any], options: Options) -> Iterator[str]:
    for name, option in options.items():
        value = given.get(name)
        listed = value if isinstance(value, list) else [value] if option.get("type") == "str" else []
        wrong = [each for each in listed if each not in (None, *(option.get("choices") or listed))]
        if wrong and name != "plugin":
            yield f"{name}: {wrong[0]!r} is none of {', '.join(option['choices'])}"
        if option.get("type") in ("bool", "boolean") and value is not None and str(value).lower() not in BOOLEANS:
            # Ansible takes anything that is not true as false.
            yield f"{name}: must be true or false, not {kind(value)}"
    role = given.get("assume_role_name", "x")
    if isinstance(role, str) and not ROLE_NAME.fullmatch(role) and not TEMPLATE.search(role):
        yield f"assume_role_name: {role[:140]!r} can't be the name of a role with its path, such as security/Admin"


def _template_problems(given: Mapping[str, t.Any]) -> Iterator[str]:
    for name in FILTERS:
        if TEMPLATE.search(str(given.get(name, ""))):
            yield f"{name}: has a template, which is not evaluated in this file; write the value"
