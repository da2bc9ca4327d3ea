# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""docs/roles.md: every variables file is taken, and the workflow gets its credentials without any key."""

from __future__ import annotations

import re
import typing as t
from pathlib import Path

import pytest
import yaml
from helpers.modules.cloudhsm_role import PREFIX, all_problems, options

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "roles.md").read_text(encoding="utf-8")
BLOCKS = [
    yaml.load(re.sub(r"^   ", "", text, flags=re.MULTILINE) if indent else text, yaml.BaseLoader)
    for indent, text in re.findall(r"^( *)```yaml\n(.*?)^ *```$", PAGE, re.MULTILINE | re.DOTALL)
]
VARIABLES = [block for block in BLOCKS if "jobs" not in block]
(WORKFLOW,) = (block for block in BLOCKS if "jobs" in block)
SUBJECTS = re.findall(r"^\| (`.*?`) \| (.*) \|$", PAGE, re.MULTILINE)


@pytest.mark.parametrize("variables", VARIABLES, ids=lambda variables: str(variables["cloudhsm_role_name"]))
def test_each_variables_file_is_taken(variables: dict[str, t.Any]) -> None:
    given = {name.removeprefix(PREFIX): value for name, value in variables.items()}
    assert set(given) <= set(options())
    assert all_problems(options(**given)) == []


def test_the_page_has_every_kind_of_trust() -> None:
    kinds = {(variables["cloudhsm_role_trust"], variables.get("cloudhsm_role_oidc_issuer")) for variables in VARIABLES}
    assert kinds == {
        ("ec2", None),
        ("account", None),
        ("service", None),
        ("oidc", "github"),
        ("oidc", "gitlab"),
        ("oidc", "eks"),
    }


@pytest.mark.parametrize(("subjects", "told"), SUBJECTS)
def test_each_subject_is_refused_where_the_page_says_so(subjects: str, told: str) -> None:
    for subject in re.findall(r"`(.+?)`", subjects):
        given = options(trust="oidc", oidc_issuer="github", oidc_subjects=[subject])
        assert bool(all_problems(given)) == told.startswith("refused")


def test_the_workflow_needs_no_secret() -> None:
    assert WORKFLOW["permissions"] == {"contents": "read", "id-token": "write"}
    (job,) = WORKFLOW["jobs"].values()
    (role,) = [step["with"] for step in job["steps"] if "configure-aws-credentials" in step.get("uses", "")]
    made = {
        f"arn:aws:iam::123456789012:role/{variables['cloudhsm_role_name']}": variables["cloudhsm_role_oidc_subjects"]
        for variables in VARIABLES
        if variables.get("cloudhsm_role_oidc_issuer") == "github"
    }
    assert made[role["role-to-assume"]] == [f"repo:octo-org/octo-repo:environment:{job['environment']}"]
    assert "secrets." not in PAGE
    (run,) = [step["run"] for step in job["steps"] if step.get("run", "").startswith("ansible-playbook")]
    assert (ROOT / "playbooks" / f"{run.split()[1].removeprefix('cloudhsm.iam.')}.yml").is_file()
