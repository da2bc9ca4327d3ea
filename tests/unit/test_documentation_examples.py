# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every YAML example of the documentation is what Ansible takes, and has no option or variable that is not there."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import typing as t
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.cloudhsm.iam.plugins.module_utils._change_control.input import VARIABLES as CHANGE_CONTROL
from ansible_collections.cloudhsm.iam.plugins.module_utils._change_control.input import read_settings
from ansible_collections.cloudhsm.iam.plugins.module_utils._notification.input import VARIABLES as NOTIFICATIONS
from ansible_collections.cloudhsm.iam.plugins.module_utils._notification.input import (
    read_settings as read_notifications,
)
from helpers.documents import documentation
from helpers.documents.documentation import EXAMPLES, ROLES, ROOT, VARIABLES, Example, Options

PLAY_KEYS = {"hosts", "ansible.builtin.import_playbook"}
INCLUDES = {"ansible.builtin.include_role", "ansible.builtin.import_role"}
LISTS_OF_TASKS = ("pre_tasks", "tasks", "post_tasks", "handlers", "block", "rescue", "always")
INVENTORY = "cloudhsm.iam.organization_accounts"
# One takes all options of the other beside its own, as its documentation says.
TAKES_ALSO = {"cloudhsm.iam.iam_access_report": "cloudhsm.iam.iam_access_report_info"}
SURVEY = ROOT / "extensions" / "patterns" / "cloudhsm_iam" / "template_surveys" / "drift_check.yml"

Task = dict[str, t.Any]


def kind(document: t.Any) -> str:  # noqa: PLR0911
    """What an example is. Raises ValueError for what no test would look at."""
    match document:
        case [*items] if items and all(isinstance(item, dict) for item in items):
            return "playbook" if all(PLAY_KEYS & set(item) for item in items) else "tasks"
        case {"plugin": str()}:
            return "inventory"
        case {"collections": list()}:
            return "requirements"
        case {"jobs": dict()}:
            # test_roles_page.py looks at the workflow.
            return "workflow"
        case {"drift_check_answers": dict()}:
            return "answers"
        case {**variables} if variables and set(variables) <= set(VARIABLES):
            return "variables"
        case {**variables} if variables and set(variables) <= set(CHANGE_CONTROL):
            return "change control"
        case {**variables} if variables and set(variables) <= set(NOTIFICATIONS):
            return "notifications"
    raise ValueError(f"neither plays, tasks, an inventory, requirements, a workflow nor variables of ours: {document}")


def of_kind(*kinds: str) -> list[tuple[Example, t.Any]]:
    return [(e, document) for e in EXAMPLES for document in e.documents if kind(document) in kinds]


def each(*kinds: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("document", [pytest.param(d, id=e.where) for e, d in of_kind(*kinds)])


def tasks_in(items: list[Task]) -> Iterator[Task]:
    """All tasks of plays, blocks and lists of tasks."""
    for item in items:
        nested = [task for key in LISTS_OF_TASKS for task in item.get(key, [])]
        if not nested and "hosts" not in item:
            yield item
        yield from tasks_in(nested)


def action_of(task: Task) -> str:
    """What the task runs, by its full name, as the documentation always has it."""
    (action,) = [key for key in task if "." in key]
    return action


def is_template(value: t.Any) -> bool:
    return isinstance(value, str) and "{{" in value


def without_templates(value: t.Any) -> t.Any:
    """The value without what is known only when it runs."""
    if isinstance(value, dict):
        return {key: without_templates(inner) for key, inner in value.items() if not is_template(inner)}
    if isinstance(value, list):
        return [without_templates(inner) for inner in value if not is_template(inner)]
    return value


def as_spec(options: Options) -> Options:
    """Documented options as Ansible's validator takes them; what is required is looked at by problems()."""
    spec: Options = {}
    for name, details in options.items():
        kept = {key: details[key] for key in ("type", "elements", "choices", "aliases") if details.get(key)}
        inner = details.get("options") or details.get("suboptions")
        spec[name] = {**kept, "options": as_spec(inner)} if inner else kept
    return spec


def problems(given: dict[str, t.Any], options: Options) -> list[str]:
    """What is wrong with these values: unknown names, values of another type, and what is missing."""
    known = set(options) | {alias for details in options.values() for alias in details.get("aliases") or []}
    missing = {name for name, details in options.items() if details.get("required")} - set(given)
    validated = ArgumentSpecValidator(as_spec(options)).validate(without_templates(given))
    return [
        *(f"there is no {name}" for name in sorted(set(given) - known)),
        *(f"{name} is missing" for name in sorted(missing)),
        *validated.error_messages,
    ]


def run(program: str, folder: Path, *arguments: str) -> str:
    """What a program of Ansible's prints; the test fails where it does."""
    (folder / "ansible.cfg").touch()
    done = subprocess.run(
        [str(Path(sys.executable).with_name(program)), *arguments],
        cwd=folder,
        env={**os.environ, "ANSIBLE_CONFIG": str(folder / "ansible.cfg"), "ANSIBLE_HOME": str(folder), "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="session")
def documented_options(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Options]:
    """The options of every module that an example uses."""
    used = {action_of(task) for _example, document in of_kind("playbook", "tasks") for task in tasks_in(document)}
    used = (used | set(TAKES_ALSO.values())) - INCLUDES - PLAY_KEYS
    told = json.loads(run("ansible-doc", tmp_path_factory.mktemp("doc"), "--json", *sorted(used)))
    options = {name: told[name]["doc"].get("options", {}) for name in used}
    return {name: {**options[name], **options.get(TAKES_ALSO.get(name, ""), {})} for name in used}


@pytest.mark.parametrize("example", [pytest.param(e, id=e.where) for e in EXAMPLES])
def test_every_example_is_of_a_kind_that_is_tested(example: Example) -> None:
    assert example.documents
    for document in example.documents:
        kind(document)


def test_examples_are_found_where_there_are_some() -> None:
    assert len(of_kind("playbook")) > 15
    assert len(of_kind("tasks")) > 10
    assert of_kind("inventory")
    assert of_kind("variables")


def test_ansible_takes_all_plays_and_tasks(tmp_path: Path) -> None:
    files = []
    for number, (example, document) in enumerate(of_kind("playbook", "tasks")):
        is_playbook = kind(document) == "playbook"
        play = document if is_playbook else [{"hosts": "localhost", "gather_facts": False, "tasks": document}]
        file = tmp_path / f"{number}-{example.where.replace('/', '_').replace(':', '_line_')}.yml"
        file.write_text(yaml.safe_dump(play, sort_keys=False))
        files.append(file.name)
    run("ansible-playbook", tmp_path, "--syntax-check", "--inventory=localhost,", *files)


@each("playbook", "tasks")
def test_tasks_have_only_options_that_there_are(document: t.Any, documented_options: dict[str, Options]) -> None:
    for task in tasks_in(document):
        action = action_of(task)
        given = task[action]
        if action in INCLUDES | PLAY_KEYS:
            assert isinstance(given, str) or set(given) <= {"name", "apply", "tasks_from", "public"}
            continue
        options = documented_options[action]
        if isinstance(given, str):
            assert {"free-form", "free_form"} & set(options)
        else:
            assert problems(given or {}, options) == []


@each("playbook", "tasks")
def test_roles_get_only_variables_that_there_are(document: t.Any) -> None:
    for holder in [*document, *tasks_in(document)]:
        given = {name: value for name, value in holder.get("vars", {}).items() if name.startswith(tuple(ROLES))}
        assert problems(given, {name: {**VARIABLES.get(name, {}), "required": False} for name in given}) == []
        assert set(given) <= set(VARIABLES)


@each("playbook", "tasks")
def test_included_roles_have_what_they_require(document: t.Any) -> None:
    for task in tasks_in(document):
        name = str(task.get("ansible.builtin.include_role", {}).get("name"))
        if name.startswith("cloudhsm.iam."):
            options = ROLES[name.removeprefix("cloudhsm.iam.")]
            required = {option for option, details in options.items() if details.get("required")}
            assert required <= set(task.get("vars", {}))


@each("variables")
def test_variables_have_values_that_the_roles_take(document: t.Any) -> None:
    assert problems(document, {name: {**VARIABLES[name], "required": False} for name in document}) == []


def test_inventories_have_only_options_that_there_are(tmp_path: Path) -> None:
    told = json.loads(run("ansible-doc", tmp_path, "--json", "--type", "inventory", INVENTORY))
    for example, document in of_kind("inventory"):
        assert document["plugin"] == INVENTORY
        assert problems(document, told[INVENTORY]["doc"]["options"]) == [], example.where


@each("answers")
def test_answers_are_to_questions_of_the_survey(document: t.Any) -> None:
    asked = {question["variable"] for question in yaml.safe_load(SURVEY.read_text())["spec"]}
    assert set(document["drift_check_answers"]) <= asked


@each("requirements")
def test_requirements_name_collections(document: t.Any) -> None:
    assert all(re.fullmatch(r"\w+\.\w+|https://\S+", item["name"]) for item in document["collections"])


def test_commands_give_variables_as_json_that_can_be_read() -> None:
    given = [
        found
        for block in documentation.BLOCKS
        if block.language == "shell"
        for found in re.findall(r"-e '(\{.*?\})'", block.text, re.DOTALL)
    ]
    assert given
    for variables in map(json.loads, given):
        assert problems(variables, {n: {**VARIABLES.get(n, {}), "required": False} for n in variables}) == []
        assert set(variables) <= set(VARIABLES)


@pytest.mark.parametrize(
    ("given", "options", "wrong"),
    [
        ({"a": 1}, {"b": {"type": "int"}}, "there is no a"),
        ({}, {"b": {"type": "int", "required": True}}, "b is missing"),
        ({"b": "{{ c }}"}, {"b": {"type": "int", "required": True}}, None),
        ({"b": "x"}, {"b": {"type": "int"}}, "int"),
        ({"b": [{"d": 1}]}, {"b": {"type": "list", "elements": "dict", "options": {"c": {"type": "str"}}}}, "b.d"),
    ],
)
def test_mistakes_would_be_found(given: dict[str, t.Any], options: Options, wrong: str | None) -> None:
    found = problems(given, options)
    assert not found if wrong is None else any(wrong in problem for problem in found)


@each("change control")
def test_variables_of_change_control_are_right(document: t.Any) -> None:
    assert read_settings({"apply_plan_file": "plan.json", **document}, check_mode=False)[1] == []


@each("notifications")
def test_variables_of_notifications_are_right(document: t.Any) -> None:
    assert document["notify_webhook_url"].startswith("{{ lookup(")
    assert read_notifications({**document, "notify_webhook_url": "https://hooks.example.com/x"})[1] == []
