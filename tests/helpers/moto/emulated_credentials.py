# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Service-specific credentials, of which moto 5.2 has no call at all."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

from helpers.moto.answers import Answer, no_such_entity, success

ACTIONS = frozenset(f"{verb}ServiceSpecificCredential" for verb in ("Create", "Update", "Delete")) | {
    "ListServiceSpecificCredentials"
}


class ServiceSpecificCredentials:
    """The credentials of all users: status by identifier."""

    def __init__(self) -> None:
        self._statuses: dict[str, dict[str, str]] = {}
        self._numbers = itertools.count(1)

    def answer(self, action: str, params: Mapping[str, str]) -> Answer:
        """The answer to one of the ACTIONS about a user that is there."""
        name = params["UserName"]
        have = self._statuses.setdefault(name, {})
        if action == "ListServiceSpecificCredentials":
            members = "".join(f"<member>{_describe(name, one, status)}</member>" for one, status in have.items())
            listed = f"<ServiceSpecificCredentials>{members}</ServiceSpecificCredentials>"
            return success(action, f"{listed}<IsTruncated>false</IsTruncated>")
        if action == "CreateServiceSpecificCredential":
            identifier = f"ACCAEXAMPLEEXAMPL{next(self._numbers):03}"
            have[identifier] = "Active"
            made = f"{_describe(name, identifier, 'Active')}<ServicePassword>not-a-password</ServicePassword>"
            return success(action, f"<ServiceSpecificCredential>{made}</ServiceSpecificCredential>")
        identifier = params["ServiceSpecificCredentialId"]
        if identifier not in have:
            return no_such_entity(f"No such credential {identifier} exists")
        if action == "UpdateServiceSpecificCredential":
            have[identifier] = params["Status"]
        else:
            del have[identifier]
        return success(action)

    def any_left(self, name: str) -> bool:
        """Whether a user has any, which keeps it from being deleted."""
        return bool(self._statuses.get(name))


def _describe(name: str, identifier: str, status: str) -> str:
    fields = {
        "UserName": name,
        "ServiceSpecificCredentialId": identifier,
        "Status": status,
        "ServiceName": "codecommit.amazonaws.com",
        "ServiceUserName": f"{name}-at-123456789012",
        "CreateDate": "2026-11-24T00:00:00Z",
    }
    return "".join(f"<{key}>{value}</{key}>" for key, value in fields.items())
