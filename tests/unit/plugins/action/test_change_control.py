# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A plan is written, and exactly that plan is applied: whatever else changes, and wherever the run is killed."""

from __future__ import annotations

import copy
import json
import random
import typing as t
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest import mock

import jsonschema
import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.marks import ROTATION, SUSPENDED
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._change_control import ChangeControl
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._plan_files import MARK
from helpers.accounts import reviewed
from helpers.accounts.holdings import Holdings, holdings
from helpers.accounts.reviewed import CANARY, Run
from helpers.modules.in_process import Result, actions, run_action
from helpers.moto.in_process import Account, account
from helpers.moto.kills import KilledError, killed_at

# Almost 400 in all: so many accounts for each run that others can interfere with, with so many mutations each.
ACCOUNTS, MUTATIONS = 5, 7
# Tags with identifiers.
NOTES = (f"{SUSPENDED}-", ROTATION)
SCHEMA = json.loads((Path(__file__).parents[4] / "docs/plan_file.schema.json").read_text())
RUNS = reviewed.RUNS


class Reviewed:
    """A run under change control, in an account in this process."""

    def __init__(self, aws: Account, folder: Path, name: str) -> None:
        folder.chmod(0o700)
        self.aws = aws
        self.plan = folder / "plan.json"
        self.what: Run = reviewed.run_called(name, folder)
        reviewed.prepare()
        self.what.make(self.what.variables)
        if self.what.before:
            before = self.what.before
            made = run_action(before.action, before.options, copy.deepcopy(before.variables))
            assert made.get("changed"), made

    def run(self, *, check_mode: bool = False, **more: t.Any) -> Result:
        """What the action tells, with what it called in aws."""
        self.aws.calls.clear()
        play = copy.deepcopy({**self.what.variables, **more})
        return run_action(self.what.action, self.what.options, play, check_mode=check_mode)

    def write(self, **more: t.Any) -> Result:
        told = self.run(check_mode=True, plan_file=str(self.plan), **more)
        assert not told.get("failed"), told["msg"]
        assert self.aws.writes == []
        jsonschema.validate(json.loads(self.plan.read_text()), SCHEMA)
        return told

    def apply(self, **more: t.Any) -> Result:
        return self.run(apply_plan_file=str(self.plan), **more)

    def refused(self, **more: t.Any) -> str:
        """Why the plan is not applied. Check mode refuses it in the same words, and nothing is written."""
        told = self.apply(**more)
        assert told.get("failed"), told["lines"]
        assert self.aws.writes == []
        foretold = self.apply(check_mode=True, **more)
        assert foretold["msg"] == told["msg"]
        return str(told["msg"])

    def holdings(self) -> t.Any:
        """All that there is, without identifiers."""
        return self.what.held() if self.what.held else without_keys(holdings(self.aws.boundaries))


@pytest.fixture
def begin(tmp_path: Path) -> Iterator[Callable[[str], Reviewed]]:
    """Makes an account, with the run of that name."""
    with account() as aws, actions():
        yield lambda name: Reviewed(aws, tmp_path, name)


@pytest.mark.parametrize("name", RUNS)
def test_a_plan_is_applied_once(begin: Callable[[str], Reviewed], name: str) -> None:
    case = begin(name)
    planned = case.write()
    assert case.plan.stat().st_mode & 0o777 == 0o600
    still = case.run(check_mode=True, apply_plan_file=str(case.plan))
    assert f"The plan in {case.plan} still applies" in still["lines"]
    assert still["plan"]["digest"] == planned["plan"]["digest"]
    done = case.apply(approved_plan_digest=planned["plan"]["digest"], plan_max_age="8h")
    assert (done["changed"], bool(case.aws.writes)) == (True, True), done.get("msg")
    assert json.loads((case.plan.parent / f"plan.json{MARK}").read_text())["state"] == "finished"
    if case.what.always:
        assert "the plan was applied at" in case.refused()
        return
    if case.what.kind == "offboard_users":
        # Who is gone is missing from now on.
        case.what.variables["user_offboarding_missing"] = "ignore"
    again = case.apply()
    assert (again["changed"], case.aws.writes) == (False, []), again.get("msg")


@pytest.mark.parametrize("name", ["provisioning", "bootstrap"])
def test_no_password_is_in_a_plan_nor_counts(begin: Callable[[str], Reviewed], name: str) -> None:
    case = begin(name)
    first = case.write()
    assert CANARY not in case.plan.read_text()
    told = json.dumps(case.what.variables)
    case.what.variables.update(json.loads(told.replace(CANARY, "Another-8-password")))
    assert case.write()["plan"]["digest"] == first["plan"]["digest"]


def test_a_password_more_is_another_plan(begin: Callable[[str], Reviewed]) -> None:
    case = begin("provisioning")
    case.write()
    del case.what.variables["user_provisioning_users"][0]["password"]
    case.what.variables["user_provisioning_credentials_path"] = str(case.plan.parent / "s" / "first.yml")
    case.what.variables["user_provisioning_credentials_store"] = "file"
    assert "variables: user_provisioning_users (alice) has changed" in case.refused()


@pytest.mark.parametrize("name", RUNS[:-1])
@pytest.mark.parametrize("part", range(ACCOUNTS))
def test_whatever_changes_between_plan_and_apply_stops_the_run(tmp_path: Path, name: str, part: int) -> None:
    choice = random.Random(f"{name} {part}")
    with account() as aws, actions():
        case = Reviewed(aws, tmp_path, name)
        for number in range(MUTATIONS):
            planned = case.run(check_mode=True, plan_file=str(case.plan))
            if planned.get("failed"):
                # Others were quicker to create what the plan creates.
                assert number > 0
                break
            mutation = reviewed.mutation(case.what, choice, number)
            mutation.do()
            told = case.apply()
            assert told.get("failed"), (mutation, told["lines"])
            assert case.aws.writes == []
            assert mutation.title in told["msg"] or mutation.title.split()[1] in told["msg"], (mutation, told["msg"])


@pytest.mark.parametrize(
    ("name", "variables", "said"),
    [
        ("provisioning", {"user_provisioning_purge_groups": True}, "variables: user_provisioning_purge_groups has"),
        ("purging", {"user_provisioning_purge_tags": False}, "variables: user_provisioning_purge_tags has changed"),
        ("offboarding", {"user_offboarding_users": ["bob"]}, "variables: user_offboarding_users has changed"),
        ("bootstrap", {"bootstrap_users": []}, "variables: bootstrap_users (erin) was removed"),
        ("bootstrap", {"cloudhsm_group_tags": {"a": "b"}}, "variables: cloudhsm_group_tags has changed"),
        ("group", {"admin_group_aws_managed_policies": ["ReadOnlyAccess"]}, "variables: admin_group_aws_managed"),
        (
            "group",
            {"admin_group_name": "Readers"},
            "is a plan for admin_group HSM, and this run is admin_group Readers",
        ),
    ],
)
def test_other_variables_are_named(
    begin: Callable[[str], Reviewed], name: str, variables: dict[str, t.Any], said: str
) -> None:
    case = begin(name)
    case.write()
    assert said in case.refused(**variables)


def undisturbed(folder: Path, name: str) -> tuple[t.Any, int]:
    """What a run comes to, and how many writes it makes."""
    with account() as aws, actions():
        case = Reviewed(aws, folder, name)
        case.write()
        done = case.apply()
        assert done["changed"], done
        writes = len(aws.writes)
        return case.holdings(), writes


def without_keys(held: Holdings) -> Holdings:
    """Without identifiers, which each account makes up anew, also where a suspension has noted them."""
    return {
        key: {
            **{name: value for name, value in each.items() if name != "credentials"},
            "tags": {tag: value for tag, value in each.get("tags", {}).items() if not tag.startswith(NOTES)},
        }
        for key, each in held.items()
    }


@pytest.mark.parametrize("name", RUNS)
def test_a_run_killed_anywhere_is_finished_by_the_same_plan(
    name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    end, writes = undisturbed(tmp_path_factory.mktemp("whole"), name)
    # Some six moments, the last of them when all is written and not yet noted.
    for number in sorted({*range(1, writes + 1, 1 + writes // 6), writes}):
        with account() as aws, actions():
            case = Reviewed(aws, tmp_path_factory.mktemp("killed"), name)
            case.write()
            unnoted = mock.patch.object(ChangeControl, "finish", side_effect=KilledError)
            with killed_at(number, after=number % 3 > 0), unnoted, pytest.raises(KilledError):
                case.apply()
            rest = case.apply()
            assert not rest.get("failed"), (number, rest["msg"])
            assert case.holdings() == end, number
            if case.what.always:
                assert "the plan was applied at" in case.refused()
                continue
            if case.what.kind == "offboard_users":
                case.what.variables["user_offboarding_missing"] = "ignore"
            again = case.apply()
            assert (again["changed"], aws.writes) == (False, []), (number, again.get("msg"))
