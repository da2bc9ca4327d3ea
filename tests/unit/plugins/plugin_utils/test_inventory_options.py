# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Errors in the file of the inventory: an option that Ansible passes over would let every account in."""

from __future__ import annotations

import functools
import importlib
import typing as t

import pytest
import yaml
from ansible_collections.cloudhsm.iam.plugins.inventory import organization_accounts
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._inventory_options import Options, config_problems


@functools.cache
def options() -> Options:
    """The plugin's options with those of its fragments, as Ansible reads them."""
    text = yaml.safe_load(organization_accounts.DOCUMENTATION)
    found: dict[str, t.Any] = dict(text["options"])
    for fragment in text["extends_documentation_fragment"]:
        *collection, name, variant = fragment.split(".") if "." in fragment else (fragment, "documentation")
        if len(collection) == 1:
            collection, name, variant = [*collection, name], variant, "documentation"
        package = ".".join(["ansible_collections", *collection]) if collection else "ansible"
        kept = importlib.import_module(f"{package}.plugins.doc_fragments.{name}").ModuleDocFragment
        found |= yaml.safe_load(getattr(kept, variant.upper(), "{}")).get("options") or {}
    return found


@pytest.mark.parametrize("wrong", [0o123, True, 1.5])
def test_what_yaml_made_a_number_of_is_refused(wrong: object) -> None:
    config = {"assume_role_name": wrong, "names": ["a", wrong], "tags": {"env": wrong, "team": ["a", wrong]}}
    starts = ["assume_role_name", "names[1]", "tags.env[0]", "tags.team[1]"]
    assert [problem.split(":")[0] for problem in config_problems(config, options())] == starts


@pytest.mark.parametrize(
    "config",
    [
        None,
        [],
        {},
        {"tags": None, "statuses": None},
        {"names": ["a"], "tags": {"a": "b", "c": ["d"]}, "read_tags": "no", "statuses": []},
        {"aws_profile": "p", "iam_role_arn": "arn:x", "use_extra_vars": True, "leading_separator": False},
        {"names": "shop*, A B", "organizational_units": "/A B", "statuses": "ACTIVE, SUSPENDED"},
        {"assume_role_name": "/security/Administration", "groups": {"a": "{{ b }}"}, "compose": {"a": "{{ b }}"}},
    ],
)
def test_what_is_right_is_taken(config: object) -> None:
    assert config_problems(config, options()) == []


@pytest.mark.parametrize(
    ("config", "told"),
    [
        ({"organizational_unit": ["/Prod"]}, "organizational_unit: is not an option of this inventory; did you mean"),
        ({"Names": ["shop"]}, "Names: is not an option of this inventory; did you mean names?"),
        ({"filters": {"status": "x"}}, "filters: is not an option of this inventory"),
        ({"statuses": ["active"]}, "statuses: 'active' is none of PENDING_ACTIVATION, ACTIVE, SUSPENDED"),
        ({"statuses": {"ACTIVE": True}}, "statuses: must be a list, not a dictionary"),
        ({"host_names": "ids"}, "host_names: 'ids' is none of name, id"),
        ({"read_tags": "maybe"}, "read_tags: must be true or false, not a string"),
        ({"strict": 7}, "strict: must be true or false, not a number"),
        ({"tags": {1: "a"}}, "tags.1: the key must be text, not a number"),
        ({"tags": {"stage": []}}, "tags.stage: is an empty list"),
        ({"names": "shop,"}, "names: line 1: ends with a comma"),
        ({"names": ["{{ mine }}"]}, "names: has a template, which is not evaluated in this file"),
        ({"assume_role_name": "{{ role }}"}, "assume_role_name: has a template"),
        ({"assume_role_name": ""}, "assume_role_name: '' can't be the name of a role"),
        ({"assume_role_name": "arn:aws:iam::123456789012:role/X y"}, "can't be the name of a role"),
        ({"assume_role_name": "arn:aws:iam::123456789012:role/X"}, "can't be the name of a role"),
        ({"access_key": 123}, "access_key: must be text, not a number"),
    ],
)
def test_what_is_wrong_is_told(config: dict[str, t.Any], told: str) -> None:
    assert any(told in problem for problem in config_problems({"plugin": "x", **config}, options()))


def test_everything_that_is_wrong_is_told_at_once() -> None:
    assert len(config_problems({"nams": ["a"], "statuses": [83], "read_tags": 2, "tags": {"a": []}}, options())) == 4
