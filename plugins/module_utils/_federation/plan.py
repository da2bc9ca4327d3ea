# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""From the variables of the role federated_access, and what the account holds, to what its tasks have to do."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator, Mapping

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.marks import MANAGED
from ansible_collections.cloudhsm.iam.plugins.module_utils._federation.input import ADMINISTRATOR, PREFIX, wish_of
from ansible_collections.cloudhsm.iam.plugins.module_utils._federation.saml_metadata import normal_form
from ansible_collections.cloudhsm.iam.plugins.module_utils._federation.saml_trust import (
    AUDIENCES,
    PROVIDER_ARN,
    saml_trust_policy,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.input import build_policy
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.ownership import (
    Expected,
    adoption_problem,
    is_mark,
    is_ours,
    may_be_used,
    new_tags,
)

# IAM User Guide, "Configure SAML assertions for the authentication response".
ATTRIBUTE = "https://aws.amazon.com/SAML/Attributes"

Options = Mapping[str, t.Any]


class Account:
    """What iam_account_info told, and what belongs to the role in it."""

    def __init__(self, options: Options, found: Mapping[str, t.Any]) -> None:
        self.options = options
        self.number = found["account"]["account_id"]
        self.partition = found["account"]["partition"]
        self.caller = found["account"]["caller_arn"]
        self.role = _first(found["roles"])
        self.policy = _first(found["policies"])
        self.provider = _first(found["saml_providers"])

    @property
    def provider_arn(self) -> str | None:
        """ARN of the provider, which is known before it is made; None where none was named."""
        name = self.options.get("provider_name")
        made_here = self._arn("saml-provider/", name) if name else None
        return self.options.get("provider_arn") or made_here

    @property
    def role_arn(self) -> str:
        """ARN of the role, which is known before it is made."""
        return str(self.role.get("arn") or self._arn(f"role{self._path}", self.options["role_name"]))

    @property
    def own_policy_arn(self) -> str:
        """ARN of the role's customer managed policy, which is known before it is made."""
        return str(self.policy.get("arn") or self._arn(f"policy{self._path}", self.options["policy_name"]))

    @property
    def administrator_arn(self) -> str:
        """ARN of the AWS managed policy of administrators."""
        return f"arn:{self.partition}:iam::aws:policy/AdministratorAccess"

    @property
    def others_trusted(self) -> list[str]:
        """Whom the role lets in besides the provider. Where none is named, any provider is taken for the one."""
        trusts = self.role.get("trusts", [])
        if self.provider_arn is None:
            return [principal for principal in trusts if not PROVIDER_ARN.fullmatch(principal)]
        return [principal for principal in trusts if principal != self.provider_arn]

    @property
    def expected_policy(self) -> Expected:
        """The role's customer managed policy as it is looked for."""
        return Expected(
            self.options["policy_name"],
            name_option=f"{PREFIX}policy_name",
            adopt_option=f"{PREFIX}adopt_policy",
            path=self.options.get("path"),
            path_option=f"{PREFIX}path",
            creation_tags=self.options["creation_tags"],
            adopt=bool(self.options.get("adopt_policy")),
        )

    @property
    def owns_policy(self) -> bool:
        """Whether there is a policy of the name, and it may be changed and deleted."""
        return bool(self.policy) and may_be_used(self.expected_policy, self.policy)

    @property
    def owns_role(self) -> bool:
        """Whether there is a role of the name that was made here, or that may be treated as if it was."""
        ours = is_ours(self.role.get("tags", {}), self.options["creation_tags"])
        return bool(self.role) and (ours or bool(self.options.get("adopt_role")))

    def _arn(self, kind: str, name: object) -> str:
        return f"arn:{self.partition}:iam::{self.number}:{kind}{name}"

    @property
    def _path(self) -> str:
        return str(self.options.get("path") or "/")


def make_plan(options: Options, found: Mapping[str, t.Any]) -> dict[str, t.Any]:
    """What the role's tasks have to do. Where it has problems, that is nothing, and the rest is left out."""
    account = Account(options, found)
    conflicts = _present_conflicts if options["state"] == "present" else _absent_conflicts
    document, wrong = _document(account)
    plan: dict[str, t.Any] = {
        "problems": [*(f"{PREFIX}{problem}" for problem in conflicts(account)), *wrong],
        "role_is_new": not account.role,
        "policy_is_new": not account.policy,
        "owns_policy": account.owns_policy,
        "role_arn": account.role_arn,
        "provider_arn": account.provider_arn,
    }
    return plan if plan["problems"] or options["state"] == "absent" else {**plan, **_present(account, document)}


def _document(account: Account) -> tuple[dict[str, t.Any], list[str]]:
    """The policy of a CloudHSM level for this account, and what is wrong with it: of another account, for example."""
    options = account.options
    if options["state"] != "present" or options["access"] == ADMINISTRATOR:
        return {}, []
    return build_policy(wish_of(options, account.partition, account.number))


def _present(account: Account, document: dict[str, t.Any]) -> dict[str, t.Any]:
    options = account.options
    own = [account.administrator_arn, account.own_policy_arn]
    wanted = own[0] if options["access"] == ADMINISTRATOR else own[1]
    others = [arn for arn in account.role.get("managed_policies", []) if arn not in own]
    mfa = {options["mfa_tag_key"]: options["mfa_tag_value"]} if options["require_mfa"] else {}
    endpoints = options["audiences"] or [AUDIENCES[account.partition]]
    return {
        "metadata": normal_form(options["metadata"]),
        "policy_arn": wanted,
        "policy_document": document,
        "managed_policies": [wanted, *([] if options["purge_policies"] else others)],
        "other_policies": others,
        "trust_policy": saml_trust_policy(str(account.provider_arn), mfa, options["session_tags"], endpoints),
        "role_tags": _tags(account, account.role),
        "policy_tags": _tags(account, account.policy),
        "sign_in_endpoints": endpoints,
        "saml_attributes": _saml_attributes(account, mfa),
    }


def _tags(account: Account, thing: Mapping[str, t.Any]) -> dict[str, str]:
    """Tags for a role or policy. Who made it is no tag to be purged."""
    marks, tags = account.options["creation_tags"], account.options["tags"]
    if not thing:
        return new_tags(marks, tags)
    if not account.options["purge_tags"]:
        return dict(tags)
    return {**{key: value for key, value in thing.get("tags", {}).items() if is_mark(key, marks)}, **tags}


def _saml_attributes(account: Account, mfa: Mapping[str, str]) -> dict[str, str]:
    """The attributes that the identity provider has to put into its assertions."""
    return {
        f"{ATTRIBUTE}/Role": f"{account.role_arn},{account.provider_arn}",
        f"{ATTRIBUTE}/RoleSessionName": "the user's name or e-mail address",
        # Without it the console gives an hour, whatever the role allows.
        f"{ATTRIBUTE}/SessionDuration": str(account.options["max_session_duration"]),
        **{f"{ATTRIBUTE}/PrincipalTag:{key}": value for key, value in mfa.items()},
    }


def _present_conflicts(account: Account) -> Iterator[str]:
    options = account.options
    yield from _foreign_role(account)
    problem = adoption_problem(account.expected_policy, account.policy)
    if problem and options["access"] != ADMINISTRATOR:
        yield problem.removeprefix(PREFIX)
    if account.partition not in AUDIENCES and not options["audiences"]:
        yield f"audiences: are needed in the partition {account.partition}"
    arns = [account.provider.get("arn"), *options["pending_providers"]]
    if options.get("provider_arn") and options["provider_arn"] not in arns:
        yield f"provider_arn: there is no SAML provider {options['provider_arn']} in account {account.number}"


def _absent_conflicts(account: Account) -> Iterator[str]:
    options = account.options
    yield from _foreign_role(account)
    inline = account.role.get("inline_policies", [])
    if inline:
        yield f"role_name: {options['role_name']} has inline policies, which have to go first: {', '.join(inline)}"
    if f":assumed-role/{options['role_name']}/" in account.caller:
        yield f"role_name: this run itself is signed in with the role {options['role_name']}"
    attached = account.own_policy_arn in account.role.get("managed_policies", [])
    if account.owns_policy and account.policy["attachments"] > attached:
        yield (
            f"policy_name: the policy {options['policy_name']} is attached to something else than the role "
            f"{options['role_name']} as well; detach it there first"
        )
    others = [role for role in account.provider.get("trusted_by", []) if role != options["role_name"]]
    if options["provider_state"] == "absent" and others:
        yield f"provider_state: other roles trust the provider {account.provider['name']}: {', '.join(others)}"


def _foreign_role(account: Account) -> Iterator[str]:
    """A role that was not made here is neither given rights nor deleted: whoever made it can let others in again."""
    if not account.role:
        return
    path = str(account.options.get("path") or "/")
    if account.role["path"] != path:
        yield (
            f"path: the role {account.role['arn']} exists, but its path is {account.role['path']}, not {path}, and IAM "
            f"can't move roles. Choose another {PREFIX}role_name, or, if this is the role that you mean, set "
            f"{PREFIX}path: {account.role['path']}"
        )
    if not account.owns_role:
        lets_in = f" and lets in {', '.join(account.others_trusted)}" if account.others_trusted else ""
        yield (
            f"role_name: the role {account.role['arn']} exists{lets_in}, but has no tag {MANAGED}, which this "
            "collection gives to what it creates. Choose another name, or, if it is yours (created by hand, for "
            f"example), set {PREFIX}adopt_role: true"
        )


def _first(found: list[dict[str, t.Any]]) -> dict[str, t.Any]:
    return found[0] if found else {}
