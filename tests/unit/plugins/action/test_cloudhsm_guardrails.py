# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Guard rails in an organization of moto's: what is attached where, what is refused, and what a killed run leaves."""

from __future__ import annotations

import json
import typing as t
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from unittest import mock

import boto3.session
import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.task import FailedError
from ansible_collections.cloudhsm.iam.plugins.module_utils._guardrails import accounts, catalogue, snapshot
from ansible_collections.cloudhsm.iam.plugins.module_utils._guardrails import apply as engine
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from helpers.modules.in_process import actions, run_action
from helpers.moto import in_process
from helpers.moto.answers import Answer
from helpers.moto.in_process import Account, account
from helpers.moto.kills import KilledError, killed_at

Result = dict[str, t.Any]
NAME = "CloudHSMGuardRails"
TRIAL = f"{NAME}-canary"
OURS = [{"Key": "cloudhsm.iam/managed", "Value": "true"}]
MANAGEMENT = "123456789012"
ALL: t.Any = catalogue.POLICY_TYPE
GLASS = "arn:aws:iam::*:role/BreakGlass"


@dataclass
class Organization:
    """An organization of two units with an account each, and what was called there."""

    aws: Account
    client: t.Any
    root: str
    live: str
    sandbox: str
    shop: str
    box: str

    @property
    def writes(self) -> list[str]:
        """What was changed since the organization was made."""
        return self.aws.writes[self.begun :]

    begun: int = 0

    def run(self, check_mode: bool = False, **options: t.Any) -> Result:
        """The result of the module."""
        return run_action("cloudhsm.iam.cloudhsm_guardrails", options, {}, check_mode=check_mode)

    def policies(self) -> dict[str, tuple[dict[str, t.Any], set[str]]]:
        """Documents and targets of all policies but AWS's, by name."""
        found = {}
        for summary in self.client.list_policies(Filter=ALL)["Policies"]:
            if not summary["AwsManaged"]:
                content = self.client.describe_policy(PolicyId=summary["Id"])["Policy"]["Content"]
                targets = self.client.list_targets_for_policy(PolicyId=summary["Id"])["Targets"]
                found[summary["Name"]] = json.loads(content), {target["TargetId"] for target in targets}
        return found

    def add_policy(self, name: str, tags: t.Any = (), content: str = "{}") -> str:
        """A policy by somebody else."""
        made = self.client.create_policy(Content=content, Description="", Name=name, Type=ALL, Tags=list(tags))
        return str(made["Policy"]["PolicySummary"]["Id"])


@pytest.fixture
def sleeps() -> Iterator[list[float]]:
    """The seconds that runs would have waited."""
    slept: list[float] = []
    with mock.patch.object(engine.Patience.__init__, "__defaults__", (0, slept.append)):
        yield slept


@pytest.fixture
def organization(sleeps: list[float]) -> Iterator[Organization]:
    with account() as aws, actions():
        yield make_organization(aws)


def make_organization(aws: Account, enabled: bool = True) -> Organization:
    client: t.Any = boto3.session.Session().client("organizations")
    client.create_organization(FeatureSet="ALL")
    root = client.list_roots()["Roots"][0]["Id"]
    ids = []
    for unit, name in (("Live", "shop live"), ("Sandbox", "box")):
        made = client.create_organizational_unit(ParentId=root, Name=unit)["OrganizationalUnit"]["Id"]
        email = f"{name.replace(' ', '')}@example.com"
        member = client.create_account(Email=email, AccountName=name)["CreateAccountStatus"]["AccountId"]
        client.move_account(AccountId=member, SourceParentId=root, DestinationParentId=made)
        ids.append((made, member))
    if enabled:
        client.enable_policy_type(RootId=root, PolicyType=ALL)
    (live, shop), (sandbox, box) = ids
    return Organization(aws, client, root, live, sandbox, shop, box, begun=len(aws.writes))


@pytest.fixture
def faults() -> Iterator[dict[str, list[tuple[str, str]]]]:
    """By call: errors that its next calls get, each a code and a reason."""
    scripted: dict[str, list[tuple[str, str]]] = {}
    answer = Account.answer

    def faulty(self: Account, action: str, request: AWSPreparedRequest) -> AWSResponse | None:
        if scripted.get(action):
            code, reason = scripted[action].pop(0)
            self.calls.append(f"Get{action}")
            body = json.dumps({"__type": code, "Message": "It was scripted.", "Reason": reason}).encode()
            return in_process._response(request, Answer(400, body, "application/x-amz-json-1.1"))
        return answer(self, action, request)

    with mock.patch.object(Account, "answer", faulty):
        yield scripted


def operations(result: Result) -> list[str]:
    return [change["operation"] for change in result["changes"]]


def test_check_mode_predicts_what_a_run_does_and_the_second_run_is_quiet(organization: Organization) -> None:
    wanted: dict[str, t.Any] = {"targets": ["/Live", "box"], "tags": {"team": "keys"}, "break_glass_roles": [GLASS]}
    predicted = organization.run(check_mode=True, **wanted)
    assert organization.writes == []
    made = organization.run(**wanted)
    assert made["changed"]
    assert predicted["changes"] == made["changes"]
    assert organization.writes == ["CreatePolicy", "AttachPolicy", "AttachPolicy"]
    document, targets = organization.policies()[NAME]
    assert targets == {organization.live, organization.box}
    assert document == made["policy"]["document"] == predicted["policy"]["document"]
    assert made["policy"]["tags"] == {"cloudhsm.iam/managed": "true", "team": "keys"}
    assert made["lines"][0].startswith(f"+ service control policy {NAME}: targets ")
    assert made["diff"]["before"] == {"name": NAME, "exists": False}
    again = organization.run(**wanted)
    assert not again["changed"]
    assert again["lines"] == ["Done: 0 created, 0 changed, 0 deleted, 2 unchanged"]
    assert len(organization.writes) == 3


@pytest.mark.parametrize("given", ["/Live", "ou_Live", "live", "shop live", "shop-live", "shop", "/", "organization"])
def test_targets_go_by_ids_and_by_what_the_inventory_calls_them(organization: Organization, given: str) -> None:
    known = {"/": organization.root, "organization": organization.root, "live": organization.live}
    known |= {"/Live": organization.live, "ou_Live": organization.live}
    name = {"live": organization.live, "shop": organization.shop}.get(given, given)
    organization.run(targets=[name])
    assert organization.policies()[NAME][1] == {known.get(given, organization.shop)}


def test_drift_of_the_content_is_changed_back(organization: Organization) -> None:
    organization.run(targets=["/Live"])
    known = organization.client.list_policies(Filter=ALL)["Policies"]
    (policy,) = [one["Id"] for one in known if one["Name"] == NAME]
    for content in ("[]", '{"Version": "2012-10-17", "Statement": []}'):
        organization.client.update_policy(PolicyId=policy, Content=content)
        result = organization.run(targets=["/Live"])
        assert operations(result) == ["update_policy"]
    # The order of statements and lists says nothing.
    document = organization.policies()[NAME][0]
    document["Statement"].reverse()
    document["Statement"][0]["Action"].reverse()
    organization.client.update_policy(PolicyId=policy, Content=json.dumps(document, indent=1))
    assert not organization.run(targets=["/Live"])["changed"]


def test_the_canary_comes_first_and_the_others_after_the_wait(organization: Organization, sleeps: list[float]) -> None:
    wanted: dict[str, t.Any] = {"targets": ["/Live"], "canary_ou": "/Sandbox", "canary_wait": 150}
    predicted = organization.run(check_mode=True, **wanted)
    unit = f"/Sandbox ({organization.sandbox})"
    assert f"First in {unit} alone; the others follow after 150 seconds, if it holds there" in predicted["lines"]
    made = organization.run(**wanted)
    assert [(change["operation"], change.get("target")) for change in made["changes"]] == [
        ("create_policy", None),
        ("attach_policy", organization.sandbox),
        ("attach_policy", organization.live),
    ]
    assert sleeps == [60, 60, 30]


def test_a_change_of_content_is_tried_by_a_policy_of_the_canarys_own(organization: Organization) -> None:
    wanted: dict[str, t.Any] = {"targets": ["/Live"], "canary_ou": "/Sandbox", "canary_wait": 60}
    organization.run(**wanted)
    wanted["regions"] = ["eu-central-1"]
    predicted = organization.run(check_mode=True, **wanted)
    seen: list[dict[str, tuple[dict[str, t.Any], set[str]]]] = []
    with mock.patch.object(engine._Runner, "_see", side_effect=lambda _: seen.append(organization.policies())):
        made = organization.run(**wanted)
    assert predicted["changes"] == made["changes"]
    assert operations(made) == ["create_policy", "attach_policy", "update_policy", "detach_policy", "delete_policy"]
    ((main, main_targets), (trial, trial_targets)) = seen[0][NAME], seen[0][TRIAL]
    assert main_targets == {organization.live, organization.sandbox}
    assert trial_targets == {organization.sandbox}
    assert len(trial["Statement"]) == len(main["Statement"]) + 1
    assert organization.policies() == {NAME: (trial, main_targets)}


@pytest.mark.parametrize("meddle", ["detached", "changed", "deleted"])
def test_the_others_do_not_follow_where_the_canary_does_not_hold(organization: Organization, meddle: str) -> None:
    def sleep(_seconds: float) -> None:
        policies = {one["Name"]: one["Id"] for one in organization.client.list_policies(Filter=ALL)["Policies"]}
        if meddle == "changed":
            organization.client.update_policy(PolicyId=policies[NAME], Content="{}")
            return
        organization.client.detach_policy(PolicyId=policies[NAME], TargetId=organization.sandbox)
        if meddle == "deleted":
            organization.client.delete_policy(PolicyId=policies[NAME])

    with mock.patch.object(engine.Patience.__init__, "__defaults__", (0, sleep)):
        result = organization.run(targets=["/Live"], canary_ou="/Sandbox", canary_wait=10)
    assert result["failed"]
    assert result["changed"]
    assert f"Could not see that the policy {NAME} holds in /Sandbox" in result["msg"]
    assert f"Not done: attach the policy {NAME} to /Live" in result["msg"]
    assert [change["target"] for change in result["not_done"]] == [organization.live]
    assert all(organization.live not in targets for _document, targets in organization.policies().values())
    # The next run takes it up.
    assert organization.run(targets=["/Live"], canary_ou="/Sandbox", canary_wait=10)["changed"]
    assert organization.policies()[NAME][1] == {organization.live, organization.sandbox}


def test_accounts_of_the_canary_that_can_be_read_no_more_stop_the_run(organization: Organization) -> None:
    impacts = iter([*["read"] * 2, "shut"])

    def iam(_door: object, _account: str) -> t.Any:
        if next(impacts) == "shut":
            raise FailedError("it is shut")
        return boto3.session.Session().client("iam")

    with mock.patch.object(accounts.Door, "iam", iam):
        result = organization.run(targets=["/Live"], canary_ou="/Sandbox", impact_role_name="Reader")
    told = f"box ({organization.box}) could be read before, and can't be now: it is shut"
    assert told in result["msg"]
    assert organization.policies()[NAME][1] == {organization.sandbox}


def test_who_loses_rights_is_told_and_where_that_is_not_known(organization: Organization) -> None:
    iam: t.Any = boto3.session.Session().client("iam")
    iam.create_user(UserName="alice")
    iam.attach_user_policy(UserName="alice", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    unknown = organization.run(check_mode=True, targets=["/"])
    (known,) = [line for line in unknown["lines"] if line.startswith("Not known who loses rights in ")]
    assert known.endswith(": impact_role_name is not set")
    assert [one["known"] for one in unknown["impact"]] == [False, False]
    with mock.patch.object(accounts.Door, "iam", return_value=iam):
        told = organization.run(check_mode=True, targets=["shop live"], break_glass_roles=[GLASS])
    assert f'In "shop live" ({organization.shop}) 1 of 1 users and roles loses rights' in told["lines"]
    (line,) = [line for line in told["lines"] if line.startswith("  user alice: ")]
    assert "cloudhsm:DeleteBackup, cloudhsm:DeleteCluster" in line
    assert line.endswith(" yes -> no")
    quiet = organization.run(check_mode=True, targets=["shop live"], impact=False)
    assert quiet["impact"] == []


def test_a_target_with_the_management_account_in_it_is_told(organization: Organization) -> None:
    result = organization.run(targets=["/"])
    told = f"/ ({organization.root}) contains the management account {MANAGEMENT}: "
    assert f"{told}service control policies don't hold there" in result["lines"]


def test_targets_that_are_not_named_stay_unless_they_are_purged(organization: Organization) -> None:
    organization.run(targets=["/Live", "/Sandbox"])
    kept = organization.run(targets=["/Live"])
    assert not kept["changed"]
    assert kept["lines"][-1] == (
        f"Also attached to /Sandbox ({organization.sandbox}), which targets does not name; purge_targets: true "
        "detaches it there"
    )
    organization.run(targets=["/Live"], purge_targets=True)
    assert organization.policies()[NAME][1] == {organization.live}


def test_absent_takes_away_its_own_and_nothing_else(organization: Organization) -> None:
    organization.run(targets=["/Live", "shop live"])
    foreign = organization.add_policy("Others")
    organization.client.attach_policy(PolicyId=foreign, TargetId=organization.live)
    predicted = organization.run(check_mode=True, state="absent", targets=["/Sandbox"])
    gone = organization.run(state="absent", targets=["/Sandbox"])
    assert predicted["changes"] == gone["changes"]
    assert operations(gone) == ["detach_policy", "detach_policy", "delete_policy"]
    assert organization.policies() == {"Others": ({}, {organization.live})}
    left = organization.client.list_policies_for_target(TargetId=organization.root, Filter=ALL)["Policies"]
    assert [policy["Name"] for policy in left] == [catalogue.FULL_ACCESS]
    again = organization.run(state="absent")
    assert not again["changed"]
    assert f"There is no policy {NAME}" in again["lines"]


def test_absent_leaves_a_policy_of_somebody_elses(organization: Organization) -> None:
    policy = organization.add_policy(NAME)
    organization.client.attach_policy(PolicyId=policy, TargetId=organization.live)
    kept = organization.run(state="absent")
    assert not kept["changed"]
    assert kept["kept"][0].startswith(f"The policy {NAME} stays, because it has no tag cloudhsm.iam/managed")
    assert organization.run(state="absent", adopt_policy=True)["changed"]
    assert organization.policies() == {}


def test_an_adopted_policy_is_marked(organization: Organization) -> None:
    organization.add_policy(NAME)
    result = organization.run(targets=["/Live"], adopt_policy=True)
    assert operations(result) == ["update_policy", "tag_resource", "attach_policy"]
    assert not organization.run(targets=["/Live"])["changed"]


def other_names(organization: Organization) -> None:
    organization.add_policy(NAME.upper(), OURS)


def foreign(organization: Organization) -> None:
    organization.add_policy(NAME)


def foreign_trial(organization: Organization) -> None:
    organization.add_policy(TRIAL)


def full(organization: Organization) -> None:
    for number in range(catalogue.POLICIES_PER_TARGET - 1):
        policy = organization.add_policy(f"Other{number}")
        organization.client.attach_policy(PolicyId=policy, TargetId=organization.live)


def attached(organization: Organization) -> None:
    organization.run(targets=["/Live", "/Sandbox", "shop live"])


def twins(organization: Organization) -> None:
    organization.client.create_account(Email="t@example.com", AccountName="shop live")


def nothing(_organization: Organization) -> None:
    pass


LIVE: dict[str, t.Any] = {"targets": ["/Live"]}
REFUSED: dict[str, tuple[Callable[[Organization], None], dict[str, t.Any], str]] = {
    "no target": (nothing, {}, "targets: is empty; name the units or accounts that the guard rails are for"),
    "unknown unit": (
        nothing,
        {"targets": ["/Liv"]},
        "targets[0]: the organization has no unit or account /Liv; did you mean /Live?",
    ),
    "two accounts": (twins, {"targets": ["shop live"]}, "targets[0]: shop live can be "),
    "management account": (
        nothing,
        {"targets": [MANAGEMENT]},
        f"targets[0]: master ({MANAGEMENT}) is the management account, and service control policies don't hold there",
    ),
    "canary is an account": (
        nothing,
        {**LIVE, "canary_ou": "box"},
        "canary_ou: box is an account, and has to be an organizational unit",
    ),
    "canary is the root": (
        nothing,
        {**LIVE, "canary_ou": "/"},
        "canary_ou: / is the root, and so the whole",
    ),
    "unknown canary": (nothing, {**LIVE, "canary_ou": "/X"}, "canary_ou: the organization has no unit or account /X"),
    "no rail": (
        nothing,
        {**LIVE, **dict.fromkeys(catalogue.SWITCHES, False)},
        "state: present needs at least one guard rail: keep_clusters_and_backups, ",
    ),
    "AWS's own": (
        nothing,
        {**LIVE, "name": "FullAWSAccess", "adopt_policy": True},
        "name: FullAWSAccess is AWS's own policy, and is never changed or detached; choose another name",
    ),
    "AWS's own is to go": (
        nothing,
        {"name": "FullAWSAccess", "state": "absent", "adopt_policy": True},
        "name: FullAWSAccess is AWS's own policy, and is never changed or detached; choose another name",
    ),
    "foreign": (foreign, LIVE, f"name: the policy {NAME} exists, but has no tag cloudhsm.iam/managed"),
    "foreign trial": (foreign_trial, LIVE, f"name: the policy {TRIAL} exists, but has no tag cloudhsm.iam/managed"),
    "other case": (
        other_names,
        LIVE,
        f"name: {NAME} differs only by case from the policy {NAME.upper()}",
    ),
    "too many": (full, LIVE, "has 10 service control policies already (FullAWSAccess, Other0, "),
    "too many detached": (
        attached,
        {"targets": ["/Live"], "purge_targets": True, "max_detachments": 1},
        "max_detachments: the policy would be detached from 2 targets (",
    ),
    "too much torn down": (
        attached,
        {"state": "absent", "max_detachments": 2},
        "max_detachments: the policy would be detached from 3 targets (",
    ),
    "MFA of nobody": (nothing, {**LIVE, "break_glass_mfa": True}, "break_glass_mfa: is for break_glass_roles"),
    "every role": (
        nothing,
        {**LIVE, "break_glass_roles": ["arn:aws:iam::*:role/x/*"]},
        "break_glass_roles[0]: 'arn:aws:iam::*:role/x/*' would exempt every role; give a name",
    ),
    "not a role": (
        nothing,
        {**LIVE, "break_glass_roles": ["arn:aws:iam::*:user/alice"]},
        "break_glass_roles[0]: 'arn:aws:iam::*:user/alice' is not the ARN of a role",
    ),
    "everything": (nothing, {**LIVE, "break_glass_roles": ["*"]}, "break_glass_roles[0]: '*' is not the ARN of a role"),
    "other partition": (
        nothing,
        {**LIVE, "break_glass_roles": ["arn:aws-us-gov:iam::*:role/BreakGlass"]},
        "break_glass_roles[0]: 'arn:aws-us-gov:iam::*:role/BreakGlass' is of the partition aws-us-gov",
    ),
    "no region": (nothing, {**LIVE, "regions": ["Frankfurt"]}, "regions[0]: 'Frankfurt' is not the name of a region"),
    "too long": (
        nothing,
        {**LIVE, "break_glass_roles": [f"arn:aws:iam::*:role/{number:060}" for number in range(40)]},
        "characters, and AWS Organizations takes 10,240",
    ),
    "name of a trial": (nothing, {**LIVE, "name": TRIAL}, f"name: '{TRIAL}' ends with -canary"),
    "long name": (nothing, {**LIVE, "name": "x" * 122}, "name: has 122 characters, and may have 121"),
    "odd name": (nothing, {**LIVE, "name": " x"}, "name: ' x' can't be the name of a policy"),
    "long description": (
        nothing,
        {**LIVE, "description": "x" * 513},
        "description: has 513 characters, AWS allows",
    ),
    "tags": (nothing, {**LIVE, "tags": {"aws:x": "y"}}, "tags.aws:x: keys that begin with aws: are reserved by AWS"),
    "numbers": (nothing, {**LIVE, "workers": 17}, "workers: must be from 1 to 16, not 17"),
    "wait": (nothing, {**LIVE, "canary_wait": -1}, "canary_wait: must be from 0 to 86400, not -1"),
}


@pytest.mark.parametrize("case", REFUSED)
@pytest.mark.parametrize("check_mode", [True, False])
def test_nothing_is_changed_by_what_is_refused(organization: Organization, case: str, check_mode: bool) -> None:
    prepare, options, message = REFUSED[case]
    prepare(organization)
    before = len(organization.writes)
    result = organization.run(check_mode=check_mode, **options)
    assert result["failed"]
    assert result["msg"].startswith("Nothing was changed. ")
    assert message in result["msg"]
    assert len(organization.writes) == before


def test_all_mistakes_are_told_at_once(organization: Organization) -> None:
    result = organization.run(targets=[""], regions=["x"], break_glass_roles=["y"], workers=0, name="")
    assert [problem.partition(":")[0] for problem in result["problems"]] == [
        "name",
        "targets[0]",
        "regions[0]",
        "break_glass_roles[0]",
        "workers",
    ]
    seen = organization.run(targets=["/X", MANAGEMENT], canary_ou="box")
    assert len(seen["problems"]) == 3


def test_names_of_variables_are_those_of_the_role(organization: Organization) -> None:
    result = run_action(
        "cloudhsm.iam.cloudhsm_guardrails",
        {"variables_prefix": "cloudhsm_guardrails_"},
        {"cloudhsm_guardrails_targets": ["/X"]},
    )
    assert "cloudhsm_guardrails_targets[0]: the organization has no unit or account /X" in result["msg"]


def test_service_control_policies_that_are_off_are_refused_or_enabled(sleeps: list[float]) -> None:
    with account() as aws, actions():
        organization = make_organization(aws, enabled=False)
        refused = organization.run(targets=["/Live"])
        command = (
            f"aws organizations enable-policy-type --root-id {organization.root} --policy-type SERVICE_CONTROL_POLICY"
        )
        assert command in refused["msg"]
        predicted = organization.run(check_mode=True, targets=["/Live"], enable_policy_type=True)
        made = organization.run(targets=["/Live"], enable_policy_type=True)
        assert operations(predicted) == operations(made) == ["enable_policy_type", "create_policy", "attach_policy"]
        (line, *_rest) = made["lines"]
        assert line.startswith("~ organization o-")
        assert line.endswith(": features +SERVICE_CONTROL_POLICY")
        assert not organization.run(targets=["/Live"], enable_policy_type=True)["changed"]
        # Taking back needs none of it.
        organization.client.disable_policy_type(RootId=organization.root, PolicyType=ALL)
        assert organization.run(state="absent")["changed"]


def test_consolidated_billing_alone_is_refused(organization: Organization) -> None:
    read = snapshot.read_organization

    def billing_only(client: t.Any) -> t.Any:
        return replace(read(client), all_features=False)

    with mock.patch.object(snapshot, "read_organization", billing_only):
        result = organization.run(targets=["/Live"])
    assert "the organization has consolidated billing alone" in result["msg"]


def test_the_account_of_no_organization_is_told_so(sleeps: list[float]) -> None:
    with account(), actions():
        result = run_action("cloudhsm.iam.cloudhsm_guardrails", {"targets": ["/Live"]}, {})
    assert "the account of these credentials is in none" in result["msg"]


def test_who_is_neither_management_nor_delegated_is_told_so(
    organization: Organization, faults: dict[str, list[tuple[str, str]]]
) -> None:
    faults["ListPolicies"] = [("AccessDeniedException", "")]
    result = organization.run(targets=["/Live"])
    assert "AWS lets only the management account and delegated administrators do this" in result["msg"]
    assert organization.writes == []


@pytest.mark.parametrize("code", sorted(engine.BUSY))
def test_what_is_busy_is_tried_again(
    organization: Organization, faults: dict[str, list[tuple[str, str]]], sleeps: list[float], code: str
) -> None:
    for action in ("CreatePolicy", "AttachPolicy"):
        faults[action] = [(code, "")] * 3
    result = organization.run(targets=["/Live"])
    assert not result.get("failed")
    assert sleeps == [1, 2, 4] * 2
    assert organization.policies()[NAME][1] == {organization.live}


def test_a_policy_that_still_counts_as_attached_is_deleted_later(
    organization: Organization, faults: dict[str, list[tuple[str, str]]], sleeps: list[float]
) -> None:
    organization.run(targets=["/Live"])
    faults["DeletePolicy"] = [("PolicyInUseException", "")] * 2
    assert not organization.run(state="absent").get("failed")
    assert sleeps == [1, 2]
    assert organization.policies() == {}


def test_what_stays_busy_is_given_up_and_told(
    organization: Organization, faults: dict[str, list[tuple[str, str]]], sleeps: list[float]
) -> None:
    faults["AttachPolicy"] = [("PolicyChangesInProgressException", "")] * 20
    result = organization.run(targets=["/Live"], wait_timeout=20)
    assert sleeps == [1, 2, 4, 8, 5]
    assert result["msg"].startswith(
        f"Could not attach the policy {NAME} to /Live ({organization.live}): another request"
    )
    assert f"Done before that, and kept: create the policy {NAME}." in result["msg"]
    assert result["failed"]
    assert result["changed"]


def test_a_limit_of_awss_is_told_with_its_reason(
    organization: Organization, faults: dict[str, list[tuple[str, str]]]
) -> None:
    faults["AttachPolicy"] = [("ConstraintViolationException", "MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED")]
    result = organization.run(targets=["/Live"])
    assert "(MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED)" in result["msg"]
    assert not organization.run(targets=["/Live"]).get("failed")


@pytest.mark.parametrize(
    ("action", "code", "state"),
    [
        ("AttachPolicy", "DuplicatePolicyAttachmentException", "present"),
        ("DetachPolicy", "PolicyNotAttachedException", "absent"),
        ("DeletePolicy", "PolicyNotFoundException", "absent"),
    ],
)
def test_what_is_so_already_is_no_failure(
    organization: Organization, faults: dict[str, list[tuple[str, str]]], action: str, code: str, state: str
) -> None:
    if state == "absent":
        organization.run(targets=["/Live"])
    faults[action] = [(code, "")]
    result = organization.run(state=state, targets=["/Live"])
    # What says to be detached and is not can't be deleted.
    assert ("Could not delete" in result.get("msg", "")) == (action == "DetachPolicy")


def test_the_lost_answer_to_a_creation_is_found_out(
    organization: Organization, faults: dict[str, list[tuple[str, str]]]
) -> None:
    create = engine._Runner._create

    def twice(self: t.Any, change: t.Any) -> None:
        organization.client.create_policy(**change.params)
        create(self, change)

    with mock.patch.object(engine._Runner, "_create", twice):
        assert not organization.run(targets=["/Live"]).get("failed")
    assert organization.policies()[NAME][1] == {organization.live}


def test_a_policy_that_somebody_makes_meanwhile_is_not_taken(organization: Organization) -> None:
    create = engine._Runner._create

    def after_somebody(self: t.Any, change: t.Any) -> None:
        organization.add_policy(NAME)
        create(self, change)

    with mock.patch.object(engine._Runner, "_create", after_somebody):
        result = organization.run(targets=["/Live"])
    assert "DuplicatePolicyException" in result["msg"]
    assert organization.policies()[NAME] == ({}, set())


def begun(organization: Organization) -> None:
    organization.run(targets=["/Live"], canary_ou="/Sandbox", canary_wait=0)


KILLED: dict[str, tuple[Callable[[Organization], None], dict[str, t.Any], int]] = {
    "new": (nothing, {"targets": ["/Live", "shop live"], "canary_ou": "/Sandbox"}, 4),
    "changed": (begun, {"targets": ["/Live"], "canary_ou": "/Sandbox", "regions": ["eu-central-1"]}, 5),
    "absent": (begun, {"state": "absent"}, 3),
}


@pytest.mark.parametrize("case", KILLED)
def test_a_run_that_is_killed_anywhere_is_finished_by_the_next(case: str, sleeps: list[float]) -> None:
    prepare, options, writes = KILLED[case]
    for after in (False, True):
        # After the last write there is nothing left to be killed at.
        for number in range(1, writes + (not after)):
            with account() as aws, actions():
                organization = make_organization(aws)
                prepare(organization)
                with pytest.raises(KilledError), killed_at(number, after=after):
                    organization.run(**options)
                finished = organization.run(**options)
                assert not finished.get("failed"), finished["msg"]
                expected = {organization.live, organization.sandbox}
                expected |= {organization.shop} if case == "new" else set()
                found = organization.policies()
                assert {name: targets for name, (_document, targets) in found.items()} == (
                    {} if case == "absent" else {NAME: expected}
                )
                assert not organization.run(**options)["changed"]
