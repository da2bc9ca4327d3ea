# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options of iam_saml_access, and what its action says of them before it looks at the account."""

from __future__ import annotations

import typing as t

from ansible_collections.cloudhsm.iam.plugins.module_utils._federation.input import (
    SPEC,
    input_problems,
    read_options,
    with_defaults,
)
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._saml_file import with_metadata

Values = dict[str, t.Any]


def role_options(**changes: t.Any) -> Values:
    """The options as the role federated_access gives them where its variables are left out, with these changes."""
    defaults = {name: option.get("default") for name, option in SPEC.items()}
    return {**defaults, "variables_prefix": "federated_access_", **changes}


def complete(options: Values) -> Values:
    """The options with the metadata and with what follows from others."""
    return with_metadata(with_defaults(options))


def option_problems(options: Values) -> list[str]:
    """What is wrong with the options, as far as it shows without the account."""
    read, problems = read_options(options)
    return problems or input_problems(complete(read))
