# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Plans iam_cloudhsm_role from its options and the state of the account."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator, Mapping

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.marks import MANAGED
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.steps import Plan, Step
from ansible_collections.cloudhsm.iam.plugins.module_utils._cloudhsm_role.input import EC2, OIDC, host_of
from ansible_collections.cloudhsm.iam.plugins.module_utils._cloudhsm_role.model import Account
from ansible_collections.cloudhsm.iam.plugins.module_utils._cloudhsm_role.result import (
    PROFILE,
    PROVIDER,
    absent_result,
    present_result,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.ownership import new_tags
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.plan import POLICY_MODULE, policy_step
from ansible_collections.cloudhsm.iam.plugins.module_utils._roles.input import Options
from ansible_collections.cloudhsm.iam.plugins.module_utils._roles.plan import (
    ROLE,
    WITHOUT_PROFILE,
    adoption_problems,
    deletion_problems,
    deletion_steps,
    opening_problems,
    own_policy,
    policy_document,
    role_step,
)


def make_plan(options: Options, found: Mapping[str, t.Any], check_mode: bool = False) -> Plan:
    """Return the plan. found is the result of iam_account_info for everything that belongs to the role."""
    account = Account(options, found)
    if options["state"] == "absent":
        problems = list(_absent_conflicts(account))
        return Plan(problems=problems) if problems else _absent(account, check_mode)
    document, wrong = policy_document(account)
    problems = [*adoption_problems(account), *_present_conflicts(account), *wrong, *opening_problems(account)]
    return Plan(problems=problems) if problems else _present(account, document, check_mode)


def _present(account: Account, document: dict[str, t.Any], check_mode: bool) -> Plan:
    kept = [] if account.options["purge_policies"] else account.other_policies
    attached = list(dict.fromkeys([*account.wanted_policies, *kept]))
    made = (
        _provider_step(account) if account.options["trust"] == OIDC else None,
        policy_step(own_policy(account, document), account.policy) if document else None,
        role_step(account, attached),
        _profile_step(account) if account.options["trust"] == EC2 else None,
    )
    steps = [step for step in made if step]
    return Plan(steps, told=present_result(account, steps, check_mode))


def _absent(account: Account, check_mode: bool) -> Plan:
    provider = account.provider if account.options["oidc_provider_state"] == "absent" else {}
    steps = deletion_steps(
        # A role can't be deleted while it is in an instance profile.
        (PROFILE, account.profile if account.owns_profile else {}, {}),
        (ROLE, account.role, WITHOUT_PROFILE),
        (POLICY_MODULE, account.policy if account.owns_policy else {}, {}),
        (PROVIDER, provider, {}),
    )
    return Plan(steps, told=absent_result(account, steps, check_mode))


def _provider_step(account: Account) -> Step | None:
    """Return the step that creates the OIDC provider or adds audiences to it; None if nothing changes."""
    options, before = account.options, account.provider
    audiences = sorted({*before.get("audiences", []), *options["oidc_audiences"]})
    if before and audiences == before["audiences"]:
        return None
    tags = before.get("tags", {}) or new_tags(options["creation_tags"], options["tags"])
    given = {"state": "present", "name": host_of(options), "audiences": options["oidc_audiences"]}
    if not before:
        given["tags"] = tags
    after = {**before, "name": host_of(options), "audiences": audiences, "tags": tags}
    return Step(PROVIDER, given, dict(before), after)


def _profile_step(account: Account) -> Step | None:
    """Return the step that creates the instance profile or adds the role to it; None if nothing changes."""
    options, before = account.options, account.profile
    name = before.get("name", options["role_name"])
    if before.get("roles"):
        return None
    tags = before["tags"] if before else new_tags(options["creation_tags"], options["tags"])
    given: dict[str, t.Any] = {"state": "present", "name": name, "role": account.name}
    if not before:
        given |= {"path": account.path, "tags": tags}
    after = {**before, "name": name, "path": before.get("path", account.path), "roles": [given["role"]], "tags": tags}
    return Step(PROFILE, given, dict(before), after)


def _present_conflicts(account: Account) -> Iterator[str]:
    """Yield why the instance profile or the OIDC provider can't be used, one sentence each."""
    options = account.options
    name = account.called("role_name")
    if account.other_roles_of_profile and options["trust"] == EC2:
        yield (
            f"{name}: the instance profile {account.profile['arn']} exists and holds the role "
            f"{', '.join(account.other_roles_of_profile)}. Choose another name"
        )
    elif account.profile and not account.owns_profile:
        yield (
            f"{name}: the instance profile {account.profile['arn']} exists, but has no tag {MANAGED}, which this "
            "collection gives to what it creates. Instances that use it would get the role's permissions. Choose "
            f"another name, or, if it is yours, set {account.called('adopt_instance_profile')}: true"
        )
    missing = [
        audience for audience in options["oidc_audiences"] if audience not in account.provider.get("audiences", [])
    ]
    if account.provider and missing and not account.owns_provider:
        trusting = ", ".join(account.provider["trusted_by"])
        yield (
            f"{account.called('oidc_audiences')}: the OIDC provider {account.provider['arn']} exists, but doesn't "
            f"accept {', '.join(missing)}, and this collection did not create it. "
            f"{f'The roles {trusting} trust it. ' if trusting else ''}Add the audience to it, or, if it is yours, set "
            f"{account.called('adopt_oidc_provider')}: true"
        )


def _absent_conflicts(account: Account) -> Iterator[str]:
    """Yield why something can't be deleted, one sentence each."""
    options, name = account.options, account.called("role_name")
    yield from deletion_problems(account)
    if account.other_profiles:
        yield (
            f"{name}: other instance profiles hold the role {options['role_name']}: "
            f"{', '.join(account.other_profiles)}; take it out of them first"
        )
    if account.owns_profile and account.other_roles_of_profile:
        yield (
            f"{name}: the instance profile {account.profile['name']} holds the role "
            f"{', '.join(account.other_roles_of_profile)}; take it out first"
        )
    if options["oidc_provider_state"] == "absent" and account.provider:
        yield from _provider_conflicts(account)


def _provider_conflicts(account: Account) -> Iterator[str]:
    field, provider = account.called("oidc_provider_state"), account.provider
    others = account.others_trusting(provider)
    if others:
        yield f"{field}: other roles trust the provider {provider['name']}: {', '.join(others)}"
    if not account.owns_provider:
        yield (
            f"{field}: the OIDC provider {provider['arn']} has no tag {MANAGED}, which this collection gives to what "
            f"it creates. If it is yours, set {account.called('adopt_oidc_provider')}: true"
        )
