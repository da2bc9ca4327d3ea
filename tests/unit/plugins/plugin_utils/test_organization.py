# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import re
import typing as t

import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.organization import (
    Account,
    Unit,
    UnknownStateError,
    UnknownUnitError,
    failure_sentence,
    ids_down_to,
    parents_of,
    read_accounts,
    read_management_account,
    read_units,
    units_in_scope,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.organization_names import (
    group_name,
    host_names,
    unit_groups,
)
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._organization import (
    Filters,
    find_accounts,
    host_variables,
    left_out_sentence,
    tag_groups,
    unmatched_sentence,
)
from botocore.exceptions import ClientError
from helpers.documents.case_files import case_bytes
from helpers.modules.scripted import Answer, Stubbed
from hypothesis import given
from hypothesis import strategies as st

ROOT = Unit("r-ab12", "/")
WORKLOADS = Unit("ou-ab12-11111111", "/Workloads", ROOT.id)
PRODUCTION = Unit("ou-ab12-22222222", "/Workloads/Production", WORKLOADS.id)
ELSEWHERE = Unit("ou-ab12-33333333", "/Workloads2", ROOT.id)
UNITS = [ROOT, WORKLOADS, ELSEWHERE, PRODUCTION]


def aws_account(number: int, name: str, **more: str) -> Answer:
    """An account as AWS's answers have it."""
    account_id = str(number) * 12
    arn = f"arn:aws:organizations::111111111111:account/o-example/{account_id}"
    return {"Id": account_id, "Arn": arn, "Name": name, "Email": f"{name}@example.com", "Status": "ACTIVE", **more}


def account(number: int, name: str, **more: t.Any) -> Account:
    aws = aws_account(number, name)
    fields: dict[str, t.Any] = {"status": "ACTIVE", "unit_id": ROOT.id, "ou_path": "/", **more}
    return Account(id=aws["Id"], arn=aws["Arn"], name=name, email=aws["Email"], **fields)


def scripted_units(organizations: Stubbed, children: dict[Unit, list[Unit]]) -> None:
    """The calls of a walk, parents first."""
    organizations.answers("list_roots", {"Roots": [{"Id": ROOT.id, "Name": "Root"}]})
    for parent, units in children.items():
        answer = [{"Id": unit.id, "Name": unit.path.rsplit("/", 1)[1]} for unit in units]
        organizations.answers(
            "list_organizational_units_for_parent", {"OrganizationalUnits": answer}, ParentId=parent.id
        )


def small_organization(organizations: Stubbed) -> None:
    scripted_units(organizations, {ROOT: [WORKLOADS], WORKLOADS: [PRODUCTION], PRODUCTION: []})


def lists_accounts(organizations: Stubbed, unit: Unit, *accounts: Answer) -> None:
    organizations.answers("list_accounts_for_parent", {"Accounts": list(accounts)}, ParentId=unit.id)


def test_the_management_account_is_read(organizations: Stubbed) -> None:
    organizations.answers("describe_organization", {"Organization": {"MasterAccountId": "1" * 12}})
    assert read_management_account(organizations.client) == "1" * 12


def test_units_are_walked_from_the_root_through_all_pages(organizations: Stubbed) -> None:
    organizations.answers("list_roots", {"Roots": [{"Id": ROOT.id, "Name": "Root"}]})
    operation = "list_organizational_units_for_parent"
    first = {"OrganizationalUnits": [{"Id": WORKLOADS.id, "Name": "Workloads"}], "NextToken": "more"}
    organizations.answers(operation, first, ParentId=ROOT.id)
    second = {"OrganizationalUnits": [{"Id": ELSEWHERE.id, "Name": "Workloads2"}]}
    organizations.answers(operation, second, ParentId=ROOT.id, NextToken="more")
    third = {"OrganizationalUnits": [{"Id": PRODUCTION.id, "Name": "Production"}]}
    organizations.answers(operation, third, ParentId=WORKLOADS.id)
    for unit in (ELSEWHERE, PRODUCTION):
        organizations.answers(operation, {"OrganizationalUnits": []}, ParentId=unit.id)
    assert read_units(organizations.client) == UNITS


def test_accounts_are_read_through_all_pages_and_sorted_by_name(organizations: Stubbed) -> None:
    operation = "list_accounts_for_parent"
    first = {"Accounts": [aws_account(2, "shop")], "NextToken": "more"}
    organizations.answers(operation, first, ParentId=ROOT.id)
    organizations.answers(operation, {"Accounts": [aws_account(3, "bank")]}, ParentId=ROOT.id, NextToken="more")
    lists_accounts(organizations, WORKLOADS, aws_account(3, "bank"))
    accounts = read_accounts(organizations.client, [ROOT, WORKLOADS])
    assert [(a.name, a.ou_path) for a in accounts] == [("bank", "/Workloads"), ("shop", "/")]


@pytest.mark.parametrize(
    ("more", "status"), [({}, "ACTIVE"), ({"Status": "SUSPENDED"}, "SUSPENDED"), ({"State": "CLOSED"}, "CLOSED")]
)
def test_the_state_counts_where_there_is_one(organizations: Stubbed, more: dict[str, str], status: str) -> None:
    lists_accounts(organizations, ROOT, aws_account(2, "shop", **more))
    assert [a.status for a in read_accounts(organizations.client, [ROOT])] == [status]


def test_a_state_that_botocore_does_not_know_is_no_guess(organizations: Stubbed) -> None:
    stateless = {key: value for key, value in aws_account(2, "shop").items() if key != "Status"}
    lists_accounts(organizations, ROOT, stateless)
    with pytest.raises(UnknownStateError, match="The state of the account 222222222222 can't be read"):
        read_accounts(organizations.client, [ROOT])


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ([], UNITS),
        (["/"], UNITS),
        (["/Workloads"], [WORKLOADS, PRODUCTION]),
        ([WORKLOADS.id], [WORKLOADS, PRODUCTION]),
        (["/Workloads/Production", "/Workloads2"], [ELSEWHERE, PRODUCTION]),
    ],
)
def test_a_unit_stands_for_all_under_it(wanted: list[str], found: list[Unit]) -> None:
    assert units_in_scope(UNITS, wanted) == found


def test_units_that_are_not_there_are_named() -> None:
    with pytest.raises(UnknownUnitError, match=r"organizational_units: the organization has no unit /Work, ou-1"):
        units_in_scope(UNITS, ["/Work", "/Workloads", "ou-1"])


def test_only_accounts_that_pass_the_cheap_filters_are_asked_for_tags(organizations: Stubbed) -> None:
    small_organization(organizations)
    lists_accounts(organizations, WORKLOADS, aws_account(2, "shop"), aws_account(3, "bank"))
    lists_accounts(organizations, PRODUCTION, aws_account(4, "shop-2"), aws_account(5, "shop-3", State="SUSPENDED"))
    for number, stage in ((2, "test"), (4, "live"), (5, "live")):
        first = {"Tags": [{"Key": "team", "Value": "a"}], "NextToken": "more"}
        organizations.answers("list_tags_for_resource", first, ResourceId=str(number) * 12)
        second = {"Tags": [{"Key": "stage", "Value": stage}]}
        organizations.answers("list_tags_for_resource", second, ResourceId=str(number) * 12, NextToken="more")
    filters = Filters(
        statuses=["ACTIVE"], units=["/Workloads"], tags={"stage": ["live", "beta"]}, names=["shop*", "Shop?"]
    )
    found = find_accounts(organizations.client, filters, read_tags=True)
    assert [(a.name, dict(a.tags)) for a in found.accounts] == [("shop-2", {"team": "a", "stage": "live"})]
    assert [a.name for a in found.left_out] == ["shop-3"]
    assert found.unmatched == ["Shop?"]
    assert unmatched_sentence(found.unmatched) == "names: no account has a name like Shop?; upper and lower case count"
    assert left_out_sentence(found.left_out) == (
        "Left out of the inventory because of their status: shop-3 (555555555555, SUSPENDED); "
        "the option statuses would let them in"
    )


def test_no_tag_is_read_where_none_is_needed_and_no_status_keeps_out_where_none_is_named(
    organizations: Stubbed,
) -> None:
    scripted_units(organizations, {ROOT: []})
    lists_accounts(organizations, ROOT, aws_account(2, "shop", State="SUSPENDED"))
    found = find_accounts(organizations.client, Filters(), read_tags=False)
    assert ([a.name for a in found.accounts], found.left_out, found.units) == (["shop"], [], [ROOT])


def test_a_path_that_two_units_have_is_refused_and_their_ids_are_not() -> None:
    # One unit called CI/CD, and one called CD in a unit called CI.
    slash, above = Unit("ou-ab12-44444444", "/CI/CD", ROOT.id), Unit("ou-ab12-55555555", "/CI", ROOT.id)
    below = Unit("ou-ab12-66666666", "/CI/CD", above.id)
    units = [ROOT, slash, above, below]
    with pytest.raises(UnknownUnitError, match=rf"the path /CI/CD is that of {slash.id} and {below.id}; give the id"):
        units_in_scope(units, ["/CI/CD"])
    assert units_in_scope(units, [slash.id]) == [slash]
    assert units_in_scope(units, ["/CI"]) == [above, below]
    assert len(set(unit_groups(units).values())) == 4


def test_host_names_are_safe_and_unique() -> None:
    accounts = [account(1, "Shop & Bank: live"), account(2, "twin"), account(3, "Twin"), account(4, "!!")]
    assert list(host_names(accounts).values()) == [
        "Shop-Bank-live",
        "twin-222222222222",
        "Twin-333333333333",
        "444444444444",
    ]


def test_a_name_that_another_account_is_called_after_is_not_used_twice() -> None:
    listed = case_bytes("org-host-name-collision", "README").decode()
    accounts = [account(int(number), name) for name, number in re.findall(r"([\w-]+) \((\d)\d{11}\)", listed)]
    assert list(host_names(accounts).values()) == [
        "dev-111111111111",
        "dev-222222222222",
        "dev-111111111111-333333333333",
    ]


@pytest.mark.parametrize(
    "name", ["localhost", "LOCALHOST", "127.0.0.1", "all", "All", "ungrouped", "organization", "ou_Workloads"]
)
def test_what_ansible_means_something_else_by_is_no_host(name: str) -> None:
    assert host_names([account(2, name)], ["ou_Workloads"]) == {"2" * 12: f"{name}-222222222222"}


# Names that clash once they are made safe, and those that look like a name with an id.
NAMES = st.one_of(
    st.text(min_size=1, max_size=8),
    st.sampled_from(["a", "A", "a b", "a-b", "localhost", "organization", *(f"a-{str(n) * 12}" for n in range(1, 4))]),
)


@given(st.lists(NAMES, max_size=9))
def test_any_names_become_as_many_hosts_without_what_patterns_are_made_of(names: list[str]) -> None:
    accounts = [account(number + 1, name) for number, name in enumerate(names)]
    hosts = list(host_names(accounts, ["organization"]).values())
    assert len({host.lower() for host in hosts}) == len(names)
    assert not [host for host in hosts if not host or set(host) & set(" ,:&!*?[]~@{}")]
    assert not {"localhost", "all", "organization"}.intersection(hosts)


def test_groups_of_units_tell_apart_what_would_look_the_same() -> None:
    above = Unit("ou-3", "/a", ROOT.id)
    twins = [Unit("ou-1", "/a/b", above.id), Unit("ou-2", "/a_b", ROOT.id), above, Unit("ou-4", "/a_b/ou_1", "ou-2")]
    assert unit_groups([ROOT, *twins]) == {
        "r-ab12": "organization",
        "ou-1": "ou_a_b_ou_1",
        "ou-2": "ou_a_b_ou_2",
        "ou-3": "ou_a",
        "ou-4": "ou_a_b_ou_1_ou_4",
    }


def test_the_way_down_to_a_unit() -> None:
    parents = parents_of(UNITS)
    assert ids_down_to(ROOT.id, parents) == [ROOT.id]
    assert ids_down_to(PRODUCTION.id, parents) == [ROOT.id, WORKLOADS.id, PRODUCTION.id]


def test_groups_of_tags() -> None:
    tagged = account(2, "shop", tags={"cost-center": "4 000", "empty": ""})
    assert list(tag_groups([tagged]).values()) == ["tag_cost_center_4_000", "tag_empty"]
    assert group_name("a-b.c") == "a_b_c"


TAG_TEXT = st.text(alphabet="ab_-.", max_size=3)


@given(st.lists(st.dictionaries(TAG_TEXT.filter(bool), TAG_TEXT, max_size=3), max_size=4))
def test_different_tags_are_never_one_group(tags: list[dict[str, str]]) -> None:
    accounts = [account(number, "shop", tags=each) for number, each in enumerate(tags, 1)]
    groups = tag_groups(accounts)
    assert set(groups) == {tag for each in tags for tag in each.items()}
    assert len(set(groups.values())) == len(groups)
    assert all(group_name(group) == group for group in groups.values())


def test_variables_of_a_member_name_the_role() -> None:
    variables = host_variables(account(2, "shop", tags={"a": "b"}), False, "/security/Admin")
    assert variables["account_role_arn"] == "arn:aws:iam::222222222222:role/security/Admin"
    assert variables["account_tags"] == {"a": "b"}
    assert not variables["account_is_management"]


def test_the_management_account_has_no_role_and_partitions_count() -> None:
    assert "account_role_arn" not in host_variables(account(2, "shop"), True, "Admin")
    china = Account(**{**account(2, "shop").as_dict(), "arn": "arn:aws-cn:organizations::1:account/o-1/2"})
    assert host_variables(china, False, "Admin")["account_role_arn"] == "arn:aws-cn:iam::222222222222:role/Admin"


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("AWSOrganizationsNotInUseException", "the account of these credentials is in none; use credentials of an"),
        ("AccessDeniedException", "only the management account and delegated administrators do this"),
        ("TooManyRequestsException", "AWS is throttling these calls"),
    ],
)
def test_failures_are_one_sentence(code: str, words: str) -> None:
    said = failure_sentence(ClientError({"Error": {"Code": code, "Message": "no"}}, "ListRoots"))
    assert words in said
    assert said.startswith("Could not read the organization: ")
    assert "\n" not in said
