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
from helpers.awx.definitions import definitions
from helpers.awx.interface import (
    APPROVAL,
    ITEMS,
    NODE,
    answer_problems,
    item_problems,
    schedule_problems,
    survey_problems,
)

ROOT = Path(__file__).resolve().parents[2]
PATTERN = ROOT / "extensions" / "patterns" / "cloudhsm_iam"
DEFINED = yaml.safe_load((PATTERN / "setup.yml").read_text())
TEMPLATES: list[dict[str, t.Any]] = DEFINED["controller_templates"]
SURVEYS = {path.stem: yaml.safe_load(path.read_text()) for path in sorted(PATTERN.glob("template_surveys/*.yml"))}
VERSION = yaml.safe_load((ROOT / "galaxy.yml").read_text())["version"]
CREDENTIALS = ("aws_credential", "ee_credential", "project_credential")
ANSWERS = {"expected_account": "123456789012", "cloudhsm_administrators": "alice", "aws_region": "eu-central-1"}
# What may be set from outside: nothing, everything, and everything to nothing.
GIVEN: dict[str, dict[str, t.Any]] = {
    "nothing": {},
    "everything": {
        **dict.fromkeys(CREDENTIALS, "a credential"),
        "organization": "HSM",
        "aws_region": "eu-central-1",
        "project_branch": "main",
        "drift_check_answers": ANSWERS,
    },
    "empty": {**dict.fromkeys(CREDENTIALS, ""), "aws_region": ""},
}
given_in_turn = pytest.mark.parametrize("given", GIVEN.values(), ids=GIVEN)


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


@given_in_turn
def test_awx_takes_every_definition(given: dict[str, t.Any]) -> None:
    made = definitions(**given)
    assert set(made) == set(ITEMS)
    for kind, items in made.items():
        for item in items:
            assert set(item) <= ITEMS[kind]
            assert list(item_problems(item)) == [], (kind, item["name"])
            assert list(survey_problems(item["survey_spec"])) == [] if "survey_spec" in item else True
            for node in item.get("simplified_workflow_nodes", []):
                assert list(item_problems(node)) == []


@pytest.mark.parametrize(
    "refused",
    [{"credential": ""}, {"credentials": [""]}, {"credentials": ""}, {"name": "x" * 513}, {"organization": ""}],
    ids=str,
)
def test_a_definition_that_awx_would_refuse_is_noticed(refused: dict[str, t.Any]) -> None:
    assert list(item_problems(refused)) != []


def test_a_credential_that_is_not_there_is_left_out() -> None:
    made = definitions(**GIVEN["empty"])
    for kind in ("controller_projects", "controller_execution_environments", "controller_inventory_sources"):
        assert all("credential" not in item for item in made[kind]), kind
    assert all(template["credentials"] == [] for template in made["controller_templates"])
    made = definitions(**GIVEN["everything"])
    for kind in ("controller_projects", "controller_execution_environments", "controller_inventory_sources"):
        assert all(item["credential"] == "a credential" for item in made[kind]), kind
    for template in made["controller_templates"]:
        assert (template["credentials"], template["organization"]) == (["a credential"], "HSM")


def test_project_and_image_are_of_this_version() -> None:
    made = definitions()
    [project] = made["controller_projects"]
    [image] = made["controller_execution_environments"]
    assert project["scm_branch"] == VERSION
    assert image["image"].endswith(f":{VERSION}")
    built = yaml.safe_load((PATTERN / "exec_env" / "execution-environment.yml").read_text())
    [collection] = built["dependencies"]["galaxy"]["collections"]
    assert collection["version"] == VERSION
    page = (ROOT / "docs" / "awx.md").read_text()
    assert set(re.findall(r"cloudhsm-iam-ee:([\w.]*\w)", page)) == {VERSION}
    # make release writes them.
    release = (ROOT / "tools" / "release.sh").read_text()
    for path in ("setup.yml", "exec_env/execution-environment.yml"):
        assert f"extensions/patterns/cloudhsm_iam/{path}" in release


def test_the_project_is_fetched_once_an_hour_and_not_for_each_job() -> None:
    [project] = definitions()["controller_projects"]
    assert project["scm_update_on_launch"] is True
    assert project["scm_update_cache_timeout"] == 3600


def test_localhost_has_the_python_of_the_job() -> None:
    [host] = definitions()["controller_hosts"]
    # Evaluated by the job and not where the definitions are applied; infra.aap_configuration joins the braces.
    assert host["variables"]["ansible_python_interpreter"].replace("{  {", "{{") == "{{ ansible_playbook_python }}"
    for path in PATTERN.glob("playbooks/*.yml"):
        [imported] = [play for play in yaml.safe_load(path.read_text()) if "ansible.builtin.import_playbook" in play]
        assert imported["vars"]["ansible_python_interpreter"] == "{{ ansible_playbook_python }}", path


@given_in_turn
def test_the_region_is_asked_for_where_something_other_than_iam_needs_one(given: dict[str, t.Any]) -> None:
    for template in definitions(**given)["controller_templates"]:
        questions = {question["variable"]: question for question in template["survey_spec"]["spec"]}
        needs_one = [name for name in questions if name.endswith("_credentials_store") or name == "access_file"]
        # The identity store is in one region.
        needed = bool(needs_one) or stem(template) == "restore_users"
        assert questions["aws_region"]["required"] is needed, template["name"]
        assert questions["aws_region"].get("default", "") == given.get("aws_region", "")


def test_the_reports_artifact_is_a_summary_unless_asked_otherwise() -> None:
    [asked] = [each for each in SURVEYS["access_report"]["spec"] if each["variable"] == "access_report_artifact"]
    assert asked["default"] == role_options()["access_report_artifact"]["default"] == "summary"


@given_in_turn
def test_awx_takes_the_schedule_with_its_answers(given: dict[str, t.Any]) -> None:
    made = definitions(**given)
    templates = {template["name"]: template for template in made["controller_templates"]}
    [schedule] = made["controller_schedules"]
    survey = templates[schedule["unified_job_template"]]["survey_spec"]
    assert list(schedule_problems(schedule, survey)) == []
    assert list(schedule_problems({**schedule, "extra_data": {}}, survey)) != []


def test_a_schedule_that_somebody_enabled_is_not_switched_off_again() -> None:
    [schedule] = definitions()["controller_schedules"]
    # Made where there is none, and otherwise left as it is.
    assert (schedule["enabled"], schedule["state"]) == (False, "exists")
    [schedule] = definitions(**GIVEN["everything"])["controller_schedules"]
    assert (schedule["enabled"], schedule["state"]) == (True, "present")
    assert schedule["extra_data"].items() >= ANSWERS.items()


def test_what_is_named_is_defined() -> None:
    names = {kind: {item["name"] for item in DEFINED[kind]} for kind in ITEMS}
    for template in TEMPLATES:
        assert template["project"] in names["controller_projects"]
        assert template["inventory"] in names["controller_inventories"]
        assert template["execution_environment"] in names["controller_execution_environments"]
        assert set(template["labels"]) <= names["controller_labels"]
    for schedule in DEFINED["controller_schedules"]:
        assert schedule["unified_job_template"] in names["controller_templates"]
    for workflow in DEFINED["controller_workflows"]:
        assert set(workflow["labels"]) <= names["controller_labels"]
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
def test_every_playbook_checks_the_answers_to_its_survey_first(name: str) -> None:
    check, _imported = yaml.safe_load((PATTERN / "playbooks" / f"{name}.yml").read_text())
    [task] = check["tasks"]
    assert task["ansible.builtin.include_tasks"] == "tasks/check_answers.yml"
    assert task["vars"] == {"__survey": name}
    # Where the hosts are accounts, one of them checks for all.
    assert check["hosts"] == "localhost" or (check["any_errors_fatal"] is True and task["run_once"] is True)


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
    [imported] = [play for play in yaml.safe_load(playbook) if "ansible.builtin.import_playbook" in play]
    set_there = set(imported["vars"])
    assert set_there <= set(options) | {"ansible_python_interpreter", "approved_plan_digest"}
    # An answer is an extra variable, which would win over what the playbook makes of it.
    assert not set_there & {question["variable"] for question in SURVEYS[name]["spec"]}
    assert {"account_session_source", "ansible_python_interpreter"} <= set_there


def nodes_of(name: str) -> dict[str, dict[str, t.Any]]:
    """The nodes of a workflow, which AWX takes, by their identifiers."""
    (workflow,) = [each for each in DEFINED["controller_workflows"] if each["name"] == name]
    nodes = {node["identifier"]: node for node in workflow["simplified_workflow_nodes"]}
    for node in nodes.values():
        assert set(node) <= NODE
        assert set(node.get("success_nodes", [])) <= set(nodes)
        assert set(node.get("approval_node", [])) <= APPROVAL
    return nodes


@pytest.mark.parametrize(
    ("workflow", "playbook", "role"),
    [
        ("bootstrap", "bootstrap_account", "bootstrap"),
        ("provisioning", "provision_users", "user_provisioning"),
        ("offboarding", "offboard_users", "user_offboarding"),
        ("Identity Center access", "identity_center_access", "identity_center_access"),
        ("guard rails", "cloudhsm_guardrails", "cloudhsm_guardrails"),
        ("root users", "lock_root_users", "root_access"),
    ],
)
def test_what_is_applied_is_the_plan_that_was_approved(workflow: str, playbook: str, role: str) -> None:
    nodes = nodes_of(f"cloudhsm.iam / Reviewed {workflow}")
    assert [(name, node.get("job_type"), node.get("success_nodes")) for name, node in nodes.items()] == [
        ("plan", "check", ["approve"]),
        ("approve", None, ["apply"]),
        ("apply", "run", None),
    ]
    # AWX takes a node's job type as a prompt: only where the template asks for it. Else it starts the job without, so
    # that a plan would be a run: https://github.com/ansible/awx/blob/devel/docs/prompting.md, "Broken Saved
    # Configurations", and get_job_kwargs in awx/main/models/workflow.py. infra.aap_configuration hands the field on.
    (template,) = {nodes[name]["unified_job_template"] for name in ("plan", "apply")}
    (defined,) = [each for each in TEMPLATES if each["name"] == template]
    assert (stem(defined), defined["ask_job_type_on_launch"]) == (playbook, True)
    # What the role gives as an artifact is what the next job's playbook takes.
    artifact = f"reviewed_{role}_plan"
    assert f"{artifact}:" in (ROOT / "roles" / role / "tasks" / "main.yml").read_text()
    assert f"({artifact} | default({{}})).digest" in (PATTERN / "playbooks" / f"{playbook}.yml").read_text()
    # And what that playbook counts as an approval.
    assert f"- {artifact}\n" in (PATTERN / "playbooks" / "tasks" / "check_answers.yml").read_text()


def test_users_are_deleted_only_after_an_approval() -> None:
    nodes = nodes_of("cloudhsm.iam / Offboarding")
    before_deletion = [name for name, node in nodes.items() if "delete" in node.get("success_nodes", [])]
    assert before_deletion == ["approve"]
    names = {template["name"]: stem(template) for template in TEMPLATES}
    assert names[nodes["suspend"]["unified_job_template"]] == "suspend_users"
    assert names[nodes["delete"]["unified_job_template"]] == "offboard_users"
    # The workflow's answers reach a node whose own survey asks for the same.
    asked = {name: {question["variable"] for question in SURVEYS[name]["spec"]} for name in SURVEYS}
    assert asked["suspend_users"] <= asked["offboard_users"]
    answers = {
        question["variable"]: question.get("default", "x" * 12) for question in SURVEYS["offboard_users"]["spec"]
    }
    for name in ("suspend_users", "offboard_users"):
        assert list(answer_problems(SURVEYS[name], answers)) == []


def test_what_can_not_change_anything_runs_as_a_check() -> None:
    kinds = {stem(template): template["job_type"] for template in TEMPLATES}
    assert [name for name, kind in kinds.items() if kind == "check"] == ["drift_check"]
    (play,) = yaml.safe_load((ROOT / "playbooks" / "drift_check.yml").read_text())
    assert play["check_mode"] is True


def test_accounts_are_spread_over_slices() -> None:
    (template,) = (template for template in TEMPLATES if stem(template) == "bootstrap_organization")
    assert template["job_slice_count"] > 1
    # A limit that leaves a slice without a host fails that slice.
    assert "ask_limit_on_launch" not in template
    # An explicit localhost would be in one slice only.
    (host,) = DEFINED["controller_hosts"]
    assert host["inventory"] != template["inventory"]
