# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The documentation of every module, and the argument spec of every role, is what the code reads."""

from __future__ import annotations

import importlib
import typing as t
from pathlib import Path

import pytest
import role_specs
import yaml
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._role_specs import SPECS

ROOT = Path(__file__).parents[4]
OURS = "ansible_collections.cloudhsm.iam.plugins"
Spec = dict[str, dict[str, t.Any]]
# What is left out counts as this.
DEFAULTS: dict[str, t.Any] = {"type": "str", "required": False, "aliases": []}
COMPARED = ("type", "elements", "choices", "default", "required", "aliases")
MODULES = sorted(path.stem for path in (ROOT / "plugins/modules").glob("*.py"))
ROLES = sorted(path.name for path in (ROOT / "roles").iterdir())
# Modules that read nothing but variables of roles, and how to connect to AWS.
WITHOUT_OPTIONS = {
    "iam_account_guard",
    "iam_admin_group",
    "iam_cloudhsm_group",
    "iam_group_provisioning",
    "iam_user_provisioning",
    "identity_center_provisioning",
    "sts_account_session",
}
# How to connect is amazon.aws's, and which account is expected is read for every module in one place.
OF_ALL = {"cloudhsm.iam._expected_account"}


def spec_of(name: str) -> Spec:
    """The spec that the code reads: the module's own, or its action's where that reads all options."""
    module = importlib.import_module(f"{OURS}.modules.{name}")
    if hasattr(module, "ARGUMENT_SPEC"):
        return t.cast("Spec", module.ARGUMENT_SPEC)
    return t.cast("Spec", getattr(importlib.import_module(f"{OURS}.action.{name}").ActionModule, "SPEC", {}))


def documented(name: str) -> Spec:
    """The options that the module documents, with those of the collection's own fragments."""
    text = yaml.safe_load(importlib.import_module(f"{OURS}.modules.{name}").DOCUMENTATION)
    options: Spec = dict(text.get("options") or {})
    for fragment in text.get("extends_documentation_fragment", []):
        if fragment.startswith("cloudhsm.iam.") and fragment not in OF_ALL:
            kept = importlib.import_module(f"{OURS}.doc_fragments.{fragment.split('.')[2]}").ModuleDocFragment
            variant = (fragment.split(".")[3:] or ["documentation"])[0].upper()
            options |= yaml.safe_load(getattr(kept, variant)).get("options") or {}
    return options


def compared(spec: Spec, inner: str) -> dict[str, t.Any]:
    """What is compared of each option; inner is where the options of its elements are."""
    return {
        name: {
            **{what: option.get(what, DEFAULTS.get(what)) for what in COMPARED},
            "options": compared(option.get(inner) or {}, inner),
        }
        for name, option in spec.items()
    }


@pytest.mark.parametrize("name", MODULES)
def test_a_modules_documentation_is_what_the_code_reads(name: str) -> None:
    spec = spec_of(name)
    assert bool(spec) != (name in WITHOUT_OPTIONS)
    assert compared(documented(name), "suboptions") == compared(spec, "options")


def secrets(spec: Spec) -> set[str]:
    """The options that are kept out of logs, also inside of others."""
    inner = [f"{name}.{each}" for name, option in spec.items() for each in secrets(option.get("options") or {})]
    return {name for name, option in spec.items() if option.get("no_log")} | set(inner)


def test_passwords_are_kept_out_of_logs_whoever_reads_them() -> None:
    assert secrets(spec_of("iam_users")) == {"users.password", "first_passwords"}
    assert secrets(SPECS["user_provisioning"]) <= {"user_provisioning_users.password"}
    assert secrets(SPECS["bootstrap"]) == {"bootstrap_administrator_password"}


@pytest.mark.parametrize("role", ROLES)
def test_a_roles_argument_spec_is_what_the_code_reads(role: str) -> None:
    assert role_specs.read_specs()[role] == SPECS[role]


@pytest.mark.parametrize("role", ROLES)
def test_a_roles_defaults_are_those_of_its_argument_spec(role: str) -> None:
    path = ROOT / "roles" / role / "defaults" / "main.yml"
    defaults = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    told = {name: option["default"] for name, option in SPECS[role].items() if "default" in option}
    assert {name: value for name, value in defaults.items() if name in told} == told
