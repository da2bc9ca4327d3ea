# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Gets a client's credentials within a time limit, and turns every failure into a botocore error.

To get credentials, botocore runs programs, reads files and asks for MFA codes, and passes their exceptions on
unchanged. Callers handle only the errors of botocore and AWS.
"""

from __future__ import annotations

import signal
import threading
import typing as t
from collections.abc import Iterator
from contextlib import contextmanager

try:
    from botocore.exceptions import CredentialRetrievalError
except ImportError:
    # AnsibleAWSModule says that boto3 is missing before anything here is used.
    pass

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.errors import AWS_ERRORS

# Seconds. A profile may have to run a program and then assume a role.
CREDENTIALS_TIMEOUT = 60
# amazon.aws refuses this too, but its message names neither the variables nor the remedy.
PROFILE_AND_KEYS = (
    "There are both a profile (AWS_PROFILE or the option profile) and keys (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, "
    "AWS_SESSION_TOKEN or the module's options). Ansible takes neither then, while the AWS CLI takes the keys; "
    "unset one of the two"
)


def has_profile_and_keys(options: t.Any) -> bool:
    """Whether the options, with the environment already merged in, give both a profile and keys."""
    return bool(options.get("profile") and any(options.get(k) for k in ("access_key", "secret_key", "session_token")))


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise TimeoutError if the body takes longer than this.

    Has no effect outside the main thread, which alone can be interrupted, or under a task timeout, which uses the same
    timer.
    """
    taken = signal.getitimer(signal.ITIMER_REAL)[0] > 0
    if taken or threading.current_thread() is not threading.main_thread():
        yield
        return

    def ring(*_signal: object) -> t.NoReturn:
        raise TimeoutError(f"got no credentials within {seconds:g} seconds")

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, signal.SIG_DFL if before is None else before)


def check_credentials(client: t.Any) -> None:
    """Get the client's credentials, now and before each later call. Raises only errors of botocore and AWS."""
    credentials = client._get_credentials()
    if credentials is None:
        # botocore raises NoCredentialsError at the first call.
        return

    def get(**_event: object) -> None:
        try:
            credentials.get_frozen_credentials()
        except AWS_ERRORS:
            raise
        except Exception as exc:
            raise CredentialRetrievalError(provider=credentials.method, error_msg=str(exc)) from exc

    get()
    # Credentials expire. This event comes just before botocore gets them to sign a request.
    client.meta.events.register(f"choose-signer.{client.meta.service_model.service_id.hyphenize()}", get)
