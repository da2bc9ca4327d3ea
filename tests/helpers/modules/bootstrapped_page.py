# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page with bootstrap's variables in an account in this process, and what every action has to say about it."""

from __future__ import annotations

import copy
import json
import typing as t
from pathlib import Path

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.marks import BOOTSTRAP_GROUPS
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.until import membership_of
from helpers.accounts.bootstrapped import Before, Variables
from helpers.accounts.holdings import Holdings, holdings
from helpers.modules.in_process import run_action
from helpers.moto.in_process import Account

Result = dict[str, t.Any]


class Page:
    """What bootstrap's variables make of an account, seen by every action that has a say in it."""

    def __init__(self, aws: Account, chosen: Variables, folder: Path) -> None:
        self.aws = aws
        self.chosen = {**chosen, "bootstrap_credentials_path": str(folder / "store" / "first.yml")}
        self.report = str(folder / "report")

    def run(self, name: str = "iam_administration", *, check_mode: bool = False, **how: t.Any) -> Result:
        """What an action tells, with the calls that it made in aws."""
        self.aws.calls.clear()
        play = copy.deepcopy({**self.chosen, **how.pop("more", {})})
        return run_action(name, how, play, check_mode=check_mode)

    def foretold(self, **how: t.Any) -> Result:
        """What a run comes to, all of which check mode has told before. A refusal is the same in both."""
        planned = self.run(check_mode=True, **how)
        assert self.aws.writes == []
        done = self.run(**how)
        if planned.get("failed"):
            assert (done["problems"], self.aws.writes) == (planned["problems"], [])
            return done
        assert not done.get("failed"), done["msg"]
        assert foreseeable(done) == foreseeable(planned)
        assert bool(self.aws.writes) == done["changed"]
        self.is_as_told(done)
        return done

    def is_as_told(self, done: Result) -> None:
        """The differences that were shown are those of the account."""
        now = self.holdings()
        for step in done["diff"]:
            kind, _space, _name = step["after_header"].rpartition(" ")
            if step["after_header"] == "users":
                told = {("user", name): user for name, user in step["after"].items()}
            elif step["after"] and kind in ("iam_group", "iam_managed_policy"):
                told = {(kind.rpartition("_")[2], step["after"]["name"]): step["after"]}
                # The users' part adds members later on.
                told = {key: {k: v for k, v in each.items() if k != "members"} for key, each in told.items()}
            else:
                continue
            for key, each in told.items():
                real = now[key]
                assert {field: real[field] for field in each if field in real} == {
                    field: value for field, value in each.items() if field in real
                }

    def change(self, changed: Variables) -> None:
        """Bootstrap again with other variables. A second run then finds nothing to do."""
        usual, self.chosen = self.chosen, {**self.chosen, **changed}
        if self.foretold().get("failed"):
            # These do not go together with the others.
            self.chosen = usual
            return
        again = self.run()
        assert (again["changed"], self.aws.writes) == (False, [])

    def holdings(self) -> Holdings:
        return holdings(self.aws.boundaries)

    def has_no_difference(self, before: Before) -> None:
        """A second run, the drift check and the report find nothing to do, but for rights that others gave."""
        again = self.run()
        assert (again["changed"], self.aws.writes) == (False, [])
        drift = self.run(check_mode=True, provisioned_users=True)
        assert drift["differences"] == []
        options: dict[str, t.Any] = {
            "role_variables": True,
            "formats": ["json"],
            "return_report": True,
            "folder": self.report,
        }
        report = self.run("iam_access_report", **options)["report"]
        theirs = {(name, policy) for name, policies in before.groups.items() for policy in policies}
        changes = [(each["name"], change) for each in report["drift"] for change in each["changes"]]
        assert [
            (name, change)
            for name, change in changes
            if change["operation"] != "detach_group_policy" or (name, change["policy"]) not in theirs
        ] == []

    def is_as_before(self, before: Holdings, gone: Result) -> None:
        """Nothing is left that was made, and nothing is gone that was not."""
        now, told = self.holdings(), " ".join(gone["lines"])
        left = now.keys() - before.keys()
        # Whoever was there before bootstrap, and is in a group of its, keeps the group and its policies.
        used = {name for kind, name in left if kind == "group" and now["group", name]["members"]}
        policies = {arn for name in used for arn in now["group", name]["managed_policies"]}
        # Its tag has the record of the groups that a later teardown may delete.
        policies |= {now[key]["arn"] for key in left if used and BOOTSTRAP_GROUPS in now[key].get("tags", {})}
        described = "service_linked_role_description" in self.chosen
        for kind, name in left:
            in_use = name in used if kind == "group" else now[kind, name]["arn"] in policies
            # A temporary membership of somebody who was there before ends by itself.
            membership = membership_of(now[kind, name]["arn"])
            in_use |= bool(membership and ("user", membership.user) in before)
            # Nothing but its description tells who made a service-linked role.
            assert in_use or (kind == "role" and described), (kind, name, told)
        assert all(f"{name} (has other members or policies)" in told for name in used)
        absent = {("user", user["name"]) for user in self.chosen["bootstrap_users"] if user.get("state") == "absent"}
        assert before.keys() - now.keys() == absent & before.keys()
        for key in before.keys() & now.keys():
            before[key].pop("members", None)
            now[key].pop("members", None)
        named = json.dumps(self.chosen) + "Administrator Administrators CloudHSMAdministrators"
        strangers = [key for key in before if key[1] not in named and not (key[0] == "role" and described)]
        assert {key: now[key] for key in strangers} == {key: before[key] for key in strangers}


def foreseeable(result: Result) -> Result:
    """What check mode and a run say alike: all but what AWS only gives to a role that exists."""
    told = copy.deepcopy({name: result[name] for name in ("changed", "facts", "diff")})
    roles = [told["facts"].get("service_linked_role_result", {}).get("role")]
    roles += [step["after"] for step in told["diff"] if step["after_header"] == "service_linked_role"]
    for role in filter(None, roles):
        for name in ("name", "arn", "role_id", "create_date"):
            role.pop(name, None)
    return told
