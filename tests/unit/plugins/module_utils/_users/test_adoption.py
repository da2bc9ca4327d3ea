# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Users who were there before become this collection's, and nothing else happens to them."""

from __future__ import annotations

from ansible_collections.cloudhsm.iam.plugins.module_utils._users.model import DesiredUser, Options
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.plan import plan_users
from helpers.accounts.simulated_iam import TAG, account_with, carry_out


def test_an_adopted_user_gets_the_ownership_tag_and_nothing_else() -> None:
    wish = DesiredUser("alice", path="/new/", groups=frozenset({"Auditors"}), console_access=True)
    account = account_with("alice", tags={"team": "a"})
    (plan,) = plan_users([wish], account, Options(adopt=True, purge_tags=True, purge_users=True))
    assert [change.describe() for change in plan.changes] == [
        {"user": "alice", "operation": "tag_user", "tags": {TAG: "true"}}
    ]
    assert carry_out(account, plan.changes).users["alice"] == plan.after
    mine = account_with("alice", tags={TAG: "true"})
    switches = Options(adopt=True, purge_users=True)
    assert [plan.changes for plan in plan_users([wish], mine, switches)] == [()]
    # Nobody is deleted, made or brought back by a run that adopts.
    gone, unknown = plan_users([DesiredUser("alice", present=False), DesiredUser("eve")], mine, switches)
    assert gone.changes == unknown.changes == ()
    assert unknown.problems == ("name: the account has no such user to adopt; run without adopt to create it",)
