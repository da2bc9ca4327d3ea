# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Parameters of calls are named as AWS names them.
# ruff: noqa: N803

"""An organization with centralized root access in memory, whose answers can be scripted, and whose caller can die.

No emulator of AWS's has these calls. They answer as the API references of IAM, STS and Organizations say.
"""

from __future__ import annotations

import threading
import time
import typing as t
from collections import Counter
from collections.abc import Callable, Mapping
from types import SimpleNamespace

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.task import FailedError
from ansible_collections.cloudhsm.iam.plugins.module_utils._root_access.run import run
from ansible_collections.cloudhsm.iam.plugins.modules.root_access import ARGUMENT_SPEC
from helpers.accounts.simulated_identity_center import Answer, Client, failure
from helpers.moto.kills import KilledError

ORGANIZATION = "o-exampleorgid"
MANAGEMENT, DELEGATED, SHOP, LOGS, CLOSED = (digit * 12 for digit in "12345")
AUDIT, DELETE, RECOVER = "IAMAuditRootUserCredentials", "IAMDeleteRootUserCredentials", "IAMCreateRootUserPassword"
FEATURES = {"RootCredentialsManagement", "RootSessions"}
LOOKING = {"get_login_profile", "list_access_keys", "list_mfa_devices", "list_signing_certificates"}
TASKS = {
    AUDIT: LOOKING,
    DELETE: LOOKING
    | {"delete_login_profile", "delete_access_key", "delete_signing_certificate", "deactivate_mfa_device"},
    RECOVER: {"get_login_profile", "create_login_profile"},
}
READS = ("list_", "get_", "describe_", "assume_")


def credentials(
    password: bool = False,
    keys: tuple[str, ...] = (),
    certificates: tuple[str, ...] = (),
    devices: tuple[str, ...] = (),
) -> Answer:
    """What a root user has."""
    return {"password": password, "keys": [*keys], "certificates": [*certificates], "devices": [*devices]}


class Session(Client):
    """A client with the credentials of a session, which is open until it is closed."""

    def __init__(self, call: Callable[[str, Answer], Answer], sessions: set[Session]) -> None:
        super().__init__(call)
        self._sessions = sessions
        sessions.add(self)

    def close(self) -> None:
        """Give up the connections."""
        self._sessions.discard(self)


class Organization:
    """The organization. Scripts are errors that the next calls of an account get; the account "" is the caller's."""

    def __init__(self) -> None:
        self.caller = f"arn:aws:iam::{MANAGEMENT}:user/Administrator"
        self.feature_set = "ALL"
        self.trusted = True
        # Sessions that have not been closed.
        self.open: set[Session] = set()
        self.features = set(FEATURES)
        self.delegates: set[str] = set()
        self.units = {"ou-1": "Workloads", "ou-2": "Sandbox"}
        self.accounts = {MANAGEMENT: "r-1", DELEGATED: "r-1", SHOP: "ou-1", LOGS: "ou-2", CLOSED: "ou-2"}
        self.tags = {SHOP: {"stage": "live"}}
        self.closed = {CLOSED}
        self.roots = {account: credentials() for account in self.accounts}
        self.scripts: dict[tuple[str, str], list[Exception]] = {}
        self.calls: Counter[tuple[str, str]] = Counter()
        self.writes: list[tuple[str, str]] = []
        # At which write the caller dies, and whether AWS still does what was asked.
        self.kill: tuple[int, bool] | None = None
        # Calls that were made at the same time, at most.
        self.at_once = 0
        self._now = 0
        self._lock = threading.Lock()

    @property
    def account_id(self) -> str:
        """The account of the caller."""
        return self.caller.split(":")[4]

    def run(self, check_mode: bool = False, **params: t.Any) -> Answer:
        """What the module comes to. Its failure is a result too."""
        defaults = {name: spec.get("default") for name, spec in ARGUMENT_SPEC.items()}
        organizations, iam, sts = (Client(self._called("", own)) for own in ("organizations", "iam", "sts"))
        task: t.Any = SimpleNamespace(
            params={**defaults, **params},
            check_mode=check_mode,
            diff=True,
            tell=lambda _line: None,
            sts_client=lambda: sts,
            regional_sts_client=lambda _workers: sts,
            iam_client=lambda _workers: iam,
            store_client=lambda _service, _workers: organizations,
            session_client=lambda _service, session: self._session(session),
        )
        try:
            return run(task)
        except FailedError as exc:
            return {"failed": True, **exc.result}

    def left(self, account: str) -> list[str]:
        """What a root user has, in one list."""
        root = self.roots[account]
        return [*(["password"] if root["password"] else []), *root["keys"], *root["certificates"], *root["devices"]]

    def _session(self, session: Mapping[str, str]) -> t.Any:
        account, task = session["SessionToken"].split()
        return Session(self._called(account, "root", task), self.open)

    def _called(self, account: str, own: str, task: str = "") -> Callable[[str, Answer], Answer]:
        def call(operation: str, params: Answer) -> Answer:
            method: Callable[..., Answer] = getattr(self, f"_{own}_{operation}")
            with self._lock:
                self.calls[account or params.get("TargetPrincipal", ""), operation] += 1
                self._now += 1
                self.at_once = max(self.at_once, self._now)
            # Long enough for other threads to come in between.
            time.sleep(0.001)
            with self._lock:
                self._now -= 1
                return self._answer(account, operation, params, task, method)

        return call

    def _answer(self, account: str, operation: str, params: Answer, task: str, method: Callable[..., Answer]) -> Answer:
        script = self.scripts.get((account or params.get("TargetPrincipal", ""), operation))
        if script:
            raise script.pop(0)
        if task and operation not in TASKS[task]:
            raise failure("AccessDenied", operation)
        given = (account, *params.values()) if account else tuple(params.values())
        if operation.startswith(READS):
            return method(*given)
        self.writes.append((account, operation))
        number, after = self.kill or (0, False)
        if number and len(self.writes) > number - (not after):
            raise KilledError
        answer = method(*given)
        if number and len(self.writes) == number:
            raise KilledError
        return answer

    # STS

    def _sts_get_caller_identity(self) -> Answer:
        return {"Account": self.account_id, "Arn": self.caller, "UserId": "AIDAEXAMPLE"}

    def _sts_assume_root(self, TargetPrincipal: str, TaskPolicyArn: Answer, DurationSeconds: int) -> Answer:
        task = TaskPolicyArn["arn"].removeprefix("arn:aws:iam::aws:policy/root-task/")
        if task not in TASKS or DurationSeconds > 900:
            raise failure("ValidationError", "AssumeRoot")
        allowed = self.account_id == MANAGEMENT or self.account_id in self.delegates
        member = TargetPrincipal in self.accounts.keys() - self.closed - {MANAGEMENT}
        if not (allowed and member and self.trusted and "RootCredentialsManagement" in self.features):
            raise failure("AccessDenied", "AssumeRoot")
        return {"Credentials": {"SessionToken": f"{TargetPrincipal} {task}"}}

    # IAM of the caller

    def _iam_list_organizations_features(self) -> Answer:
        if not self.trusted:
            raise failure("ServiceAccessNotEnabledException", "ListOrganizationsFeatures")
        if self.account_id != MANAGEMENT and self.account_id not in self.delegates:
            raise failure("AccountNotManagementOrDelegatedAdministratorException", "ListOrganizationsFeatures")
        return {"EnabledFeatures": sorted(self.features)}

    def _switch_on(self, feature: str) -> Answer:
        if not self.trusted:
            raise failure("ServiceAccessNotEnabledException")
        self.features.add(feature)
        return {}

    def _iam_enable_organizations_root_credentials_management(self) -> Answer:
        return self._switch_on("RootCredentialsManagement")

    def _iam_enable_organizations_root_sessions(self) -> Answer:
        return self._switch_on("RootSessions")

    # IAM of a root user

    def _root_get_login_profile(self, account: str) -> Answer:
        if not self.roots[account]["password"]:
            raise failure("NoSuchEntity", "GetLoginProfile")
        return {"LoginProfile": {}}

    def _root_create_login_profile(self, account: str) -> Answer:
        if self.roots[account]["password"]:
            raise failure("EntityAlreadyExists", "CreateLoginProfile")
        self.roots[account]["password"] = True
        return {"LoginProfile": {}}

    def _root_delete_login_profile(self, account: str) -> Answer:
        self._root_get_login_profile(account)
        self.roots[account]["password"] = False
        return {}

    def _root_list_access_keys(self, account: str) -> Answer:
        return {"AccessKeyMetadata": [{"AccessKeyId": key, "Status": "Active"} for key in self.roots[account]["keys"]]}

    def _root_list_signing_certificates(self, account: str) -> Answer:
        return {"Certificates": [{"CertificateId": each} for each in self.roots[account]["certificates"]]}

    def _root_list_mfa_devices(self, account: str) -> Answer:
        return {"MFADevices": [{"SerialNumber": device} for device in self.roots[account]["devices"]]}

    def _remove(self, account: str, kind: str, known: str) -> Answer:
        if known not in self.roots[account][kind]:
            raise failure("NoSuchEntity")
        self.roots[account][kind].remove(known)
        return {}

    def _root_delete_access_key(self, account: str, AccessKeyId: str) -> Answer:
        return self._remove(account, "keys", AccessKeyId)

    def _root_delete_signing_certificate(self, account: str, CertificateId: str) -> Answer:
        return self._remove(account, "certificates", CertificateId)

    def _root_deactivate_mfa_device(self, account: str, SerialNumber: str) -> Answer:
        return self._remove(account, "devices", SerialNumber)

    # Organizations

    def _organizations_describe_organization(self) -> Answer:
        return {"Organization": {"Id": ORGANIZATION, "MasterAccountId": MANAGEMENT, "FeatureSet": self.feature_set}}

    def _organizations_list_aws_service_access_for_organization(self) -> Answer:
        services = ["sso.amazonaws.com", *(["iam.amazonaws.com"] if self.trusted else [])]
        return {"EnabledServicePrincipals": [{"ServicePrincipal": one} for one in services]}

    def _organizations_enable_aws_service_access(self, ServicePrincipal: str) -> Answer:
        assert ServicePrincipal == "iam.amazonaws.com"
        self.trusted = True
        return {}

    def _organizations_list_delegated_administrators(self, ServicePrincipal: str) -> Answer:
        assert ServicePrincipal == "iam.amazonaws.com"
        return {"DelegatedAdministrators": [{"Id": one} for one in self.delegates]}

    def _organizations_register_delegated_administrator(self, AccountId: str, ServicePrincipal: str) -> Answer:
        assert ServicePrincipal == "iam.amazonaws.com"
        if AccountId in self.delegates:
            raise failure("AccountAlreadyRegisteredException")
        self.delegates.add(AccountId)
        return {}

    def _described(self, account: str) -> Answer:
        state = "SUSPENDED" if account in self.closed else "ACTIVE"
        return {"Id": account, "Arn": f"arn:{account}", "Name": f"a{account}", "Email": "a@b.c", "State": state}

    def _organizations_list_accounts(self) -> Answer:
        return {"Accounts": [self._described(account) for account in self.accounts]}

    def _organizations_list_roots(self) -> Answer:
        return {"Roots": [{"Id": "r-1"}]}

    def _organizations_list_organizational_units_for_parent(self, ParentId: str) -> Answer:
        units = self.units.items() if ParentId == "r-1" else []
        return {"OrganizationalUnits": [{"Id": key, "Name": name} for key, name in units]}

    def _organizations_list_accounts_for_parent(self, ParentId: str) -> Answer:
        return {"Accounts": [self._described(account) for account, unit in self.accounts.items() if unit == ParentId]}

    def _organizations_list_tags_for_resource(self, ResourceId: str) -> Answer:
        return {"Tags": [{"Key": key, "Value": value} for key, value in self.tags.get(ResourceId, {}).items()]}
