# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The definitions for AWX, held against what takes them and against the roles' own variables."""

from __future__ import annotations

import json
import re
import typing as t
from pathlib import Path

import pytest
import yaml
from awx_interface import APPROVAL, ITEMS, NODE, survey_problems

ROOT = Path(__file__).resolve().parents[2]
PATTERN = ROOT / "extensions" / "patterns" / "cloudhsm_iam"
DEFINED = yaml.safe_load((PATTERN / "setup.yml").read_text())
TEMPLATES: list[dict[str, t.Any]] = DEFINED["controller_templates"]
SURVEYS = {path.stem: yaml.safe_load(path.read_text()) for path in sorted(PATTERN.glob("template_surveys/*.yml"))}


def stem(template: dict[str, t.Any]) -> str:
    return Path(template["playbook"]).stem


def role_options() -> dict[str, dict[str, t.Any]]:
    """The variables of all roles, with what is known of them."""
    options: dict[str, dict[str, t.Any]] = {}
    for path in ROOT.glob("roles/*/meta/argument_specs.yml"):
        options |= yaml.safe_load(path.read_text())["argument_specs"]["main"]["options"]
    return options


def test_what_galaxy_shows_is_what_is_defined() -> None:
    shown = json.loads((PATTERN / "meta/pattern.json").read_text())
    assert shown["name"] == PATTERN.name
    assert shown["tags"] == yaml.safe_load((ROOT / "galaxy.yml").read_text())["tags"]
    resources = shown["aap_resources"]
    [project] = DEFINED["controller_projects"]
    assert resources["controller_project"] == {name: project[name] for name in ("name", "description")}
    templates = resources["controller_job_templates"]
    assert [template["playbook"] for template in templates if template.get("primary")] == ["bootstrap_account.yml"]
    assert [(each["name"], each["description"], each["playbook"]) for each in templates] == [
        (each["name"], each["description"], Path(each["playbook"]).name) for each in DEFINED["controller_templates"]
    ]


def test_every_definition_has_only_fields_that_are_taken() -> None:
    assert {name for name in DEFINED if not name.startswith("__")} == set(ITEMS)
    for kind, fields in ITEMS.items():
        for item in DEFINED[kind]:
            assert set(item) <= fields, (kind, item["name"], set(item) - fields)


def test_what_is_named_is_defined() -> None:
    names = {kind: {item["name"] for item in DEFINED[kind]} for kind in ITEMS}
    for template in TEMPLATES:
        assert template["project"] in names["controller_projects"]
        assert template["inventory"] in names["controller_inventories"]
        assert template["execution_environment"] in names["controller_execution_environments"]
        assert set(template["labels"]) <= names["controller_labels"]
    for schedule in DEFINED["controller_schedules"]:
        assert schedule["unified_job_template"] in names["controller_templates"]
    for source in DEFINED["controller_inventory_sources"]:
        assert source["inventory"] in names["controller_inventories"]
        assert (ROOT / source["source_path"]).is_file()


def test_each_template_has_a_playbook_and_a_survey_and_none_is_left_over() -> None:
    played = {path.stem for path in PATTERN.glob("playbooks/*.yml")}
    assert {stem(template) for template in TEMPLATES} == played == set(SURVEYS)
    for template in TEMPLATES:
        assert (ROOT / template["playbook"]).is_file()
        assert f"/{stem(template)}.yml" in template["survey_spec"]


@pytest.mark.parametrize("name", SURVEYS)
def test_awx_takes_the_survey_and_nobody_is_asked_for_a_secret(name: str) -> None:
    assert list(survey_problems(SURVEYS[name])) == []
    for question in SURVEYS[name]["spec"]:
        assert not re.search(r"password|secret|token|key$", question["variable"]), question["variable"]


@pytest.mark.parametrize("name", SURVEYS)
def test_what_is_asked_for_is_what_the_roles_know(name: str) -> None:
    playbook = (PATTERN / "playbooks" / f"{name}.yml").read_text()
    options = role_options()
    for question in SURVEYS[name]["spec"]:
        variable = question["variable"]
        if variable not in options:
            # An answer that the playbook makes a role's variable of.
            assert re.search(rf"\b{variable}\b", playbook), variable
            continue
        known = options[variable]
        kinds = {"text": "str", "textarea": "raw", "multiplechoice": "str", "integer": "int"}
        assert known["type"] == kinds[question["type"]], variable
        assert set(question.get("choices", [])) <= set(known.get("choices", question.get("choices", []))), variable
    set_there = re.findall(r"^    (\w+):", playbook, re.MULTILINE)
    assert set(set_there) <= set(options) | {"hosts", "connection"}


def test_users_are_deleted_only_after_an_approval() -> None:
    (workflow,) = DEFINED["controller_workflows"]
    nodes = {node["identifier"]: node for node in workflow["simplified_workflow_nodes"]}
    for node in nodes.values():
        assert set(node) <= NODE
        assert set(node.get("success_nodes", [])) <= set(nodes)
    before_deletion = [name for name, node in nodes.items() if "delete" in node.get("success_nodes", [])]
    assert before_deletion == ["approve"]
    assert set(nodes["approve"]["approval_node"]) <= APPROVAL
    names = {template["name"]: stem(template) for template in TEMPLATES}
    assert names[nodes["suspend"]["unified_job_template"]] == "suspend_users"
    assert names[nodes["delete"]["unified_job_template"]] == "offboard_users"
    # The workflow's answers reach a node whose own survey asks for the same.
    asked = {name: {question["variable"] for question in SURVEYS[name]["spec"]} for name in SURVEYS}
    assert asked["suspend_users"] <= asked["offboard_users"]


def test_what_can_not_change_anything_runs_as_a_check() -> None:
    kinds = {stem(template): template["job_type"] for template in TEMPLATES}
    assert [name for name, kind in kinds.items() if kind == "check"] == ["drift_check"]
    (play,) = yaml.safe_load((ROOT / "playbooks" / "drift_check.yml").read_text())
    assert play["check_mode"] is True


def test_accounts_are_spread_over_slices() -> None:
    (template,) = (template for template in TEMPLATES if stem(template) == "bootstrap_organization")
    assert template["job_slice_count"] > 1
    # An explicit localhost would be in one slice only.
    (host,) = DEFINED["controller_hosts"]
    assert host["inventory"] != template["inventory"]
