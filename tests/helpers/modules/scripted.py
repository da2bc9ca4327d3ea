# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Clients with scripted answers, and what the fixtures that unit tests share give."""

from __future__ import annotations

import copy
import typing as t
from collections.abc import Callable

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.task import Module
from botocore.stub import Stubber

Answer = dict[str, t.Any]

CLOUDHSM = "cloudhsm.amazonaws.com"


class Stubbed(t.NamedTuple):
    """A real client whose calls have to come in the order, and with the parameters, that were scripted."""

    client: t.Any
    stubber: Stubber

    def answers(self, operation: str, response: Answer, **params: t.Any) -> None:
        """The next call is this one, and gets a copy of this answer: botocore decodes documents where they stand."""
        self.stubber.add_response(operation, copy.deepcopy(response), params)

    def refuses(self, operation: str, code: str, message: str = "", **params: t.Any) -> None:
        """The next call is this one, and gets this error."""
        self.stubber.add_client_error(operation, code, message, expected_params=params)

    def lists_roles(self, *roles: Answer, service: str = CLOUDHSM) -> None:
        """The next call lists the service's roles, and gets these."""
        self.answers("list_roles", {"Roles": list(roles)}, PathPrefix=f"/aws-service-role/{service}/")


class AwsRole(t.Protocol):
    """Makes a service-linked role as AWS's answers have it."""

    def __call__(
        self, name: str = ..., service: str = ..., description: str | None = ..., role_id: str = ...
    ) -> Answer: ...


class RunModule(t.Protocol):
    """Runs a module's main() with these options and gives its result."""

    def __call__(
        self, main: Callable[[], None], *, check: bool = ..., diff: bool = ..., **options: t.Any
    ) -> Answer: ...


class RunTask(t.Protocol):
    """Runs a module's logic with these options and gives its result."""

    def __call__(self, module: Module, **options: t.Any) -> Answer: ...
