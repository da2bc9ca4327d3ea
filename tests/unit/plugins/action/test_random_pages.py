# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bootstrap, drift check, access report and teardown agree: with random variables, in random accounts.

All actions and modules are the real ones, amazon.aws's too; moto answers them in this process. What Ansible does around
them, such as templates and extra variables, is for the integration tests.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report import credentials
from helpers.accounts.bootstrapped import CHANGES, OPTIONS, Before, Variables, accounts, values, variables
from helpers.accounts.everything import ACCOUNT
from helpers.modules.bootstrapped_page import Page
from helpers.modules.in_process import actions
from helpers.moto.in_process import account
from hypothesis import HealthCheck, Phase, given, seed, settings

# 200 examples in all, in parts that can run side by side.
PARTS = 4
EXAMPLES = 50
# Of these sets of variables so many may be refused, for reasons that the generator does not know of.
REFUSED = EXAMPLES // 2


def agrees(before: Before, chosen: Variables, changed: Variables, folder: Path) -> str | None:
    """Bootstrap an account, change it and tear it down, with a look from everywhere. Why that is refused, or None."""
    with account() as aws, actions(), pytest.MonkeyPatch.context() as patch:
        # moto's credential report is there as soon as it is asked for again.
        patch.setattr(credentials, "PAUSE", 0.01)
        before.make()
        page = Page(aws, chosen, folder)
        at_first = page.holdings()
        made = page.foretold()
        if made.get("failed"):
            return str(made["msg"])
        page.has_no_difference(before)
        page.change(changed)
        gone = page.foretold(state="absent", more={"bootstrap_teardown_confirm": ACCOUNT})
        if gone.get("failed"):
            assert all("marked as protected" in problem for problem in gone["problems"])
            assert any(user.get("protected") for user in chosen["bootstrap_users"])
        else:
            page.is_as_before(at_first, gone)
    return None


@pytest.mark.parametrize("part", range(PARTS))
def test_all_that_have_a_say_in_the_page_agree(part: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    refused: list[str] = []

    @seed(part)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        # To find a smaller example takes longer than to find one.
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(before=accounts(), chosen=variables(), changed=CHANGES)
    def check(before: Before, chosen: Variables, changed: Variables) -> None:
        why = agrees(before, chosen, changed, tmp_path_factory.mktemp("page"))
        refused.extend([why] if why else [])

    check()
    assert len(refused) <= REFUSED, refused


@pytest.mark.parametrize("name", sorted(OPTIONS))
def test_each_variable_is_among_the_random_ones(name: str) -> None:
    assert values(name) is not None
