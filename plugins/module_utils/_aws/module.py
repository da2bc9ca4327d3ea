# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The module class of this collection: amazon.aws's, with our user agent, our clients and our way to fail."""

from __future__ import annotations

import typing as t

try:
    import boto3
    import botocore
    from botocore.config import Config
except ImportError:
    # AnsibleAWSModule says so, and ends the module.
    pass

from ansible_collections.amazon.aws.plugins.module_utils.common import set_collection_info
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.credentials import (
    CREDENTIALS_TIMEOUT,
    PROFILE_AND_KEYS,
    check_credentials,
    has_profile_and_keys,
    time_limit,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.errors import AWS_ERRORS, sentence
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.expected_account import (
    EXPECTED_ACCOUNT_IDS,
    account_id_problems,
    wrong_account,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.first_contact import (
    CONNECT_TIMEOUT,
    READ_TIMEOUT,
    FirstContact,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._requirements import boto3_problem
from ansible_collections.cloudhsm.iam.plugins.module_utils._version import VERSION

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_iam import IAMClient
    from mypy_boto3_sts import STSClient

# Tries of one call, the first included. In adaptive mode botocore also slows all calls of the client
# down when AWS throttles one of them.
ATTEMPTS = 10


class CloudHsmIamModule(AnsibleAWSModule):  # type: ignore[misc]
    """An AnsibleAWSModule that answers failures with one sentence and no traceback."""

    def __init__(self, **kwargs: t.Any) -> None:
        set_collection_info(collection_name="cloudhsm.iam", collection_version=VERSION)
        kwargs["argument_spec"] = {**kwargs["argument_spec"], **EXPECTED_ACCOUNT_IDS}
        super().__init__(**kwargs)
        self._checked: STSClient | None = None
        too_old = boto3_problem(boto3.__version__, botocore.__version__)
        if too_old:
            self.fail_json(msg=too_old)
        if has_profile_and_keys(self.params):
            self.fail_json(msg=PROFILE_AND_KEYS)

    def iam_client(self, workers: int = 1) -> IAMClient:
        """A client for IAM that this many threads can share."""
        self.check_account()
        return t.cast("IAMClient", self._client("iam", max(10, workers)))

    def sts_client(self) -> STSClient:
        """A client for STS; who calls is known where it had to be checked, and not asked for again."""
        self.check_account()
        return self._checked or t.cast("STSClient", self._client("sts", 10))

    def check_account(self) -> None:
        """Fail unless the credentials are of an account that is expected. No client is given out before."""
        expected: list[str] = self.params["expected_account_ids"] or []
        if not expected or self._checked:
            return
        problems = account_id_problems("expected_account_ids", expected)
        if problems:
            self.fail_json(msg="; ".join(problems), problems=problems)
        sts = t.cast("STSClient", self._client("sts", 10))
        try:
            identity = sts.get_caller_identity()
        except AWS_ERRORS as exc:
            self.fail_cleanly(exc, "look up the account")
        if identity["Account"] not in expected:
            self.fail_json(msg=wrong_account(identity["Account"], identity["Arn"], expected))
        t.cast(t.Any, sts).get_caller_identity = lambda: identity
        self._checked = sts

    def store_client(self, service: str, workers: int) -> t.Any:
        """A client for a service that is there in each region; whoever asks has seen to it that one is set."""
        self.check_account()
        return self._client(service, max(10, workers))

    def _client(self, service: str, connections: int) -> t.Any:
        config = Config(
            retries={"mode": "adaptive", "total_max_attempts": ATTEMPTS},
            connect_timeout=CONNECT_TIMEOUT,
            read_timeout=READ_TIMEOUT,
            max_pool_connections=connections,
        )
        try:
            with time_limit(CREDENTIALS_TIMEOUT):
                # IAM is global, and so is who calls: no region has to be set, except to tell China and GovCloud apart.
                # botocore itself insists on one for STS, and for IAM where the endpoint is given.
                region = self.region or "aws-global"
                # The user's own aws_config is merged over this one.
                client = self.client(service, config=config, region=region)
                check_credentials(client)
        except Exception as exc:  # noqa: BLE001  # of the user's aws_config and profile, which run through all of Python
            self.fail_cleanly(exc, "connect to AWS")
        FirstContact(client)
        return client

    def warn(self, warning: str) -> None:
        """Warn in ansible-core's own way: amazon.aws would add the warnings to the result, which is deprecated."""
        self._module.warn(warning)

    def fail_cleanly(self, exc: BaseException, doing: str, **result: t.Any) -> t.NoReturn:
        """End the module with one sentence about an error met while doing something."""
        fail: Callable[..., t.NoReturn] = self.fail_json
        fail(msg=sentence(exc, doing), **result)

    def fail_json_aws(self, exception: BaseException, msg: str | None = None, **result: t.Any) -> t.NoReturn:
        """What amazon.aws calls where a client can't be made, for instance because there is no such profile.

        Its own way would add a traceback and the versions of the SDK, and leave out what to do.
        """
        del msg
        self.fail_cleanly(exception, "connect to AWS", **result)
