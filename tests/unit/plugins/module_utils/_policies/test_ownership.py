# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which policies of our names are used: those at the expected path that are ours, and those that somebody said are."""

from __future__ import annotations

import itertools
import typing as t
from dataclasses import replace

import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.ownership import (
    MARK,
    Expected,
    adoption_problem,
    is_mark,
    is_ours,
    kept_notice,
    named,
    new_tags,
)

PATHS = ("/", "/hsm/", "/dev/")
TAGS: tuple[dict[str, str], ...] = (
    {},
    {"team": "keys"},
    {"cloudhsm.iam/managed": "false"},
    MARK,
    {**MARK, "team": "keys"},
    {"cloudhsm.iam/bootstrap": "true"},
    {"cloudhsm.iam/bootstrap-groups": "Administrators HSM"},
)
OURS = TAGS[3:]
HSM = Expected("HSM", "group_policy_name", "group_adopt_policy", path_option="group_path")


def policy(path: str = "/", tags: dict[str, str] | None = None) -> dict[str, t.Any]:
    arn = f"arn:aws:iam::123456789012:policy{path}HSM"
    return {"name": "HSM", "arn": arn, "path": path, "tags": MARK if tags is None else tags}


@pytest.mark.parametrize(
    ("asked", "path", "tags", "adopt"), list(itertools.product((None, *PATHS), PATHS, TAGS, (0, 1)))
)
def test_only_what_is_ours_and_where_it_is_expected_is_used(
    asked: str | None, path: str, tags: dict[str, str], adopt: int
) -> None:
    expected = replace(HSM, path=asked, adopt=bool(adopt))
    found = policy(path, tags)
    used = bool(adopt) or (path == (asked or "/") and tags in OURS)
    problem, notice = adoption_problem(expected, found), kept_notice(expected, found)
    assert (problem is None) == (notice is None) == used
    if problem:
        assert problem.startswith(f"group_policy_name: the policy {found['arn']} exists, but ")
        assert "choose another name" in problem
        assert problem.endswith("set group_adopt_policy: true")
        assert ("its path is" in problem) == (path != (asked or "/"))
        assert ("it has no tag cloudhsm.iam/managed" in problem) == (tags not in OURS)
        # The path is a way out only where nothing but the path is wrong.
        assert (f"set group_path: {path}" in problem) == (path != (asked or "/") and tags in OURS)


def test_a_policy_that_does_not_exist_is_no_problem() -> None:
    assert adoption_problem(HSM, {}) is None
    assert kept_notice(HSM, {}) is None
    assert named("hsm", [policy()]) == policy()
    assert named("HSM2", [policy()]) == {}


def test_own_creation_tags_count_and_none_of_them_do_not() -> None:
    assert is_ours({"team": "keys", "cost": "12"}, {"team": "keys"})
    assert not is_ours({"team": "other"}, {"team": "keys"})
    assert not is_ours({"team": "keys"}, {"team": "keys", "made": "here"})
    assert not is_ours({}, {})
    assert not is_ours({"team": "keys"}, {})


@pytest.mark.parametrize("creation_tags", [{}, {"team": "keys"}, {"cloudhsm.iam/bootstrap-groups": ""}])
def test_what_is_new_is_ours_in_the_next_run_whatever_its_creation_tags(creation_tags: dict[str, str]) -> None:
    tags = new_tags(creation_tags, {"cost": "12"})
    assert is_ours(tags, {})
    assert tags == {**MARK, **creation_tags, "cost": "12"}
    assert {key for key in tags if is_mark(key, creation_tags)} == {*MARK, *creation_tags}
