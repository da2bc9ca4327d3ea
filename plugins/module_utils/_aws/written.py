# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Checks options that must be text. Ansible would convert other values to text, not always as they were written.

YAML reads 0123 as 83, and the original spelling is lost.
"""

from __future__ import annotations

import typing as t
from collections.abc import Iterator, Mapping, Sequence

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.input import kind as kind_of
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.input import not_a_list, read_list, text_problem
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.problem import called

Spec = Mapping[str, Mapping[str, t.Any]]


def written_problems(spec: Spec, given: Mapping[str, t.Any], prefix: str = "") -> list[str]:
    """Problems of options that must be text by their spec: one sentence each, beginning with the option.

    A null option counts as left out, unless it is required.
    """
    found = [(field, problem) for name in spec for field, problem in _problems(name, spec[name], given)]
    found += [(name, problem) for name, text in _lists_as_text(spec, given) for problem in read_list(text)[1]]
    return [f"{called(field, prefix)}: {problem}" for field, problem in found]


def with_lists(spec: Spec, given: Mapping[str, t.Any]) -> dict[str, t.Any]:
    """The options, with text split where the spec asks for a list of texts. Ansible splits only at commas."""
    return {**given, **{name: read_list(text)[0] for name, text in _lists_as_text(spec, given)}}


def _lists_as_text(spec: Spec, given: Mapping[str, t.Any]) -> list[tuple[str, str]]:
    return [(name, given[name]) for name in spec if _is_list_of_texts(spec[name]) and isinstance(given.get(name), str)]


def _is_list_of_texts(option: Mapping[str, t.Any]) -> bool:
    return (option.get("type"), option.get("elements")) == ("list", "str") and not option.get("choices")


def _problems(name: str, option: Mapping[str, t.Any], given: Mapping[str, t.Any]) -> Iterator[tuple[str, str]]:
    for spelling in (name, *option.get("aliases", ())):
        if spelling in given and (given[spelling] is not None or option.get("required")):
            yield from _value_problems(spelling, option, given[spelling])


def _value_problems(name: str, option: Mapping[str, t.Any], value: t.Any) -> Iterator[tuple[str, str]]:
    kind, inner = option.get("type", "str"), option.get("options")
    if kind in ("str", "path") and not option.get("choices"):
        problem = text_problem(value)
        if problem:
            yield name, problem
    elif kind == "list" and not isinstance(value, str):
        yield from _list_problems(name, option, value)
    elif kind == "dict" and inner and isinstance(value, Mapping):
        for each in inner:
            if _is_list_of_texts(inner[each]) and isinstance(value.get(each), str):
                # Text is not split here, because names of groups and units may contain blanks.
                yield f"{name}.{each}", f"must be a list, not {kind_of(value[each])}"
            yield from ((f"{name}.{field}", problem) for field, problem in _problems(each, inner[each], value))


def _list_problems(name: str, option: Mapping[str, t.Any], value: t.Any) -> Iterator[tuple[str, str]]:
    if not isinstance(value, Sequence):
        yield name, not_a_list(value)
        return
    element = {
        "type": option.get("elements", "raw"),
        "options": option.get("options"),
        "choices": option.get("choices"),
    }
    for place, item in enumerate(value):
        yield from _value_problems(f"{name}[{place}]", element, item)
