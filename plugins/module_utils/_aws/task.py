# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""What a module's logic works with, be it in a module's process or in an action of the controller's."""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

try:
    from botocore.config import Config
except ImportError:
    # AnsibleAWSModule says that boto3 is missing before a client is made.
    pass

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.answers import check_answers
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.credentials import (
    CREDENTIALS_TIMEOUT,
    PROFILE_AND_KEYS,
    check_credentials,
    has_profile_and_keys,
    time_limit,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.errors import AWS_ERRORS, sentence
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.expected_account import (
    read_account_ids,
    wrong_account,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.first_contact import (
    CONNECT_TIMEOUT,
    READ_TIMEOUT,
    FirstContact,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.memory import Memory
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.progress import tell_controller
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.region import GLOBAL, default_region
from ansible_collections.cloudhsm.iam.plugins.module_utils._version import VERSION

if t.TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_sts import STSClient

# Tries of one call, the first included. In adaptive mode botocore also slows all calls of the client
# down when AWS throttles one of them.
ATTEMPTS = 10
# Connections that a client keeps open at least, which is botocore's own default.
CONNECTIONS = 10
# Where STS is asked in the partition aws if no region is set, and that the endpoint has to be a region's.
REGION = "us-east-1"
GLOBAL_STS = "sts.amazonaws.com"
Result = dict[str, t.Any]


class FailedError(Exception):
    """The task fails with this result, whose msg says why."""

    def __init__(self, msg: str, **result: t.Any) -> None:
        super().__init__(msg)
        self.result: Result = {"msg": msg, **result}


class Connection(t.Protocol):
    """What amazon.aws makes clients with: its class of modules, and its base of plugins."""

    @property
    def region(self) -> str | None:
        """The region that the options, the environment or the profile name."""

    def client(self, service: str, retry_decorator: t.Any = None, **options: t.Any) -> t.Any:
        """A client of boto3's. Raises what botocore raises."""


@dataclass(frozen=True)
class Task:
    """A task's options and how it is run, and the clients for the account that it may work in."""

    params: Mapping[str, t.Any]
    connection: Connection
    # Takes a sentence that people read when the task is done.
    warn: Callable[[str], None]
    # Takes a line that people read while the task goes on.
    tell: Callable[[str], None] = tell_controller
    check_mode: bool = False
    diff: bool = False
    # What it shares with the other parts of a plan, if it is one.
    memory: Memory | None = None
    _checked: list[STSClient] = field(default_factory=list, init=False, repr=False)

    @property
    def region(self) -> str | None:
        """The region that is set; None where none is, which IAM and STS do without."""
        return self.connection.region

    def iam_client(self, workers: int = 1) -> IAMClient:
        """A client for IAM that this many threads can share. Raises FailedError."""
        self.check_account()
        return t.cast("IAMClient", self._client("iam", workers))

    def sts_client(self) -> STSClient:
        """A client for STS; who calls is known where it had to be checked, and not asked for again.

        Raises FailedError.
        """
        self.check_account()
        return self._checked[0] if self._checked else t.cast("STSClient", self._client("sts"))

    def store_client(self, service: str, workers: int) -> t.Any:
        """A client for a service of a region; whoever asks has seen to it that one is set. Raises FailedError."""
        self.check_account()
        return self._client(service, workers)

    def regional_sts_client(self, workers: int) -> STSClient:
        """A client for STS whose endpoint is that of a region, which AssumeRoot insists on. Raises FailedError."""
        self.check_account()
        region = self.region or default_region(self.params)
        region = REGION if region == GLOBAL else region
        client = self._new_client("sts", max(CONNECTIONS, workers), region=region)
        if urlsplit(client.meta.endpoint_url).hostname == GLOBAL_STS:
            # So do an older boto3, and whoever has set AWS_STS_REGIONAL_ENDPOINTS to legacy.
            regional = f"https://sts.{region}.amazonaws.com"
            client = self._new_client("sts", max(CONNECTIONS, workers), region=region, endpoint=regional)
        return t.cast("STSClient", client)

    def session_iam_client(self, credentials: Mapping[str, t.Any]) -> IAMClient:
        """A client for IAM with the credentials of a session, as STS gives them. Raises FailedError.

        The session is of another account than the task's, which was checked before anybody could begin one.
        """
        keys = {
            "aws_access_key_id": credentials["AccessKeyId"],
            "aws_secret_access_key": credentials["SecretAccessKey"],
            "aws_session_token": credentials["SessionToken"],
        }
        return t.cast("IAMClient", self._new_client("iam", CONNECTIONS, **keys))

    def check_account(self) -> None:
        """Raise FailedError unless the credentials are of an account that is expected. No client is given out before.

        Asks AWS once, and only where accounts are expected.
        """
        if not self.params.get("expected_account_ids") or self._checked:
            return
        expected, wrong = read_account_ids(self.params["expected_account_ids"])
        problems = [f"expected_account_ids: {problem}" for problem in wrong]
        if problems:
            raise FailedError("; ".join(problems), problems=problems)
        sts = t.cast("STSClient", self._client("sts"))
        try:
            identity = sts.get_caller_identity()
        except AWS_ERRORS as exc:
            raise failure(exc, "look up the account") from exc
        if identity["Account"] not in expected:
            raise FailedError(wrong_account(identity["Account"], identity["Arn"], expected))
        t.cast(t.Any, sts).get_caller_identity = lambda: identity
        self._checked.append(sts)

    def _client(self, service: str, connections: int = 1) -> t.Any:
        connections = max(CONNECTIONS, connections)
        if self.memory is None:
            return self._new_client(service, connections)
        return self.memory.client((service, connections), lambda: self._new_client(service, connections))

    def _new_client(self, service: str, connections: int, **other: str) -> t.Any:
        """A client; other is what it has instead of the task's region, endpoint and keys."""
        if has_profile_and_keys(self.params):
            raise FailedError(PROFILE_AND_KEYS)
        config = Config(
            retries={"mode": "adaptive", "total_max_attempts": ATTEMPTS},
            connect_timeout=CONNECT_TIMEOUT,
            read_timeout=READ_TIMEOUT,
            max_pool_connections=connections,
            user_agent_extra=f"cloudhsm.iam/{VERSION}",
        )
        try:
            with time_limit(CREDENTIALS_TIMEOUT):
                # IAM is global, and so is who calls: no region has to be set. botocore itself insists on one for STS,
                # and for IAM where the endpoint is given.
                region = self.region or default_region(self.params)
                # The user's own aws_config is merged over this one.
                client = self.connection.client(service, config=config, **{"region": region, **other})
                check_credentials(client)
        except Exception as exc:  # of the user's aws_config and profile, which run through all of Python
            raise failure(exc, "connect to AWS") from exc
        FirstContact(client)
        check_answers(client)
        return client


def failure(exc: BaseException, doing: str, **result: t.Any) -> FailedError:
    """The failure that tells in one sentence of an error met while doing something."""
    return FailedError(sentence(exc, doing), **result)


class Module(t.NamedTuple):
    """A module of this collection: its full name, its own options, and what it does. run raises FailedError."""

    name: str
    argument_spec: dict[str, t.Any]
    run: Callable[[Task], Result]
