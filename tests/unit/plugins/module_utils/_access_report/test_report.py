# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a read account to the report: rights, findings with what to run, differences, and that it takes no long time."""

from __future__ import annotations

import json
import shlex
import time
import typing as t
from dataclasses import replace

import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.findings import RULES
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.model import Person, Snapshot
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.reading import Reader
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.report import Wanted, make_report
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.words import ANSWERS
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.authorization_details import Policy
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.checks import RootUser
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.marks import BOOTSTRAP, BREAK_GLASS, MANAGED
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies import catalogue
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.input import Wish, build_policy
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.self_service import require_mfa_policy
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.model import DesiredUser, Options
from helpers.accounts import samples, temporary
from helpers.accounts.samples import document, group, key, person, snapshot

READS = {"DescribeBackups", "DescribeClusters", "GetResourcePolicy", "ListTags"}
NO_MFA: dict[str, t.Any] = {"Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}}


def report(account: Snapshot, **wanted: t.Any) -> dict[str, t.Any]:
    return make_report(account, Wanted(**wanted), samples.NOW)


def user(made: dict[str, t.Any], name: str) -> dict[str, t.Any]:
    found: dict[str, t.Any] = next(one for one in made["users"] if one["name"] == name)
    return found


def found(made: dict[str, t.Any]) -> dict[str, list[str]]:
    """Names of the subjects by the rules that found them."""
    return {finding["rule"]: [subject["name"] for subject in finding["subjects"]] for finding in made["findings"]}


def only(one: Person, *groups: t.Any, **more: t.Any) -> dict[str, t.Any]:
    """What the report says of an account with one user."""
    made = report(snapshot([one], groups, **more))
    return user(made, one.user.name)


def test_all_of_cloudhsms_actions_are_answered() -> None:
    made = report(samples.team())
    assert [action["name"] for action in made["actions"]] == [a.name.partition(":")[2] for a in catalogue.ACTIONS]
    assert len(made["actions"]) == 18
    for thing in (*made["users"], *made["groups"], *made["policies"]):
        assert list(thing["cloudhsm"]) == [action["name"] for action in made["actions"]]
        assert set(thing["cloudhsm"].values()) <= set(ANSWERS)


def test_a_team_can_do_what_its_groups_give() -> None:
    made = report(samples.team())
    can = {one["name"]: {action for action, word in one["cloudhsm"].items() if word != "no"} for one in made["users"]}
    assert len(can["alice"]) == len(can["Administrator"]) == len(can["frank"]) == 18
    assert can["carol"] == READS
    assert can["ivan"] == can["judy"] == set()
    assert user(made, "dave")["cloudhsm"]["DeleteBackup"] == "mfa"
    # One of dave's policies lets him do it to one cluster without MFA.
    assert user(made, "dave")["cloudhsm"]["DeleteCluster"] == "yes"
    assert made["summary"]["administrators"] == ["Administrator", "break-glass", "erin", "grace"]


@pytest.mark.parametrize(
    ("policies", "expected"),
    [
        ([document("*")], "yes"),
        ([document("*", Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}})], "mfa"),
        ([document("*"), document("*", effect="Deny", **NO_MFA)], "mfa"),
        ([document("iam:*", "cloudhsm:*", "ec2:*")], "no"),
        ([{"Statement": {"Effect": "Allow", "NotAction": ["iam:*", "organizations:*"], "Resource": "*"}}], "no"),
        ([document("*", resource="arn:aws:s3:::x/*")], "no"),
        ([document("*"), document("iam:*", effect="Deny")], "no"),
        ([document("*"), document("organizations:*", effect="Deny")], "yes"),
        ([document("*"), document("?????????:*", effect="Deny")], "yes"),
        ([document("*"), require_mfa_policy("aws")], "mfa"),
    ],
)
def test_who_administers(policies: list[t.Any], expected: str) -> None:
    inline = {str(number): policy for number, policy in enumerate(policies)}
    assert only(person("x", inline=inline))["administrator"] == expected


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (document("iam:CreateAccessKey"), "yes"),
        (document("iam:*", resource="arn:aws:iam::123456789012:*"), "yes"),
        (document("iam:CreateAccessKey", **samples.MFA), "mfa"),
        (document("iam:CreateAccessKey", resource="arn:aws:iam::123456789012:user/${aws:username}"), "no"),
        (document("iam:ListUsers"), "no"),
    ],
)
def test_who_can_become_an_administrator(policy: t.Any, expected: str) -> None:
    assert only(person("x", inline={"one": policy}))["can_become_administrator"] == expected


def test_who_is_in_a_group_that_requires_mfa_can_do_it_with_mfa() -> None:
    mfa = require_mfa_policy("aws")
    groups = [group("Team", samples.FULL, mfa=mfa), group("Admins", samples.ADMINISTRATOR, mfa=mfa)]
    people = [person("x", "Team", keys=(key(30),)), person("boss", "Admins", mfa=False)]
    made = report(snapshot(people, groups))
    assert set(user(made, "x")["cloudhsm"].values()) == {"mfa"}
    boss = user(made, "boss")
    assert (boss["administrator"], boss["can_become_administrator"]) == ("mfa", "mfa")
    rules = found(made)
    assert not {"administrator_without_mfa", "cloudhsm_without_mfa", "can_become_administrator"} & rules.keys()
    assert rules["console_without_mfa"] == ["boss"]


def test_a_boundary_takes_away() -> None:
    bounded = only(person("x", policies=[samples.ADMINISTRATOR], boundary=samples.READ))
    assert bounded["administrator"] == "no"
    assert {action for action, word in bounded["cloudhsm"].items() if word != "no"} == READS


def test_a_boundary_that_can_not_be_read_takes_nothing_away_and_is_told() -> None:
    arn = "arn:aws:iam::123456789012:policy/unknown"
    made = report(snapshot([person("x", policies=[samples.FULL], boundary=arn)]))
    assert user(made, "x")["cloudhsm"]["CreateHsm"] == "yes"
    assert made["not_read"] == [f"{arn}: it could not be read"]


@pytest.mark.parametrize("odd", ["{", {}, {"Statement": [{"Effect": "Allow", "Resource": "*"}]}, [], None])
def test_a_policy_that_the_report_does_not_understand_may_give_anything_and_is_told(odd: t.Any) -> None:
    arn = "arn:aws:iam::123456789012:policy/odd"
    made = report(
        snapshot([person("x", policies=[arn]), person("y", inline={"odd": odd})], policies={arn: Policy(arn, odd)})
    )
    assert set(user(made, "x")["cloudhsm"].values()) == set(user(made, "y")["cloudhsm"].values()) == {"conditional"}
    assert user(made, "x")["can_become_administrator"] == "conditional"
    why = "it could not be read" if odd is None else "it is not a policy in JSON"
    told = [one.partition(f": {why}")[0] for one in made["not_read"]]
    assert told == [arn, "user y: odd"]


@pytest.mark.parametrize("level", catalogue.LEVELS)
@pytest.mark.parametrize("profile", ["guide", "hardened"])
def test_this_collections_own_policies_give_what_the_catalogue_says(level: str, profile: str) -> None:
    policy, problems = build_policy(Wish(level, profile=profile))
    assert not problems
    given = only(person("x", inline={"one": policy}))["cloudhsm"]
    lowest = {a.name.partition(":")[2]: a.guide if profile == "guide" else a.hardened for a in catalogue.ACTIONS}
    held_back = {a.name.partition(":")[2] for a in catalogue.ACTIONS if a.option and profile == "hardened"}
    expected = {
        action: "yes" if catalogue.allowed(level, least) and action not in held_back else "no"
        for action, least in lowest.items()
    }
    assert given == expected


def test_an_account_in_order_has_no_findings() -> None:
    made = report(samples.one_person())
    assert found(made) == {}
    assert made["not_read"] == []


def test_a_team_with_all_sorts_of_things_wrong() -> None:
    wanted = [DesiredUser("zoe", groups=frozenset({"CloudHSMAuditors"}))]
    assert found(report(samples.team(), users=wanted)) == {
        "root_access_keys": ["root user"],
        "administrator_without_mfa": ["erin", "grace"],
        "can_become_administrator": ["ivan"],
        "wide_policies": ["user grace: everything"],
        "administrator_access_keys": ["erin", "grace", "grace"],
        "console_without_mfa": ["bob"],
        "drift": ["zoe"],
        "inline_policies": ["grace", "Helpdesk"],
        "not_signed_in": ["frank", "ivan"],
        "old_access_keys": ["carol", "erin"],
        "unused_access_keys": ["grace"],
        "weak_password_policy": ["account"],
        "direct_policies": ["frank"],
        "outside_every_group": ["frank", "grace", "judy"],
        "two_active_access_keys": ["grace"],
        "cloudhsm_without_mfa": ["alice", "dave", "frank", "heidi"],
        "no_service_linked_role": ["account"],
        "empty_groups": ["Empty"],
    }


def test_the_worst_comes_first_and_is_counted() -> None:
    made = report(samples.team())
    severities = [finding["severity"] for finding in made["findings"]]
    assert severities == sorted(severities, key=["critical", "high", "medium", "low", "info"].index)
    assert sum(made["summary"]["findings"].values()) == sum(len(finding["subjects"]) for finding in made["findings"])
    assert made["summary"]["findings"]["critical"] == 3


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"root": RootUser(mfa=False, access_keys=False)}, "root_without_mfa"),
        ({"password_policy": {"MinimumPasswordLength": 8}}, "weak_password_policy"),
        ({"policies": {"p": Policy("p", {})}}, None),
        ({"root": None, "password_policy": None, "service_linked_roles": None}, None),
        # Where there is no password, as in an organization that does without, nobody signs in.
        ({"root": RootUser(mfa=False, access_keys=False, password=False)}, None),
    ],
)
def test_what_is_wrong_with_an_account_itself(changed: dict[str, t.Any], rule: str | None) -> None:
    assert list(found(report(snapshot([], **changed)))) == ([rule] if rule else [])


def test_nobody_is_sent_to_sign_in_as_a_root_user_without_password() -> None:
    for password, words in ((True, "By hand, as the root user"), (False, "cloudhsm.iam.lock_root_users")):
        made = report(snapshot([], root=RootUser(mfa=False, access_keys=True, password=password)))
        (subject,) = next(one for one in made["findings"] if one["rule"] == "root_access_keys")["subjects"]
        assert words in str(subject)


PENDING: dict[str, t.Any] = {"password_reset_required": True, "mfa": False, "password_used": None}
OWN_PASSWORD = document("iam:ChangePassword", resource="arn:aws:iam::*:user/${aws:username}")
BOOL = document("*", effect="Deny", Condition={"Bool": {"aws:MultiFactorAuthPresent": "false"}})


def test_a_demand_for_mfa_that_access_keys_pass_by_is_found() -> None:
    lenient = document("*", effect="Deny", **NO_MFA)
    made = found(report(snapshot([person("x", "G")], [group("G", one=BOOL, two=lenient)])))
    assert made["mfa_passed_by_keys"] == ["group G: one"]


@pytest.mark.parametrize(
    ("credentials", "rule"),
    [
        ({"mfa": None}, "console_without_mfa"),
        ({"mfa": False, "password": False}, "console_without_mfa"),
        ({"keys": (key(120, active=False),)}, "old_access_keys"),
        ({"keys": (key(90),)}, "old_access_keys"),
        ({"keys": (key(14, None),)}, "unused_access_keys"),
        ({"keys": (key(60, None),), "reported": False}, "unused_access_keys"),
        ({"keys": (replace(key(60, None), use_known=False),)}, "unused_access_keys"),
        ({"password_used": None, "password_use_known": False}, "not_signed_in"),
        ({"password_used": None, "reported": False}, "not_signed_in"),
        ({"password_used": samples.ago(90)}, "not_signed_in"),
        ({"password_used": None, "age": 90}, "not_signed_in"),
        ({"password_used": samples.ago(200), "tags": {"cloudhsm.iam/protected": "true"}}, "not_signed_in"),
        ({"password_used": samples.ago(200), "tags": {"cloudhsm.iam/protected": ""}}, "not_signed_in"),
        ({"password_used": samples.ago(200), "password": False}, "not_signed_in"),
    ],
)
def test_what_is_in_order_or_not_known_is_no_finding(credentials: dict[str, t.Any], rule: str) -> None:
    assert rule not in found(report(snapshot([person("x", "G", **credentials)], [group("G")])))


EVERYBODY = {"password_policy": {"MinimumPasswordLength": 14, "AllowUsersToChangePassword": True}}
MFA_POLICY = require_mfa_policy("aws")


@pytest.mark.parametrize(
    ("policies", "user_has", "account", "why"),
    [
        ([], {}, {}, "nothing allows iam:ChangePassword"),
        ([], {}, {"password_policy": {}}, "nothing allows iam:ChangePassword"),
        ([OWN_PASSWORD], {}, {}, None),
        ([], {}, EVERYBODY, None),
        ([document("*", effect="Deny", resource="*")], {}, EVERYBODY, "a policy denies"),
        ([MFA_POLICY], {}, EVERYBODY, "needs MFA, and the user has no MFA device yet"),
        ([MFA_POLICY], {"mfa": True}, {}, None),
        ([{**OWN_PASSWORD, "Statement": [{**OWN_PASSWORD["Statement"][0], **samples.MFA}]}], {}, {}, "needs MFA"),
        (
            [document("iam:ChangePassword", Condition={"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}})],
            {},
            {},
            "under a condition",
        ),
        # Who need not change it, has no password, or is not known to have to.
        ([], {"password_reset_required": False}, {}, None),
        ([], {"password": False}, {}, None),
        ([], {"password_reset_required": None}, {}, None),
        ([], {}, {"password_policy": None}, None),
        # The credential report does not tell; a password that was never used is likely to be a first one.
        ([], {"password_reset_required": None, "source": "credential_report"}, {}, "nothing allows"),
        (
            [],
            {"password_reset_required": None, "source": "credential_report", "password_used": samples.ago(1)},
            {},
            None,
        ),
    ],
)
def test_who_must_change_the_password_and_may_not_is_found(
    policies: list[t.Any], user_has: t.Any, account: t.Any, why: str | None
) -> None:
    inline = {str(number): policy for number, policy in enumerate(policies)}
    made = report(snapshot([person("x", inline=inline, **{**PENDING, **user_has})], **account))
    subjects = [one for f in made["findings"] if f["rule"] == "stuck_at_first_sign_in" for one in f["subjects"]]
    assert [one["name"] for one in subjects] == (["x"] if why else [])
    if why:
        assert why in subjects[0]["detail"]
        words = shlex.split(subjects[0]["run"])
        assert words[:2] == ["aws", "iam"]
        assert ("arn:aws:iam::aws:policy/IAMUserChangePassword" in words) == why.startswith("nothing")
        assert ("--no-password-reset-required" in words) != why.startswith("nothing")


REQUIRE_MFA = f"arn:aws:iam::{samples.ACCOUNT}:policy/CloudHSMIamRequireMFA"


def test_a_policy_of_the_account_does_not_stand_for_one_of_aws_with_its_name() -> None:
    own = f"arn:aws:iam::{samples.ACCOUNT}:policy/AdministratorAccess"
    wanted = {"name": "Admins", "managed_policies": [":iam::aws:policy/AdministratorAccess"]}
    made = report(snapshot([person("x", "Admins")], [group("Admins", own)]), groups=[wanted])
    assert [change for entry in made["drift"] for change in entry["changes"]] == [
        {"operation": "attach_group_policy", "policy": "AdministratorAccess"},
        {"operation": "detach_group_policy", "policy": own},
    ]
    for partition in ("aws", "aws-us-gov"):
        theirs = f"arn:{partition}:iam::aws:policy/AdministratorAccess"
        assert report(snapshot([person("x", "Admins")], [group("Admins", theirs)]), groups=[wanted])["drift"] == []


@pytest.mark.parametrize(
    ("asked", "has", "changes"),
    [
        (None, [samples.ADMINISTRATOR], []),
        (None, [samples.ADMINISTRATOR, REQUIRE_MFA], []),
        (True, [samples.ADMINISTRATOR, REQUIRE_MFA], []),
        (False, [samples.ADMINISTRATOR], []),
        (True, [samples.ADMINISTRATOR], [{"operation": "attach_group_policy", "policy": "CloudHSMIamRequireMFA"}]),
        (False, [samples.ADMINISTRATOR, REQUIRE_MFA], [{"operation": "detach_group_policy", "policy": REQUIRE_MFA}]),
        (None, [samples.ADMINISTRATOR, samples.READ], [{"operation": "detach_group_policy", "policy": samples.READ}]),
    ],
)
def test_the_policy_that_requires_mfa_differs_where_its_switch_says_so(
    asked: bool | None, has: list[str], changes: list[t.Any]
) -> None:
    wanted = {"name": "Admins", "managed_policies": ["AdministratorAccess"], "require_mfa": asked}
    made = report(snapshot([person("x", "Admins")], [group("Admins", *has)]), groups=[wanted])
    assert [change for entry in made["drift"] for change in entry["changes"]] == changes
    alone = report(snapshot([], [group("Admins", *has)]), groups=[{**wanted, "managed_policies": None}])
    mfa = [change for change in changes if "RequireMFA" in change["policy"]]
    assert [change for entry in alone["drift"] for change in entry["changes"]] == mfa


@pytest.mark.parametrize(
    ("has", "differs"),
    [
        (PENDING, False),
        ({**PENDING, "password_reset_required": None}, False),
        ({**PENDING, "mfa": None}, False),
        # Who has done both is let in by the next run.
        ({"password_reset_required": False, "mfa": True}, True),
    ],
)
def test_who_is_pending_is_as_wanted(has: dict[str, t.Any], differs: bool) -> None:
    wanted = [DesiredUser("x", groups=frozenset({"Team"}), console_access=True)]
    account = snapshot([person("x", "Onboarding", **has)], [group("Onboarding"), group("Team")])
    made = report(account, users=wanted, options=Options(onboarding_group="Onboarding"))
    assert [entry["name"] for entry in made["drift"]] == (["x"] if differs else [])
    assert [entry["state"] for entry in report(account, users=wanted)["drift"]] == ["differs"]


def test_a_group_that_is_wanted_may_be_empty() -> None:
    account = snapshot([person("x", "Onboarding")], [group(name) for name in ("A", "B", "Onboarding", "Left")])
    users = [DesiredUser("zoe", groups=frozenset({"B"}))]
    options = Options(onboarding_group="Onboarding")
    made = report(account, users=users, groups=[{"name": "A"}], options=options)
    assert found(made)["empty_groups"] == ["Left"]
    assert found(report(account))["empty_groups"] == ["A", "B", "Left"]


def test_every_rule_is_seen_to_find_something() -> None:
    wanted = [DesiredUser("zoe", groups=frozenset({"Nowhere"}))]
    everything = {
        **found(report(samples.team(), users=wanted)),
        **found(report(snapshot([person("x", inline={"one": BOOL}, **PENDING)], root=RootUser(False, False)))),
        **found(report(snapshot([person("y", tags={BREAK_GLASS: "sealed 2020-01-01T00:00:00Z"})]))),
        **found(report(temporary.snapshot())),
    }
    assert len(everything) == len(RULES)


def test_commands_hold_hostile_names_as_one_word() -> None:
    made = report(samples.hostile())
    names = set(samples.HOSTILE)
    checked = 0
    for finding in made["findings"]:
        for subject in finding["subjects"]:
            if not subject["run"].startswith("aws iam") or subject["name"] not in names:
                continue
            words = shlex.split(subject["run"])
            assert names & set(words), subject["run"]
            assert not {"rm", "calc"} & set(words)
            checked += 1
    assert checked > len(names)


def test_the_command_for_a_user_is_of_this_collection() -> None:
    made = report(snapshot([person("it's me", "G", password_used=samples.ago(200))], [group("G")]))
    (finding,) = made["findings"]
    program, playbook, option, extra = shlex.split(finding["subjects"][0]["run"])
    assert (program, playbook, option) == ("ansible-playbook", "cloudhsm.iam.provision_users", "-e")
    assert json.loads(extra) == {"user_provisioning_users": [{"name": "it's me", "console_access": False}]}


def test_differences_are_the_plan_of_the_engine() -> None:
    wanted = [
        DesiredUser("alice", groups=frozenset({"CloudHSMAdministrators"}), console_access=True),
        DesiredUser("bob", groups=frozenset({"CloudHSMAuditors"})),
        DesiredUser("judy", console_access=True),
        DesiredUser("zoe", path="/staff/"),
        DesiredUser("yan", groups=frozenset({"Nowhere"})),
    ]
    groups = [
        {"name": "Administrators", "managed_policies": ["AdministratorAccess"]},
        {"name": "CloudHSMAuditors", "managed_policies": [samples.FULL]},
        {"name": "Helpdesk"},
        {"name": "Missing"},
    ]
    made = report(samples.team(), users=wanted, groups=groups)
    drift = {entry["name"]: entry for entry in made["drift"]}
    assert {name: entry["state"] for name, entry in drift.items()} == {
        "CloudHSMAuditors": "differs",
        "Missing": "missing",
        "bob": "differs",
        "zoe": "missing",
        "yan": "impossible",
    }
    assert drift["bob"]["changes"] == [{"operation": "add_user_to_group", "group": "CloudHSMAuditors"}]
    assert drift["CloudHSMAuditors"]["changes"] == [
        {"operation": "attach_group_policy", "policy": samples.FULL},
        {"operation": "detach_group_policy", "policy": samples.READ},
    ]
    assert "Nowhere" in drift["yan"]["problems"][0]
    assert made["compared"]
    assert made["summary"]["drift"] == 5


def test_a_difference_is_mended_by_the_playbook_that_has_the_variable() -> None:
    made = report(
        snapshot([]), users=[DesiredUser("ann")], bootstrap_users=[DesiredUser("admin")], groups=[{"name": "Admins"}]
    )
    (drift,) = [finding for finding in made["findings"] if finding["rule"] == "drift"]
    run = "With the same variables: ansible-playbook cloudhsm.iam.{} --check --diff"
    assert {subject["name"]: subject["run"] for subject in drift["subjects"]} == {
        "ann": run.format("provision_users"),
        "admin": run.format("bootstrap"),
        "Admins": run.format("bootstrap"),
    }


@pytest.mark.parametrize(
    ("tag", "managed"), [("team/owner", True), (MANAGED, True), (BOOTSTRAP, True), ("team/other", False)]
)
def test_users_are_managed_by_the_ownership_tag_of_the_variables(tag: str, managed: bool) -> None:
    made = report(snapshot([person("x", tags={tag: "true"})]), options=Options(managed_by_tag="team/owner"))
    assert made["users"][0]["managed"] is managed
    assert report(snapshot([person("x", tags={tag: "false"})]))["users"][0]["managed"] is False


def test_users_that_are_not_wanted_any_more_are_differences() -> None:
    owned = person("old", tags={"cloudhsm.iam/managed": "true"})
    made = report(snapshot([owned, person("other")]), options=Options(purge_users=True))
    assert [(entry["name"], entry["state"]) for entry in made["drift"]] == [("old", "not_wanted")]


def test_the_report_is_plain_json() -> None:
    made = report(samples.team())
    assert json.loads(json.dumps(made)) == made


def test_thousands_of_users_are_evaluated_by_their_kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    account = samples.thousands()
    counted = []
    read = Reader.document

    def count(reader: Reader, label: str, document: t.Any) -> t.Any:
        counted.append(label)
        return read(reader, label, document)

    monkeypatch.setattr(Reader, "document", count)
    start = time.process_time()
    made = report(account)
    assert len(made["users"]) == 5000
    # Each policy once, not once a user. The time is thirty times what it takes, and a tenth of what would be too long.
    assert len(counted) <= len(samples.POLICIES)
    assert time.process_time() - start < 5
