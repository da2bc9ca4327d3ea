# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names of users, from a list or from the text of a survey."""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Iterator, Sequence

from ansible.errors import AnsibleFilterError
from ansible_collections.cloudhsm.iam.plugins.module_utils._users import limits

DOCUMENTATION = r"""
name: user_names
short_description: Names of IAM users from a list or from text
version_added: 1.0.0
author:
  - cloudhsm.iam contributors
description:
  - Gives a list of names. Text may have commas, spaces and new lines between the names, as people write into surveys.
  - Everything that is wrong is told at once, with the item of the list or the line of the text that it is in.
options:
  _input:
    description: The names, as a list or as text. There has to be one at least.
    type: raw
    required: true
"""

EXAMPLES = r"""
- name: Who leaves
  ansible.builtin.debug:
    msg: "{{ 'mallory, bob' | cloudhsm.iam.user_names }}"
"""

RETURN = r"""
_value:
  description: The names, in their order.
  type: list
  elements: str
"""


def _placed(names: object) -> Iterator[tuple[str, object]]:
    """Each name with where it is."""
    if isinstance(names, str):
        for number, line in enumerate(names.splitlines(), 1):
            yield from ((f"line {number}", name) for name in line.replace(",", " ").split())
    elif isinstance(names, Sequence) and not isinstance(names, bytes):
        yield from ((f"item {number}", name) for number, name in enumerate(names, 1))
    else:
        raise AnsibleFilterError("names of users have to be a list or text")


def _problem(name: object, first: str | None) -> str | None:
    if not isinstance(name, str):
        return "has to be a name, as text"
    if len(name) > limits.USER_NAME_LENGTH:
        return f"{name[:80]!r} has {len(name)} characters, IAM allows {limits.USER_NAME_LENGTH}"
    if not limits.NAME.fullmatch(name):
        return f"{name!r} is no name that IAM allows; use A-Z a-z 0-9 and _+=,.@-"
    return f"{name!r} is already in {first}; IAM ignores case" if first else None


def user_names(names: object) -> list[str]:
    """The names as a list. Raises AnsibleFilterError with all that is wrong with them."""
    seen: dict[str, str] = {}
    found: list[str] = []
    problems: list[str] = []
    for place, name in _placed(names):
        problem = _problem(name, seen.get(name.lower()) if isinstance(name, str) else None)
        if problem:
            problems.append(f"{place}: {problem}")
            continue
        text = t.cast(str, name)
        seen[text.lower()] = place
        found.append(text)
    if not found and not problems:
        problems.append("no user is named")
    if problems:
        raise AnsibleFilterError("; ".join(problems))
    return found


class FilterModule:
    """The filter, as Ansible finds it."""

    def filters(self) -> dict[str, Callable[..., t.Any]]:
        return {"user_names": user_names}
