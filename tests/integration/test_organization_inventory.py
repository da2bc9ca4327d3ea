# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The inventory plugin as ansible-inventory shows it."""

from __future__ import annotations

import json
import re
import typing as t
from pathlib import Path

import permissions
import pytest
from ansible_collections.cloudhsm.iam.plugins.inventory import organization_accounts
from helpers.accounts.organization import MANAGEMENT, Member, make_account, make_organization
from helpers.documents.case_files import case_bytes
from helpers.moto.clients import iam_client, organizations_client
from helpers.moto.enforcing_moto import enforce
from helpers.processes.control_node import ControlNode, Run

MEMBERS = [
    Member("shop live", "/Workloads/Production", {"stage": "live"}),
    Member("shop test", "/Workloads", {"stage": "test"}),
    Member("sandbox"),
]
GRAPH = """\
@all:
  |--@ungrouped:
  |--@organization:
  |  |--@ou_Workloads:
  |  |  |--@ou_Workloads_Production:
  |  |  |  |--shop-live
  |  |  |--shop-test
  |  |--master
  |  |--sandbox
  |--@tag_stage_live:
  |  |--shop-live
  |--@tag_stage_test:
  |  |--shop-test
"""


@pytest.fixture
def ids(node: ControlNode, moto: str) -> dict[str, str]:
    """Ids of the organization's member accounts, by name."""
    return make_organization(moto, MEMBERS)


def configure(node: ControlNode, **options: t.Any) -> None:
    """Write org.yml. JSON is YAML too."""
    configuration = {"plugin": "cloudhsm.iam.organization_accounts", **options}
    (node.folder / "org.yml").write_text(json.dumps(configuration))


def show(node: ControlNode, *args: str) -> tuple[Run, dict[str, t.Any]]:
    """What ansible-inventory lists."""
    kept = node.folder / "list.json"
    run = node.run("ansible-inventory", "-i", "org.yml", "--list", "--output", str(kept), *args)
    return run, json.loads(kept.read_text())


def plain(value: t.Any) -> t.Any:
    """Text that came from AWS is marked so that nobody takes it for a template. Here it is text."""
    if isinstance(value, dict):
        if "__ansible_unsafe" in value:
            return value["__ansible_unsafe"]
        return {key: plain(part) for key, part in value.items()}
    return value


def hosts(listed: dict[str, t.Any]) -> dict[str, t.Any]:
    return t.cast("dict[str, t.Any]", plain(listed["_meta"]["hostvars"]))


def test_accounts_are_hosts_in_groups(node: ControlNode, ids: dict[str, str]) -> None:
    configure(node, compose={"stage": "account_tags.stage | default('none')"}, assume_role_name="Admin")
    graph = node.run("ansible-inventory", "-i", "org.yml", "--graph")
    assert (graph.status, graph.output) == (0, GRAPH)
    _run, listed = show(node)
    live = hosts(listed)["shop-live"]
    unit = live.pop("account_ou_id")
    assert unit.startswith("ou-")
    assert live == {
        "account_arn": live["account_arn"],
        "account_email": "shop.live@example.com",
        "account_id": ids["shop live"],
        "account_is_management": False,
        "account_name": "shop live",
        "account_ou_path": "/Workloads/Production",
        "account_role_arn": f"arn:aws:iam::{ids['shop live']}:role/Admin",
        "account_status": "ACTIVE",
        "account_tags": {"stage": "live"},
        "ansible_connection": "local",
        "ansible_pipelining": True,
        "ansible_python_interpreter": "{{ ansible_playbook_python }}",
        "stage": "live",
    }
    management = hosts(listed)["master"]
    assert management["account_is_management"]
    assert management["account_id"] == MANAGEMENT
    assert "account_role_arn" not in management


def make_units(moto: str, parent: str, units: dict[str, t.Any]) -> dict[str, str]:
    """Make units out of a case, with the accounts in them. Returns the units' ids by the names of their accounts."""
    client = organizations_client(moto)
    found: dict[str, str] = {}
    for name, content in units.get("ous", {}).items():
        made = client.create_organizational_unit(ParentId=parent, Name=name)["OrganizationalUnit"]["Id"]
        found |= make_units(moto, made, content)
        for account in content.get("accounts", []):
            account_id = make_account(organizations_client(moto), Member(account))
            root = client.list_roots()["Roots"][0]["Id"]
            client.move_account(AccountId=account_id, SourceParentId=root, DestinationParentId=made)
            found[account] = made
    return found


@pytest.mark.parametrize(
    ("file", "groups"),
    [
        ("org.json", {"build": "ou_CI_CD", "w1": "ou_Workloads"}),
        ("org-ambiguous.json", {"child-of-CI": "ou_CI_CD_{}", "other-unit": "ou_CI_CD_{}"}),
    ],
)
def test_units_whose_names_have_slashes_are_units_of_their_own(
    node: ControlNode, moto: str, file: str, groups: dict[str, str]
) -> None:
    make_organization(moto, [])
    root = organizations_client(moto).list_roots()["Roots"][0]["Id"]
    ids = make_units(moto, root, json.loads(case_bytes("ou-name-with-slash", file)))
    configure(node)
    run, listed = show(node)
    assert set(hosts(listed)) == {"master", *groups}, run.output
    for host, group in groups.items():
        assert listed[group.format(ids[host].replace("-", "_"))]["hosts"] == [host]


def test_accounts_whose_names_mean_something_else_stay_hosts_of_their_own(node: ControlNode, moto: str) -> None:
    names = json.loads(case_bytes("org-host-localhost", "org.json"))["accounts"]
    members = [Member(name) for name in (*names, "all", "organization", "dev", "dev", "tag_a_b")]
    make_organization(moto, [*members, Member("tagged", tags={"a-b": "", "a": "b"})])
    configure(node)
    run, listed = show(node)
    found = {host: variables["account_id"] for host, variables in hosts(listed).items()}
    assert set(found) & {"localhost", "all", "organization", "dev", "tag_a_b"} == {"tag_a_b"}, run.output
    assert all(host.endswith(f"-{found[host]}") for host in set(found) - {"master", "tagged", "tag_a_b"})
    assert len(set(found.values())) == len(members) + 2
    tag_groups = [group for group in listed if group.startswith("tag_")]
    assert len(tag_groups) == 2
    assert all(re.fullmatch("tag_a_b_[0-9a-f]{12}", group) for group in tag_groups)
    configure(node, host_names="id")
    assert {host: variables["account_id"] for host, variables in hosts(show(node)[1]).items()} == {
        account_id: account_id for account_id in found.values()
    }


def test_filters_keep_out_and_a_suspended_account_is_named(node: ControlNode, ids: dict[str, str], moto: str) -> None:
    configure(node, organizational_units=["/Workloads"], tags={"stage": ["live", "beta"]})
    assert list(hosts(show(node)[1])) == ["shop-live"]
    configure(node, names=["s*"], keyed_groups=[{"key": "account_ou_path", "prefix": "path"}], read_tags=False)
    organizations_client(moto).close_account(AccountId=ids["sandbox"])
    run, listed = show(node)
    assert list(hosts(listed)) == ["shop-live", "shop-test"]
    assert hosts(listed)["shop-live"]["account_tags"] == {}
    assert listed["path__Workloads"] == {"hosts": ["shop-test"]}
    words = f"Left out of the inventory because of their status: sandbox ({ids['sandbox']}, SUSPENDED)"
    assert words in " ".join(run.output.split())


def test_a_cache_is_read_until_it_is_flushed(node: ControlNode, ids: dict[str, str], moto: str) -> None:
    folder = str(node.folder / "cache")
    cached = {"cache": True, "cache_plugin": "ansible.builtin.jsonfile", "cache_connection": folder}
    configure(node, **cached)
    assert len(hosts(show(node)[1])) == 4
    make_account(organizations_client(moto), Member("newcomer"))
    assert "newcomer" not in hosts(show(node)[1])
    assert "newcomer" in hosts(show(node, "--flush-cache")[1])
    # Another filter is another question.
    configure(node, **cached, names=["new*"])
    assert list(hosts(show(node)[1])) == ["newcomer"]


def test_units_that_are_not_there_are_named(node: ControlNode, ids: dict[str, str]) -> None:
    configure(node, organizational_units=["/Nowhere"])
    run, listed = show(node)
    assert "organizational_units: the organization has no unit /Nowhere" in " ".join(run.output.split())
    assert "Traceback" not in run.output
    assert not hosts(listed)


def test_an_account_without_organization_is_told_so(node: ControlNode) -> None:
    configure(node)
    run, _listed = show(node)
    said = " ".join(run.output.split())
    assert (
        "the account of these credentials is in none; use credentials of an organization's management account" in said
    )
    assert "Traceback" not in run.output


def test_what_callers_need_is_enough_and_what_is_missing_is_named(enforcing: str, tmp_path: Path) -> None:
    make_organization(enforcing, MEMBERS)
    needed = set(re.findall(r"C\((organizations:\w+)\)", organization_accounts.DOCUMENTATION))
    assert needed
    iam = iam_client(enforcing)
    iam.create_user(UserName="caller", Path="/callers/")
    key = iam.create_access_key(UserName="caller")["AccessKey"]
    node = ControlNode(tmp_path, enforcing)
    node.environment |= {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}
    configure(node, read_tags=True)

    def said_with(actions: set[str]) -> tuple[str, set[str]]:
        document = json.dumps(permissions.policy(actions))
        iam.put_user_policy(UserName="caller", PolicyName="given", PolicyDocument=document)
        enforce(enforcing, True)
        try:
            run, listed = show(node)
        finally:
            enforce(enforcing, False)
        assert "Traceback" not in run.output
        return " ".join(run.output.split()), set(hosts(listed))

    said, found = said_with(needed)
    assert found == {"master", "shop-live", "shop-test", "sandbox"}, said
    for missing in sorted(needed):
        said, found = said_with(needed - {missing})
        assert not found, missing
        assert f"may not call {missing}" in said, (missing, said)
