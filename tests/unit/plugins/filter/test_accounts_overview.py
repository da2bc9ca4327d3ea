# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The table at the end of a run over many accounts."""

from __future__ import annotations

import typing as t

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.cloudhsm.iam.plugins.filter.accounts_overview import accounts_overview
from hypothesis import given
from hypothesis import strategies as st

COUNT = "7 to create, 0 to change, 0 to delete, 0 unchanged"


def done(number: str, changed: bool, line: str = f"Plan: {COUNT}") -> dict[str, t.Any]:
    return {"__bootstrap_done": {"changed": changed, "account": {"account_id": number}, "lines": ["+ user x", line]}}


def test_accounts_are_lines_and_failures_come_last() -> None:
    hosts = {
        "shop": {"account_id": "1" * 12, "__bootstrap_organization_failure": "No\naccess"},
        "sandbox": done("2" * 12, True),
        "audit-log": done("3" * 12, False),
    }
    assert accounts_overview(hosts, True) == [
        f"sandbox    222222222222  to change  {COUNT}",
        f"audit-log  333333333333  unchanged  {COUNT}",
        "shop       111111111111  failed     No access",
        "3 accounts: 1 to change, 1 unchanged, 1 failed (shop)",
    ]


def test_a_run_says_what_it_changed() -> None:
    assert accounts_overview({"a": done("2" * 12, True, "Done: 1 created")}) == [
        "a  222222222222  changed  1 created",
        "1 account: 1 changed, 0 unchanged, 0 failed",
    ]


def test_what_is_no_dictionary_is_refused() -> None:
    with pytest.raises(AnsibleFilterError, match="needs the variables of the hosts"):
        accounts_overview(["a"])


VARIABLES = st.fixed_dictionaries(
    {},
    optional={
        "account_id": st.text(max_size=12),
        "__bootstrap_organization_failure": st.text(max_size=200),
        "__bootstrap_done": st.none()
        | st.fixed_dictionaries(
            {"changed": st.booleans()}, optional={"failed": st.booleans(), "lines": st.lists(st.text())}
        ),
    },
)


@given(st.dictionaries(st.text(min_size=1, max_size=9), VARIABLES, max_size=9), st.booleans())
def test_any_accounts_are_a_line_each_and_all_are_counted(hosts: dict[str, t.Any], check_mode: bool) -> None:
    *lines, total = accounts_overview(hosts, check_mode)
    assert len(lines) == len(hosts)
    assert all(line.isprintable() for line in [*lines, total])
    failed = sum("failed" in line.split("  ") or "  failed" in line for line in lines)
    assert failed >= int(total.split(" unchanged, ")[1].split(" ")[0])
    assert total.startswith(f"{len(hosts)} account")
