# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Random accounts and wishes for the planner, and what its changes would do to such an account."""

from __future__ import annotations

import json
import typing as t
import unicodedata
from collections.abc import Iterable
from dataclasses import replace

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.caller import Caller
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.marks import OWNED, PROTECTED, SUSPENDED
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.password_policy import PasswordRules
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.until import membership_of
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.denial import (
    DENY_EVERYTHING,
    INLINE_LENGTH,
    SUSPENDED_POLICY,
    policy_length,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.model import (
    Account,
    ActualUser,
    Change,
    Credentials,
    DesiredUser,
    Options,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.suspension import NOTE
from helpers.accounts.simulated_temporary import carried_out, counted, wished, with_memberships
from hypothesis import strategies as st

CALLER = Caller("123456789012", "arn:aws:iam::123456789012:user/ops/root-like", "AIDAEXAMPLE")
NAMES = [f"user{number}" for number in range(5)]
GROUPS = ["Administrators", "CloudHSMAdministrators", "Auditors", "Readers"]
# Where pending users are; no wish names it.
ONBOARDING = "Onboarding"
POLICIES = [f"arn:aws:iam::123456789012:policy/{name}" for name in ("first", "second", "third")]
BOUNDARIES = ["arn:aws:iam::123456789012:policy/boundary", "arn:aws:iam::123456789012:policy/narrow"]
PATHS = ["/", "/hsm/", "/staff/berlin/"]
# Of AWS, which need not be made.
OTHER_POLICIES = [
    f"arn:aws:iam::aws:policy/{name}"
    for name in (
        "AmazonS3FullAccess",
        "AmazonS3ReadOnlyAccess",
        "AmazonSQSFullAccess",
        "AmazonSQSReadOnlyAccess",
        "AmazonSNSFullAccess",
        "AmazonSNSReadOnlyAccess",
        "AmazonEC2FullAccess",
        "AmazonEC2ReadOnlyAccess",
        "AmazonVPCFullAccess",
        "AmazonVPCReadOnlyAccess",
    )
]
CHANGE_PASSWORD = "arn:aws:iam::aws:policy/IAMUserChangePassword"
POLICIES_QUOTA = 10
TAGS_QUOTA = 50
DENY_ALL = "arn:aws:iam::aws:policy/AWSDenyAll"
TAG = Options().managed_by_tag
NOTES = [{SUSPENDED: OWNED, f"{NOTE}1": words} for words in ("AKIA1 APKA1", "ACCA1 AKIA2 CERT1 console deny-all")]
ANYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
EMPTY = Account(CALLER, {}, frozenset((*GROUPS, ONBOARDING)))

tags = st.dictionaries(st.sampled_from(["team", "cost-centre", "owner"]), st.sampled_from(["a", "b", ""]))
some_groups = st.frozensets(st.sampled_from(GROUPS))
some_policies = st.frozensets(st.sampled_from(POLICIES))


def credentials(name: str) -> st.SearchStrategy[Credentials]:
    """What may hang on the user of this name."""
    return st.builds(
        Credentials,
        access_keys=st.sampled_from([(), ("AKIA1",), ("AKIA1", "AKIA2")]),
        mfa_devices=st.sampled_from(
            [
                (),
                (f"arn:aws:iam::123456789012:mfa/{name}",),
                (f"arn:aws:iam::123456789012:mfa/{name},phone=1",),
                (f"GAHT-{name}",),
            ]
        ),
        ssh_public_keys=st.sampled_from([(), ("APKA1",)]),
        signing_certificates=st.sampled_from([(), ("CERT1",)]),
        service_specific_credentials=st.sampled_from([(), ("ACCA1",)]),
    )


@st.composite
def actual_users(draw: st.DrawFn, name: str) -> ActualUser:
    """A user as the account may have it, read in full."""
    path = draw(st.sampled_from(PATHS))
    have = draw(credentials(name))
    owned = draw(st.booleans())
    console = draw(st.booleans())
    protected = draw(st.booleans())
    suspended = draw(st.sampled_from([{}, {}, {}, {SUSPENDED: OWNED}, *NOTES]))
    denied = draw(st.booleans())
    inline = draw(st.frozensets(st.sampled_from(["inline"])))
    return ActualUser(
        name=name,
        arn=f"arn:aws:iam::123456789012:user{path}{name}",
        path=path,
        tags={
            **draw(tags),
            **({TAG: OWNED} if owned else {}),
            **({PROTECTED: OWNED} if protected else {}),
            **suspended,
        },
        groups=draw(some_groups) | draw(st.sampled_from([frozenset(), frozenset({ONBOARDING})])),
        managed_policies=draw(some_policies) | ({DENY_ALL} if denied else set()),
        inline_policies=inline,
        inline_length=policy_length(ANYTHING) * len(inline),
        boundary=draw(st.sampled_from([None, *BOUNDARIES])),
        console_access=console,
        password_reset_required=draw(st.booleans()) if console else None,
        has_mfa=bool(have.mfa_devices),
        credentials=replace(
            have,
            active_access_keys=have.access_keys[:1],
            active_ssh_public_keys=have.ssh_public_keys if draw(st.booleans()) else (),
            active_signing_certificates=have.signing_certificates if draw(st.booleans()) else (),
            active_service_specific_credentials=have.service_specific_credentials if draw(st.booleans()) else (),
        ),
    )


@st.composite
def prepared_users(draw: st.DrawFn, name: str) -> ActualUser:
    """A user with as much of everything as IAM allows, or nearly: nobody shall get out of a lock-out by that."""
    user = draw(actual_users(name))
    tags, policies = dict(user.tags), set(user.managed_policies)
    for number in range(draw(st.sampled_from([0, TAGS_QUOTA - 2, TAGS_QUOTA - 1, TAGS_QUOTA]))):
        if len(tags) < TAGS_QUOTA:
            tags[f"filler{number}"] = ""
    for arn in OTHER_POLICIES[: draw(st.sampled_from([0, POLICIES_QUOTA]))]:
        if len(policies) < POLICIES_QUOTA:
            policies.add(arn)
    full = draw(st.booleans())
    return replace(
        user,
        tags=tags,
        managed_policies=frozenset(policies),
        inline_policies=user.inline_policies | {"inline"} if full else user.inline_policies,
        inline_length=INLINE_LENGTH if full else user.inline_length,
    )


@st.composite
def accounts(draw: st.DrawFn, prepared: bool = False) -> Account:
    """An account with some users and all groups; prepared ones have some users that stand against a lock-out."""
    names = draw(st.lists(st.sampled_from(NAMES), unique=True))
    kinds = st.sampled_from([actual_users, actual_users, prepared_users] if prepared else [actual_users])
    users = {name: draw(draw(kinds)(name)) for name in names}
    account = replace(EMPTY, users=users, password_rules=PasswordRules(changeable=draw(st.booleans())))
    return draw(with_memberships(account))


@st.composite
def desired_users(draw: st.DrawFn, name: str) -> DesiredUser:
    """A user as somebody may ask for it."""
    console = draw(st.sampled_from([None, True, False]))
    state = draw(st.sampled_from(["present", "present", "present", "absent", "suspended"]))
    groups = draw(st.none() | some_groups)
    leaves = draw(some_groups) - (groups or frozenset())
    temporary = draw(st.none() | wished)
    return DesiredUser(
        name=name,
        present=state != "absent",
        suspended=state == "suspended",
        protected=draw(st.sampled_from([None, True, False])) if state == "present" else None,
        path=draw(st.sampled_from([None, *PATHS])),
        tags=draw(st.none() | tags),
        groups=groups,
        leaves=leaves,
        managed_policies=draw(st.none() | some_policies),
        temporary=tuple(wish for wish in temporary if wish.group not in (groups or ()) and wish.group not in leaves)
        if temporary is not None
        else None,
        boundary=draw(st.sampled_from([None, "", *BOUNDARIES])),
        console_access=console,
        password="Secret-1-given" if console and draw(st.booleans()) else None,
        password_reset_required=draw(st.booleans()),
    )


@st.composite
def wishes(draw: st.DrawFn) -> list[DesiredUser]:
    """The users that one run is asked for."""
    names = draw(st.lists(st.sampled_from(NAMES), unique=True))
    wanted = [draw(desired_users(name)) for name in names]
    spare = [name for name in NAMES if name not in names]
    return [
        replace(one, previous_name=spare.pop()) if spare and _is_present(one) and draw(st.booleans()) else one
        for one in wanted
    ]


def _is_present(wish: DesiredUser) -> bool:
    return wish.present and not wish.suspended


options = st.builds(
    Options,
    purge_users=st.booleans(),
    purge_groups=st.booleans(),
    purge_tags=st.booleans(),
    purge_policies=st.booleans(),
    restore_suspended=st.booleans(),
    restore_users=st.frozensets(st.sampled_from(NAMES[:2])),
    restore_credentials=st.frozensets(st.sampled_from(["AKIA1", "AKIA2", "APKA1", "CERT1", "ACCA1"])),
    allow_password_change=st.booleans(),
    max_deletions=st.just(len(NAMES)),
    onboarding_group=st.sampled_from([None, ONBOARDING]),
)


def user(name: str = "alice", **fields: t.Any) -> ActualUser:
    """A user that was read in full, and has nothing but what is given."""
    blank = ActualUser(name, f"arn:aws:iam::123456789012:user/{name}", console_access=False, credentials=Credentials())
    return replace(blank, **fields)


def account_with(name: str, **fields: t.Any) -> Account:
    """An account with one user."""
    return replace(EMPTY, users={name: user(name, **fields)})


# What IAM answers about a user and a group that were just made, and the tags that the user was given.
ALICE = {
    "UserName": "alice",
    "Path": "/",
    "UserId": "AIDAEXAMPLEEXAMPLE",
    "Arn": "arn:aws:iam::123456789012:user/alice",
    "CreateDate": "2026-11-24",
}
NEW_GROUP = {
    "GroupName": "New",
    "Path": "/",
    "GroupId": "AGPAEXAMPLEEXAMPLE",
    "Arn": "arn:aws:iam::123456789012:group/New",
    "CreateDate": "2026-11-24",
}
OWNED_TAGS = [{"Key": TAG, "Value": OWNED}]


class RefusedCallError(Exception):
    """IAM would refuse this call in this state."""


def carry_out(account: Account, changes: Iterable[Change]) -> Account:
    """The account after these write calls. Raises RefusedCallError for one that IAM would refuse."""
    users = dict(account.users)
    policies = dict(account.temporary_policies)
    for change in changes:
        params = dict(change.params)
        if carried_out(policies, change, {arn for user in users.values() for arn in user.managed_policies}):
            continue
        if change.operation == "create_user":
            if change.user in users:
                raise RefusedCallError("EntityAlreadyExists")
            users[change.user] = _created(account, change)
        elif change.operation == "delete_virtual_mfa_device":
            if any(
                params["SerialNumber"] in user.credentials.mfa_devices for user in users.values() if user.credentials
            ):
                raise RefusedCallError("DeleteConflict")
        elif "NewUserName" in change.params:
            if params["NewUserName"] in users:
                raise RefusedCallError("EntityAlreadyExists")
            users[params["NewUserName"]] = _renamed(users.pop(change.user), params["NewUserName"])
        elif change.operation == "delete_user":
            _check_bare(users.pop(change.user))
        else:
            users[change.user] = _EFFECTS[change.operation](users[change.user], params)
    return counted(replace(account, users=users, temporary_policies=policies))


def _created(account: Account, change: Change) -> ActualUser:
    return ActualUser(
        name=change.user,
        arn=account.user_arn(change.user, change.params["Path"]),
        path=change.params["Path"],
        tags=_tags(change.params["Tags"]),
        boundary=change.params.get("PermissionsBoundary"),
        console_access=False,
        has_mfa=False,
        credentials=Credentials(),
    )


def _check_bare(user: ActualUser) -> None:
    left = [user.groups, user.managed_policies, user.inline_policies, user.console_access]
    left += list(vars(user.credentials).values())
    if any(left):
        raise RefusedCallError(f"DeleteConflict: {left}")


def _tagged(user: ActualUser, new: t.Mapping[str, str]) -> ActualUser:
    """IAM API reference, data type Tag, and the quota of tags for each user."""
    for text in (*new, *new.values()):
        bad = [one for one in text if not (unicodedata.category(one)[0] in "LZN" or one in "_.:/=+-@")]
        if bad or len(text) > 256:
            raise RefusedCallError(f"ValidationError: {text}")
    tags = {**user.tags, **new}
    if len(tags) > TAGS_QUOTA:
        raise RefusedCallError("LimitExceeded: tags")
    return replace(user, tags=tags)


def _attached(user: ActualUser, arn: str) -> ActualUser:
    policies = user.managed_policies | {arn}
    # The plan may go beyond the quota with temporary memberships, which the guard refuses.
    if not membership_of(arn) and len(policies) > POLICIES_QUOTA + sum(map(bool, map(membership_of, policies))):
        raise RefusedCallError("LimitExceeded: attached policies")
    return replace(user, managed_policies=policies)


def _put_inline(user: ActualUser, name: str, document: str) -> ActualUser:
    length = user.inline_length + policy_length(document)
    if length > INLINE_LENGTH:
        raise RefusedCallError("LimitExceeded: inline policies")
    altered = document != json.dumps(DENY_EVERYTHING) if name == SUSPENDED_POLICY else user.altered_deny
    return replace(user, inline_policies=user.inline_policies | {name}, inline_length=length, altered_deny=altered)


def _inline_gone(user: ActualUser, name: str) -> ActualUser:
    user = replace(user, inline_policies=_without(user.inline_policies, name))
    # The others are those of the strategies, of which each user has one at most.
    if name != SUSPENDED_POLICY:
        return replace(user, inline_length=0)
    return replace(user, altered_deny=False, inline_length=max(0, user.inline_length - policy_length(DENY_EVERYTHING)))


def _tags(listed: Iterable[t.Mapping[str, str]]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in listed}


Effect = t.Callable[[ActualUser, t.Mapping[str, t.Any]], ActualUser]


def _renamed(user: ActualUser, name: str) -> ActualUser:
    return replace(user, name=name, arn=f"arn:aws:iam::123456789012:user{user.path}{name}")


def _moved(user: ActualUser, path: str) -> ActualUser:
    return replace(user, path=path, arn=f"arn:aws:iam::123456789012:user{path}{user.name}")


def _login(user: ActualUser, there: bool, reset: bool | None) -> ActualUser:
    if user.console_access == there:
        raise RefusedCallError("EntityAlreadyExists" if there else "NoSuchEntity")
    return replace(user, console_access=there, password_reset_required=reset)


def _without(items: t.Any, item: str) -> t.Any:
    """The collection without one of its items, of the same type."""
    if item not in items:
        raise RefusedCallError(f"NoSuchEntity: {item}")
    return type(items)(element for element in items if element != item)


def _device_gone(user: ActualUser, params: t.Mapping[str, t.Any]) -> ActualUser:
    have = t.cast(Credentials, user.credentials)
    return replace(user, credentials=replace(have, mfa_devices=_without(have.mfa_devices, params["SerialNumber"])))


def _credential_gone(field: str, key: str) -> Effect:
    def effect(user: ActualUser, params: t.Mapping[str, t.Any]) -> ActualUser:
        have = t.cast(Credentials, user.credentials)
        left = _without(getattr(have, field), params[key])
        active = tuple(one for one in getattr(have, f"active_{field}") if one in left)
        return replace(user, credentials=replace(have, **{field: left, f"active_{field}": active}))

    return effect


def _switched(field: str, key: str) -> Effect:
    """A credential goes on or off. A call for one that is so already would be one too many."""

    def effect(user: ActualUser, params: t.Mapping[str, t.Any]) -> ActualUser:
        have = t.cast(Credentials, user.credentials)
        listed, active = getattr(have, field), set(getattr(have, f"active_{field}"))
        identifier, on = params[key], params["Status"] == "Active"
        if identifier not in listed or (identifier in active) == on:
            raise RefusedCallError(f"{identifier} is {params['Status']}")
        active ^= {identifier}
        return replace(
            user,
            credentials=replace(have, **{f"active_{field}": tuple(one for one in listed if one in active)}),
        )

    return effect


_EFFECTS: dict[str, Effect] = {
    "update_user": lambda user, p: _moved(user, p["NewPath"]),
    "tag_user": lambda user, p: _tagged(user, _tags(p["Tags"])),
    "untag_user": lambda user, p: replace(user, tags={k: v for k, v in user.tags.items() if k not in p["TagKeys"]}),
    "add_user_to_group": lambda user, p: replace(user, groups=user.groups | {p["GroupName"]}),
    "remove_user_from_group": lambda user, p: replace(user, groups=_without(user.groups, p["GroupName"])),
    "attach_user_policy": lambda user, p: _attached(user, p["PolicyArn"]),
    "put_user_policy": lambda user, p: _put_inline(user, p["PolicyName"], p["PolicyDocument"]),
    "detach_user_policy": lambda user, p: replace(
        user, managed_policies=_without(user.managed_policies, p["PolicyArn"])
    ),
    "delete_user_policy": lambda user, p: _inline_gone(user, p["PolicyName"]),
    "put_user_permissions_boundary": lambda user, p: replace(user, boundary=p["PermissionsBoundary"]),
    "delete_user_permissions_boundary": lambda user, _p: replace(user, boundary=None),
    "create_login_profile": lambda user, p: _login(user, True, p["PasswordResetRequired"]),
    "delete_login_profile": lambda user, _p: _login(user, False, None),
    "update_access_key": _switched("access_keys", "AccessKeyId"),
    "update_ssh_public_key": _switched("ssh_public_keys", "SSHPublicKeyId"),
    "update_signing_certificate": _switched("signing_certificates", "CertificateId"),
    "update_service_specific_credential": _switched("service_specific_credentials", "ServiceSpecificCredentialId"),
    "delete_access_key": _credential_gone("access_keys", "AccessKeyId"),
    "deactivate_mfa_device": _device_gone,
    "delete_ssh_public_key": _credential_gone("ssh_public_keys", "SSHPublicKeyId"),
    "delete_signing_certificate": _credential_gone("signing_certificates", "CertificateId"),
    "delete_service_specific_credential": _credential_gone(
        "service_specific_credentials", "ServiceSpecificCredentialId"
    ),
}
