# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The variables of roles as a play has them: templated, typed, and with what is wrong with them."""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Iterable, Mapping

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._role_specs import SPECS


def read_variables(
    roles: Iterable[str], variables: Mapping[str, t.Any], template: Callable[[t.Any], t.Any]
) -> tuple[dict[str, t.Any], list[str]]:
    """What the variables of these roles are, defaults of the roles included, and a sentence for each that can't be.

    variables are the play's, template turns one into its value. A variable that is null counts as left out, as an
    unanswered question of a survey does. Defaults that a role works out from other variables are None here.
    """
    spec = {name: _without_inner(option) for role in roles for name, option in SPECS[role].items()}
    given = {name: template(variables[name]) for name in spec if name in variables}
    given = {name: value for name, value in given.items() if value is not None}
    checked = ArgumentSpecValidator(spec).validate(given)
    problems = [*_text_problems(given, spec), *checked.error_messages]
    return dict(checked.validated_parameters), problems


def _without_inner(option: Mapping[str, t.Any]) -> dict[str, t.Any]:
    """The users in a list are read by whoever needs them, with better messages than the validator's."""
    return {key: value for key, value in option.items() if key not in ("options", "required")}


def _text_problems(given: Mapping[str, t.Any], spec: Mapping[str, t.Any]) -> Iterable[str]:
    """Names that YAML has taken for something else: 0123 is the number 83 by the time that it gets here."""
    for name, value in given.items():
        kind = spec[name]["elements"] if spec[name].get("type") == "list" and isinstance(value, list) else None
        for place, element in enumerate(value if kind else [value]):
            wanted = kind or spec[name].get("type")
            if wanted == "str" and not isinstance(element, (str, list, Mapping)) and not _is_account_number(element):
                where = f"{name}[{place}]" if kind else name
                yield f"{where}: must be text, not {element!r}; put it in quotes, as YAML changes 0123 to 83"


def _is_account_number(value: object) -> bool:
    """Twelve digits can't have been written otherwise."""
    return isinstance(value, int) and not isinstance(value, bool) and len(str(value)) == 12
