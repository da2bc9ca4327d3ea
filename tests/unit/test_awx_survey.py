# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the AWX pattern's playbooks say about the answers of their surveys."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
import yaml
from ansible.parsing.dataloader import DataLoader
from ansible_collections.cloudhsm.iam.extensions.patterns.cloudhsm_iam.playbooks.filter_plugins.survey import (
    access_variable,
    account_id,
    survey_problems,
)
from helpers.awx.interface import write_extra_vars

SURVEYS = {
    path.stem: yaml.safe_load(path.read_text())
    for path in sorted((Path(__file__).resolve().parents[2] / "extensions/patterns").glob("*/template_surveys/*.yml"))
}
GOOD = {
    "user_credentials_user": "eve",
    "expected_account": "123456789012",
    "aws_region": "eu-central-1",
    "cloudhsm_administrators": "alice, bob",
    "user_offboarding_users": "alice\nbob\n",
    "users_text": "- name: alice\n",
    "access_file": "access.yml",
    "guarded_targets": "/Workloads\n/Sandbox",
}
ACCESS = "identity_center_access_permission_sets: [{name: Readers}]\nidentity_center_access_groups:\n"
# What YAML makes something else of.
NO_TEXT = ["0042", "12", "0x1F", "yes", "No", "on", "false", "1.5", ".inf", "2026-01-01", "1:20", "1_000"]
TEXTS = [
    pytest.param(name, question["variable"], id=f"{name}-{question['variable']}")
    for name, survey in SURVEYS.items()
    for question in survey["spec"]
    if question["type"] in ("text", "textarea") and question["variable"] != "expected_account"
]
each_survey = pytest.mark.parametrize("name", SURVEYS)


@pytest.fixture(autouse=True)
def _project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A job's working folder."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "access.yml").write_text(ACCESS)


def read(tmp_path: Path, answers: dict[str, t.Any]) -> dict[str, t.Any]:
    """The answers as Ansible reads them from the file that AWX writes."""
    path = tmp_path / "extravars"
    path.write_text(write_extra_vars(answers))
    found: dict[str, t.Any] = DataLoader().load_from_file(str(path))
    return found


def good(name: str, **others: t.Any) -> dict[str, t.Any]:
    """Answers to each question of the survey, as the form sends them."""
    empty = {question["variable"]: question.get("default", "") for question in SURVEYS[name]["spec"]}
    return {variable: {**GOOD, **others}.get(variable, answer) for variable, answer in empty.items()}


@each_survey
def test_good_answers_are_taken(name: str, tmp_path: Path) -> None:
    assert survey_problems(SURVEYS[name], read(tmp_path, good(name))) == []


@each_survey
@pytest.mark.parametrize("nothing", ["", None, " ", "null", "~"])
def test_no_answer_is_none_however_it_is_written(name: str, nothing: str | None, tmp_path: Path) -> None:
    questions = {question["variable"]: question for question in SURVEYS[name]["spec"]}
    wanted = {f"{variable}: has no answer" for variable, question in questions.items() if question["required"]}
    problems = survey_problems(SURVEYS[name], read(tmp_path, {**good(name), **dict.fromkeys(questions, nothing)}))
    assert {problem for problem in problems if not problem.startswith("users_text and")} == wanted
    # Nor is it one when it is not there at all, as when AWX is called by its API.
    optional = {variable for variable, question in questions.items() if not question["required"]}
    left_out = {variable: answer for variable, answer in good(name).items() if variable not in optional - set(GOOD)}
    assert survey_problems(SURVEYS[name], read(tmp_path, left_out)) == []


@pytest.mark.parametrize("answer", NO_TEXT)
@pytest.mark.parametrize(("name", "variable"), TEXTS)
def test_text_that_yaml_takes_for_something_else_is_refused(
    name: str, variable: str, answer: str, tmp_path: Path
) -> None:
    values = read(tmp_path, good(name, **{variable: answer}))
    problems = survey_problems(SURVEYS[name], values)
    assert any(problem.startswith(f"{variable}: ") for problem in problems), (values[variable], problems)
    if not isinstance(values[variable], str):
        assert "Ansible reads this answer as" in problems[0]


@pytest.mark.parametrize("answer", NO_TEXT[:3])
def test_a_name_like_a_number_can_be_written(answer: str, tmp_path: Path) -> None:
    name = "offboard_users"
    (problem,) = survey_problems(SURVEYS[name], read(tmp_path, good(name, user_offboarding_users=answer)))
    assert "put a blank before it" in problem
    values = read(tmp_path, good(name, user_offboarding_users=f" {answer}"))
    assert survey_problems(SURVEYS[name], values) == []


@pytest.mark.parametrize("account", ["123456789012", "012345678901", "001234567012", "000000000017", "999999999999"])
def test_an_account_id_comes_through_as_written(account: str, tmp_path: Path) -> None:
    values = read(tmp_path, good("suspend_users", expected_account=account))
    assert account_id(values["expected_account"]) == account
    assert survey_problems(SURVEYS["suspend_users"], values) == []


@pytest.mark.parametrize("account", ["12345678901", "1234567890123", "account", "yes", "1.5"])
def test_no_account_id_is_refused(account: str, tmp_path: Path) -> None:
    values = read(tmp_path, good("suspend_users", expected_account=account))
    if account_id(values["expected_account"]) != "":
        (problem,) = survey_problems(SURVEYS["suspend_users"], values)
        assert problem.startswith("expected_account: an account ID has 12 digits")


def test_names_are_separated_by_commas_blanks_and_lines(tmp_path: Path) -> None:
    # shared/cases: list-as-text
    values = read(tmp_path, good("bootstrap_account", cloudhsm_administrators="carol, dave\nerin frank"))
    assert survey_problems(SURVEYS["bootstrap_account"], values) == []


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    wrong = {
        "expected_account": "12345678901x",
        "bootstrap_administrator_name": "0042",
        "cloudhsm_administrators": "al/ice",
        "bootstrap_cloudhsm_group_access": "everything",
        "bootstrap_credentials_store": "",
        "aws_region": "Frankfurt",
        "users_file": "../users.csv",
    }
    problems = survey_problems(SURVEYS["drift_check"], read(tmp_path, wrong))
    assert [problem.split(":")[0] for problem in problems] == [q["variable"] for q in SURVEYS["drift_check"]["spec"]]


def test_users_come_from_one_place_and_that_is_read(tmp_path: Path) -> None:
    survey = SURVEYS["provision_users"]

    def problems(text: str, file: str) -> list[str]:
        return survey_problems(survey, read(tmp_path, good("provision_users", users_text=text, users_file=file)))

    (tmp_path / "users.csv").write_text("name,groups\nalice,\n")
    assert problems("", "users.csv") == []
    assert (
        problems("", "")
        == problems("- name: bob\n", "users.csv")
        == ["users_text and users_file: answer exactly one of them"]
    )
    (tmp_path / "utf16.csv").write_text("name\nalice\n", encoding="utf-16")
    (tmp_path / "wrong.csv").write_text("name,colour\nalice,blue\n")
    (tmp_path / "folder").mkdir()
    for file, said in {
        "absent.csv": "can't be read from the project: No such file",
        "folder": "can't be read from the project",
        "/etc/passwd": "has to begin in the project's folder",
        "a/../../users.csv": "has to begin in the project's folder",
        "utf16.csv": "is not UTF-8 text",
        "wrong.csv": "colour",
    }.items():
        (problem,) = problems("", file)
        assert problem.startswith("users_file: "), problem
        assert said in problem


@pytest.mark.parametrize(
    ("answer", "said"),
    [("90", "whole number"), (True, "whole number"), (0, "is not between"), (9999, "is not between")],
)
def test_numbers_are_whole_and_within_their_limits(answer: t.Any, said: str) -> None:
    (problem,) = survey_problems(SURVEYS["access_report"], good("access_report", access_report_max_key_age=answer))
    assert said in problem


def test_a_file_with_access_gives_the_variables_of_its_role_and_no_others(tmp_path: Path) -> None:
    survey = SURVEYS["identity_center_access"]
    for text, said in {
        "": "is not a dictionary with one of identity_center_access_permission_sets, ",
        "- name: Readers": "is not a dictionary",
        "a: [": "is not YAML",
        "identity_center_access_permission_set: []": "has identity_center_access_permission_set; it may have ",
        "identity_center_access_max_deletions: 5000": "has identity_center_access_max_deletions; it may have ",
        "!!python/name:os.system '':": "is not YAML",
    }.items():
        (tmp_path / "access.yml").write_text(text)
        (problem,) = survey_problems(survey, read(tmp_path, good("identity_center_access")))
        assert problem.startswith("access_file: "), problem
        assert said in problem, problem
    (tmp_path / "access.yml").write_text(ACCESS)
    found = {name: access_variable("access.yml", name) for name in ("permission_sets", "groups", "purge_assignments")}
    assert found == {"permission_sets": [{"name": "Readers"}], "groups": [], "purge_assignments": False}
