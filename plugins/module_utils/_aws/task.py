# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The options and clients of a task, for logic that runs in a module process or in an action plugin."""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Mapping, Sequence
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
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.expected_account import read_account_ids, wrong_account
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.first_contact import (
    CONNECT_TIMEOUT,
    READ_TIMEOUT,
    FirstContact,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.input import in_one_message
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.memory import Memory
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.progress import tell_controller
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.region import GLOBAL, default_region
from ansible_collections.cloudhsm.iam.plugins.module_utils._version import VERSION

if t.TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_sts import STSClient

# Tries per call, including the first. In adaptive mode botocore also slows down all calls of a client when AWS
# throttles one.
ATTEMPTS = 10
# Connections that a client keeps open at least; also botocore's default.
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
    """What makes clients: amazon.aws's module class or plugin base class."""

    @property
    def region(self) -> str | None:
        """The region set by the options, the environment or the profile."""

    def client(self, service: str, retry_decorator: t.Any = None, **options: t.Any) -> t.Any:
        """A boto3 client. Raises botocore's errors."""


@dataclass(frozen=True)
class Task:
    """A task's options and mode, and clients for an account that it may work in."""

    params: Mapping[str, t.Any]
    connection: Connection
    # Shows a sentence when the task ends.
    warn: Callable[[str], None]
    # Shows a progress line while the task runs.
    tell: Callable[[str], None] = tell_controller
    check_mode: bool = False
    diff: bool = False
    # Shared with the other parts of a plan; None outside a plan.
    memory: Memory | None = None
    _checked: list[STSClient] = field(default_factory=list, init=False, repr=False)

    @property
    def region(self) -> str | None:
        """The region that is set; None if there is none, which IAM and STS allow."""
        return self.connection.region

    def iam_client(self, workers: int = 1) -> IAMClient:
        """An IAM client that this many threads can share. Raises FailedError."""
        self.check_account()
        return t.cast("IAMClient", self._client("iam", workers))

    def iam_client_that_tries_once(self) -> IAMClient:
        """A client for a call that must not be repeated unasked, because each one makes something. Raises FailedError.

        Where the answer is lost nobody knows then whether the call had an effect.
        """
        self.check_account()
        return t.cast("IAMClient", self._client("iam", attempts=1))

    def sts_client(self) -> STSClient:
        """An STS client, which answers GetCallerIdentity from the account check if there was one.

        Raises FailedError.
        """
        self.check_account()
        return self._checked[0] if self._checked else t.cast("STSClient", self._client("sts"))

    def store_client(self, service: str, workers: int) -> t.Any:
        """A client for a regional service; the caller makes sure that a region is set. Raises FailedError."""
        self.check_account()
        return self._client(service, workers)

    def session_client(self, service: str, credentials: Mapping[str, t.Any]) -> t.Any:
        """A client with the credentials of a session in another account, as STS returns them. Raises FailedError.

        The task's own account was checked before anyone could begin the session.
        """
        self.check_account()
        keys = {"AccessKeyId": "aws_access_key_id", "SecretAccessKey": "aws_secret_access_key"}
        given = {name: credentials[key] for key, name in {**keys, "SessionToken": "aws_session_token"}.items()}
        return self._new_client(service, CONNECTIONS, **given)

    def regional_sts_client(self, workers: int) -> STSClient:
        """An STS client with the endpoint of a region, which AssumeRoot insists on. Raises FailedError."""
        self.check_account()
        region = self.region or default_region(self.params)
        region = REGION if region == GLOBAL else region
        client = self._new_client("sts", max(CONNECTIONS, workers), region=region)
        if urlsplit(client.meta.endpoint_url).hostname == GLOBAL_STS:
            # An older boto3 does this, and AWS_STS_REGIONAL_ENDPOINTS set to legacy.
            regional = f"https://sts.{region}.amazonaws.com"
            client = self._new_client("sts", max(CONNECTIONS, workers), region=region, endpoint=regional)
        return t.cast("STSClient", client)

    def check_account(self) -> None:
        """Raise FailedError unless the credentials belong to an expected account. Runs before any client is given out.

        Calls AWS at most once, and only if expected_account_ids is set.
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

    def _client(self, service: str, connections: int = 1, attempts: int = ATTEMPTS) -> t.Any:
        connections = max(CONNECTIONS, connections)
        if self.memory is None:
            return self._new_client(service, connections, attempts)
        key = (service, connections, attempts)
        return self.memory.client(key, lambda: self._new_client(service, connections, attempts))

    def _new_client(self, service: str, connections: int, attempts: int = ATTEMPTS, **other: str) -> t.Any:
        """A client. other replaces the task's region, endpoint and keys."""
        if has_profile_and_keys(self.params):
            raise FailedError(PROFILE_AND_KEYS)
        config = Config(
            retries={"mode": "adaptive", "total_max_attempts": attempts},
            connect_timeout=CONNECT_TIMEOUT,
            read_timeout=READ_TIMEOUT,
            max_pool_connections=connections,
            user_agent_extra=f"cloudhsm.iam/{VERSION}",
        )
        try:
            with time_limit(CREDENTIALS_TIMEOUT):
                # IAM and STS are global, so users need not set a region. botocore requires one for STS, and for IAM
                # with a custom endpoint.
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
    """The FailedError for an exception, with a message in one sentence. doing is as for errors.sentence."""
    return FailedError(sentence(exc, doing), **result)


def refuse(problems: Sequence[str], start: str = "Nothing was changed. ") -> None:
    """Raise FailedError with all of the problems, if there are any, before anything was changed."""
    if problems:
        raise FailedError(f"{start}{in_one_message(problems)}", problems=list(problems))


class Module(t.NamedTuple):
    """A module of this collection: its full name, its own options, and its logic. run raises FailedError."""

    name: str
    argument_spec: dict[str, t.Any]
    run: Callable[[Task], Result]
