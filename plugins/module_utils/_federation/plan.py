# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""From the options of iam_saml_access, and what the account holds, to the modules that have something to do."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator, Mapping

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.marks import MANAGED
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.steps import Plan, Step
from ansible_collections.cloudhsm.iam.plugins.module_utils._federation.input import ADMINISTRATOR, Options, wish_of
from ansible_collections.cloudhsm.iam.plugins.module_utils._federation.model import Account
from ansible_collections.cloudhsm.iam.plugins.module_utils._federation.result import (
    PROVIDER,
    ROLE,
    absent_result,
    present_result,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._federation.saml_metadata import (
    entity_id,
    fingerprint,
    normal_form,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._federation.saml_trust import AUDIENCES
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.document import same_policy
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.input import build_policy
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.ownership import (
    adoption_problem,
    is_mark,
    new_tags,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.plan import POLICY_MODULE, Policy, policy_step


def make_plan(options: Options, found: Mapping[str, t.Any], check_mode: bool = False) -> Plan:
    """What has to be done. found is what iam_account_info tells of the provider, the policy and the role."""
    account = Account(options if check_mode else {**options, "pending_providers": []}, found)
    if options["state"] == "absent":
        problems = list(_absent_conflicts(account))
        return Plan(problems=problems) if problems else _absent(account, check_mode)
    document: dict[str, t.Any] = {}
    problems = list(_present_conflicts(account))
    if options["access"] != ADMINISTRATOR:
        document, wrong = build_policy(wish_of(options, account.partition, account.number))
        problems += wrong
    return Plan(problems=problems) if problems else _present(account, document, check_mode)


def _present(account: Account, document: dict[str, t.Any], check_mode: bool) -> Plan:
    options = account.options
    wanted = account.administrator_arn if options["access"] == ADMINISTRATOR else account.own_policy_arn
    attached = [wanted, *([] if options["purge_policies"] else account.other_policies)]
    made = (
        _provider_step(account),
        policy_step(_own_policy(options, document), account.policy) if document else None,
        _role_step(account, attached),
    )
    steps = [step for step in made if step]
    return Plan(steps, told=present_result(account, steps, wanted, check_mode))


def _absent(account: Account, check_mode: bool) -> Plan:
    gone: tuple[tuple[str, dict[str, t.Any], dict[str, t.Any]], ...] = (
        # Said here, because the module warns where they are left to the default.
        (ROLE, account.role, {"create_instance_profile": False, "delete_instance_profile": False}),
        (POLICY_MODULE, account.policy if account.owns_policy else {}, {}),
        (PROVIDER, account.provider if account.options["provider_state"] == "absent" else {}, {}),
    )
    steps = [
        Step(module, {"state": "absent", "name": thing["name"], **more}, dict(thing), {})
        for module, thing, more in gone
        if thing
    ]
    return Plan(steps, told=absent_result(account, steps, check_mode))


def _provider_step(account: Account) -> Step | None:
    """How to make the provider, or give it new metadata; None where it has them, or is given by its ARN."""
    options, before = account.options, account.provider
    document = normal_form(options["metadata"])
    has = fingerprint(document)
    told_of = account.provider_arn in options["pending_providers"]
    if not options["provider_name"] or told_of or before.get("metadata_sha256") == has:
        return None
    # In the form in which IAM gives it back, because the module compares the texts.
    given = {"state": "present", "name": options["provider_name"], "saml_metadata_document": document}
    after = {"name": options["provider_name"], "entity_id": entity_id(document), "metadata_sha256": has}
    return Step(PROVIDER, given, dict(before), {**before, **after})


def _own_policy(options: Options, document: Mapping[str, t.Any]) -> Policy:
    return Policy(
        options["policy_name"],
        options["policy_description"],
        document,
        options["path"],
        tags=options["tags"],
        creation_tags=options["creation_tags"],
        purge_tags=options["purge_tags"],
    )


def _role_step(account: Account, attached: list[str]) -> Step | None:
    """How to make the role, or change it; None where it is as it shall be."""
    options, before, trust = account.options, account.role, account.trust_policy
    tags, has = _role_tags(account)
    boundary = before.get("boundary") if options["boundary"] is None else options["boundary"] or None
    same_trust = bool(before) and same_policy(before["trust_policy"], trust)
    after = {
        **before,
        "name": options["role_name"],
        "trust_policy": before["trust_policy"] if same_trust else trust,
        "trusts": before["trusts"] if same_trust else [account.provider_arn],
        "max_session_duration": options["max_session_duration"],
        "boundary": boundary,
        "managed_policies": sorted(attached),
        "tags": has,
    }
    if after == before:
        return None
    given = {
        "state": "present",
        "name": options["role_name"],
        "assume_role_policy_document": trust,
        "max_session_duration": options["max_session_duration"],
        # ARNs, because for a name the module lists all of AWS's policies. What is to stay is listed too, so that
        # nothing but the policy of another access level is detached.
        "managed_policies": attached,
        "purge_policies": True,
        "tags": tags,
        "purge_tags": options["purge_tags"],
        # Made by default, and refused together with a boundary.
        "create_instance_profile": False,
        # Said here, because the module warns where it is left to the default.
        "delete_instance_profile": False,
        # The module has it the wrong way round: with true it does not wait until the role is there.
        "wait": False,
    }
    if options["boundary"] is not None:
        given["boundary"] = options["boundary"]
    if not before:
        # The module would change the description of an old role by a call of its own, which sets the session length
        # back to an hour.
        given |= {"description": options["description"], "path": options["path"] or "/"}
    return Step(ROLE, given, dict(before), after)


def _role_tags(account: Account) -> tuple[dict[str, str], dict[str, str]]:
    """The tags to set, and those that the role has then. Who made it is no tag to be purged."""
    options = account.options
    marks, tags, had = options["creation_tags"], options["tags"], account.role.get("tags", {})
    if not account.role:
        new = new_tags(marks, tags)
        return new, new
    if not options["purge_tags"]:
        return dict(tags), {**had, **tags}
    kept = {**{key: value for key, value in had.items() if is_mark(key, marks)}, **tags}
    return kept, kept


def _present_conflicts(account: Account) -> Iterator[str]:
    """Why the role can't be made or changed, one sentence each."""
    options = account.options
    yield from _foreign_role(account)
    problem = adoption_problem(account.expected_policy, account.policy)
    if problem and options["access"] != ADMINISTRATOR:
        yield problem
    if account.lacks_boundary and account.role.get("boundary") != options["boundary"]:
        yield f"{account.called('boundary')}: there is no policy {options['boundary']}"
    if account.partition not in AUDIENCES and not options["audiences"]:
        yield f"{account.called('audiences')}: are needed in the partition {account.partition}"
    yield from _provider_conflicts(account)


def _absent_conflicts(account: Account) -> Iterator[str]:
    """Why the role, its policy or the provider can't be deleted, one sentence each."""
    options = account.options
    yield from _foreign_role(account)
    role_name, policy_name = account.called("role_name"), account.called("policy_name")
    inline = account.role.get("inline_policies", [])
    if inline:
        yield f"{role_name}: {options['role_name']} has inline policies, which have to go first: {', '.join(inline)}"
    if f":assumed-role/{options['role_name']}/" in account.caller:
        yield f"{role_name}: this run itself is signed in with the role {options['role_name']}"
    attached = account.own_policy_arn in account.role.get("managed_policies", [])
    if account.owns_policy and account.policy["attachments"] > attached:
        yield (
            f"{policy_name}: the policy {options['policy_name']} is also attached to something other than the role "
            f"{options['role_name']}; detach it there first"
        )
    if account.owns_policy and account.policy["boundary_of"]:
        yield (
            f"{policy_name}: the policy {options['policy_name']} is the permissions boundary of users or roles; "
            "take it from them first"
        )
    others = [role for role in account.provider.get("trusted_by", []) if role != options["role_name"]]
    if options["provider_state"] == "absent" and others:
        yield (
            f"{account.called('provider_state')}: other roles trust the provider {account.provider['name']}: "
            f"{', '.join(others)}"
        )


def _provider_conflicts(account: Account) -> Iterator[str]:
    options = account.options
    arns = [account.provider.get("arn"), *options["pending_providers"]]
    if options["provider_arn"] and options["provider_arn"] not in arns:
        field = account.called("provider_arn")
        yield f"{field}: there is no SAML provider {options['provider_arn']} in account {account.number}"
    foreign = account.foreign_entity
    if foreign is not None:
        trusting = account.provider["trusted_by"]
        relies = f" The roles that trust it would let in other people: {', '.join(trusting)}." if trusting else ""
        yield (
            f"{account.called('provider_name')}: the SAML provider {account.provider['arn']} exists, but is of "
            f"{f'the entity {foreign[:200]}' if foreign else 'no entity that its metadata names'}, not of "
            f"{entity_id(options['metadata'])}.{relies} Choose another name, or, if it is yours and your identity "
            f"provider has changed, set {account.called('adopt_provider')}: true"
        )


def _foreign_role(account: Account) -> Iterator[str]:
    """A role that was not made here is neither given rights nor deleted: whoever made it can let others in again."""
    if not account.role:
        return
    arn, by_path = account.role["arn"], account.called("path")
    if account.role["path"] != account.path:
        yield (
            f"{by_path}: the role {arn} exists, but its path is {account.role['path']}, not {account.path}, and IAM "
            f"can't move roles. Choose another {account.called('role_name')}, or, if this is the role that you mean, "
            f"set {by_path}: {account.role['path']}"
        )
    if not account.owns_role:
        lets_in = f" and lets in {', '.join(account.others_trusted)}" if account.others_trusted else ""
        yield (
            f"{account.called('role_name')}: the role {arn} exists{lets_in}, but has no tag {MANAGED}, which this "
            "collection gives to what it creates. Choose another name, or, if it is yours (created by hand, for "
            f"example), set {account.called('adopt_role')}: true"
        )
