# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The module class of this collection: amazon.aws's, with our user agent, our clients and our way to fail."""

from __future__ import annotations

import typing as t

try:
    from botocore.config import Config
except ImportError:
    # AnsibleAWSModule says so, and ends the module.
    pass

from ansible_collections.amazon.aws.plugins.module_utils.common import set_collection_info
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.cloudhsm.iam.plugins.module_utils._errors import sentence
from ansible_collections.cloudhsm.iam.plugins.module_utils._version import VERSION

if t.TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_sts import STSClient

# Tries of one call, the first included. In adaptive mode botocore also slows all calls of the client
# down when AWS throttles one of them.
ATTEMPTS = 10


class CloudHsmIamModule(AnsibleAWSModule):  # type: ignore[misc]
    """An AnsibleAWSModule that answers failures with one sentence and no traceback."""

    def __init__(self, **kwargs: t.Any) -> None:
        set_collection_info(collection_name="cloudhsm.iam", collection_version=VERSION)
        super().__init__(**kwargs)

    def iam_client(self, workers: int = 1) -> IAMClient:
        """A client for IAM that this many threads can share."""
        return t.cast("IAMClient", self.client("iam", config=_config(max(10, workers))))

    def sts_client(self) -> STSClient:
        """A client for STS, which works without a region too: IAM is global, and so is who calls."""
        return t.cast("STSClient", self.client("sts", config=_config(10), region=self.region or "aws-global"))

    def fail_cleanly(self, exc: BaseException, doing: str, **result: t.Any) -> t.NoReturn:
        """End the module with one sentence about an error met while doing something."""
        self.fail_json(msg=sentence(exc, doing), **result)
        raise AssertionError("fail_json returned")

    def fail_json_aws(self, exception: BaseException, msg: str | None = None, **result: t.Any) -> t.NoReturn:
        """What amazon.aws calls where a client can't be made, for instance because there is no such profile.

        Its own way would add a traceback and the versions of the SDK, and leave out what to do.
        """
        del msg
        self.fail_cleanly(exception, "connect to AWS", **result)


def _config(connections: int) -> Config:
    return Config(retries={"mode": "adaptive", "total_max_attempts": ATTEMPTS}, max_pool_connections=connections)
