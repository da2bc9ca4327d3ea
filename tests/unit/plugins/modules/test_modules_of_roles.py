# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Modules that read the variables of one role: documentation, code and the role's argument spec say the same."""

from __future__ import annotations

import ast
import typing as t
from pathlib import Path

import pytest
import yaml
from ansible_collections.cloudhsm.iam.plugins.module_utils._cloudhsm_role import input as cloudhsm_role
from ansible_collections.cloudhsm.iam.plugins.module_utils._federation import input as federation
from ansible_collections.cloudhsm.iam.plugins.module_utils._password_policy import input as password_policy
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies import customer_managed
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.input import USER_SPEC
from ansible_collections.cloudhsm.iam.plugins.modules import iam_service_linked_role

ROOT = Path(__file__).parents[4]
Spec = dict[str, dict[str, t.Any]]
MODULES: dict[str, tuple[str, Spec]] = {
    "iam_account_password_policy": ("account_password_policy", password_policy.SPEC),
    "iam_cloudhsm_role": ("cloudhsm_role", cloudhsm_role.SPEC),
    "iam_customer_managed_policy": ("shared_policy", customer_managed.SPEC),
    "iam_saml_access": ("federated_access", federation.SPEC),
    "iam_service_linked_role": ("service_linked_role", iam_service_linked_role.ARGUMENT_SPEC),
}
SAME = ("type", "elements", "choices", "required", "default")
# What the role's task gives itself.
OF_THE_TASK = {"variables_prefix", "pending_providers"}


def documented(module: str) -> Spec:
    tree = ast.parse((ROOT / "plugins/modules" / f"{module}.py").read_text())
    (text,) = [
        node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and node.targets[0].id == "DOCUMENTATION"
        and isinstance(node.value, ast.Constant)
    ]
    options: Spec = yaml.safe_load(str(text))["options"]
    return options


def of_role(role: str) -> Spec:
    text = (ROOT / "roles" / role / "meta" / "argument_specs.yml").read_text()
    options: Spec = yaml.safe_load(text)["argument_specs"]["main"]["options"]
    return {name.removeprefix(f"{role}_"): option for name, option in options.items()}


@pytest.mark.parametrize("module", MODULES)
def test_the_documentation_says_what_the_code_takes(module: str) -> None:
    _role, spec = MODULES[module]
    told = documented(module)
    assert set(told) == set(spec)
    for name, option in spec.items():
        assert [told[name].get(what) for what in SAME] == [option.get(what) for what in SAME], name


@pytest.mark.parametrize("module", MODULES)
def test_the_role_has_a_variable_for_each_option(module: str) -> None:
    role, spec = MODULES[module]
    told = of_role(role)
    assert set(told) == set(spec) - OF_THE_TASK
    for name, option in told.items():
        assert option["type"] == spec[name]["type"], name
        assert option.get("choices") == spec[name].get("choices"), name


@pytest.mark.parametrize(
    "told",
    [
        pytest.param(lambda: documented("iam_users")["users"]["suboptions"], id="module"),
        pytest.param(lambda: of_role("user_provisioning")["users"]["options"], id="role"),
    ],
)
def test_module_and_role_document_the_options_of_a_user(told: t.Callable[[], Spec]) -> None:
    options = told()
    assert list(options) == list(USER_SPEC)
    for name, option in USER_SPEC.items():
        assert [options[name].get(what) for what in SAME] == [option.get(what) for what in SAME], name
