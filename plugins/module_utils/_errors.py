# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""From the errors of botocore to one sentence that says what went wrong and what to do."""

from __future__ import annotations

import re
import typing as t

try:
    from botocore.exceptions import BotoCoreError, ClientError
    from botocore.parsers import ResponseParserError

    AWS_ERRORS: tuple[type[Exception], ...] = (BotoCoreError, ClientError, ResponseParserError)
except ImportError:
    # AnsibleAWSModule says that boto3 is missing before anything here is used.
    AWS_ERRORS = ()

ACCESS_DENIED = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"})

_CREDENTIALS = (
    "give some as AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, as a profile (AWS_PROFILE), "
    "or as the module's access_key and secret_key"
)
_SSO = "the SSO session has no valid token; sign in with aws sso login"
_CONFIG = "the AWS configuration can't be read; check the files in ~/.aws"
_UNKNOWN_KEY = f"AWS does not know the access key; {_CREDENTIALS}"
_EXPIRED = "the credentials have expired; get new ones"
_THROTTLED = "AWS keeps slowing these calls down; run again later, with less at once"
_BROKEN = "AWS had an error of its own; run again"
_BUSY = "it is being changed by somebody else just now; run again"

# By the class of botocore's exception: what it means, and what to do.
_BY_CLASS = {
    "NoCredentialsError": f"no AWS credentials were found; {_CREDENTIALS}",
    "PartialCredentialsError": f"the AWS credentials are incomplete; {_CREDENTIALS}",
    "CredentialRetrievalError": "the AWS credentials could not be fetched; check the profile or the instance role",
    "TokenRetrievalError": _SSO,
    "SSOError": _SSO,
    "ProfileNotFound": "there is no such AWS profile; check AWS_PROFILE and the files in ~/.aws",
    "ConfigNotFound": _CONFIG,
    "ConfigParseError": _CONFIG,
    "InvalidConfigError": _CONFIG,
    "NoRegionError": "no AWS region is set; set AWS_REGION",
    "InvalidRegionError": "that is not the name of an AWS region; check region and AWS_REGION",
    "EndpointConnectionError": "the endpoint can't be reached; check the network, AWS_ENDPOINT_URL and AWS_URL",
    "ConnectTimeoutError": "the endpoint does not answer; check the network, AWS_ENDPOINT_URL and AWS_URL",
    "ReadTimeoutError": "the endpoint took too long to answer; run again",
    "ConnectionClosedError": "the endpoint closed the connection; run again",
    "ProxyConnectionError": "the proxy can't be reached; check HTTPS_PROXY",
    "SSLError": "the endpoint's certificate could not be verified; check AWS_CA_BUNDLE",
    "HTTPClientError": "the connection to the endpoint broke; check the network and run again",
    "ResponseParserError": "the answer was not one of AWS's; check AWS_ENDPOINT_URL and AWS_URL",
}

# By AWS's error code.
_BY_CODE = {
    "InvalidClientTokenId": _UNKNOWN_KEY,
    "InvalidAccessKeyId": _UNKNOWN_KEY,
    "UnrecognizedClientException": _UNKNOWN_KEY,
    "AuthFailure": f"AWS does not accept the credentials; {_CREDENTIALS}",
    "SignatureDoesNotMatch": "the secret key does not belong to the access key; check both, and the clock",
    "RequestExpired": "the request was out of date; check this machine's clock",
    "ExpiredToken": _EXPIRED,
    "ExpiredTokenException": _EXPIRED,
    "Throttling": _THROTTLED,
    "ThrottlingException": _THROTTLED,
    "ThrottledException": _THROTTLED,
    "RequestLimitExceeded": _THROTTLED,
    "TooManyRequestsException": _THROTTLED,
    "ServiceFailure": _BROKEN,
    "InternalFailure": _BROKEN,
    "InternalError": _BROKEN,
    "ServiceUnavailable": _BROKEN,
    "ConcurrentModification": _BUSY,
    "EntityTemporarilyUnmodifiable": _BUSY,
    "LimitExceeded": "a quota of the account is used up; remove something, or have AWS raise the quota",
    "PasswordPolicyViolation": "the password does not satisfy the account's password policy",
}

# "User: ARN is not authorized to perform: ACTION on resource: …": IAM's usual words, without a promise of AWS's.
_CALLER = re.compile(r"User: (?P<caller>arn:\S+) is not authorized")
_ACTION = re.compile(r"not authorized to perform: (?P<action>[A-Za-z0-9-]+:[A-Za-z0-9*]+)")


def error_code(exc: BaseException) -> str:
    """AWS's code of an error, such as NoSuchEntity; empty where the error is not an answer of AWS's."""
    return str(_error(exc).get("Code", ""))


def error_message(exc: BaseException) -> str:
    """What AWS said, without the code; empty where the error is not an answer of AWS's."""
    return str(_error(exc).get("Message") or "").strip()


def is_access_denied(exc: BaseException) -> bool:
    """Whether AWS refused the call because the caller lacks the permission."""
    return error_code(exc) in ACCESS_DENIED


def is_not_implemented(exc: BaseException) -> bool:
    """Whether the endpoint does not know the call, as emulators of AWS answer: by a code, or with a page of HTML."""
    unreadable = any(kind.__name__ == "ResponseParserError" for kind in type(exc).__mro__)
    return unreadable or error_code(exc) in ("NotImplemented", "InvalidAction", "ServiceNotSupported")


def sentence(exc: BaseException, doing: str) -> str:
    """What went wrong while doing something, in one sentence.

    doing is a verb phrase such as "read the account". What AWS itself said follows in brackets.
    """
    said = _what_aws_said(exc)
    known = _meaning(exc)
    return f"Could not {doing}: {known} ({said})" if known else f"Could not {doing}: {said}"


def _error(exc: BaseException) -> dict[str, t.Any]:
    response = getattr(exc, "response", None)
    error = response.get("Error") if isinstance(response, dict) else None
    return error if isinstance(error, dict) else {}


def _meaning(exc: BaseException) -> str | None:
    if is_access_denied(exc):
        return _access_denied(error_message(exc))
    by_class = (_BY_CLASS[kind.__name__] for kind in type(exc).__mro__ if kind.__name__ in _BY_CLASS)
    return _BY_CODE.get(error_code(exc)) or next(by_class, None)


def _access_denied(message: str) -> str:
    """Who lacks which permission, as far as the message tells, and whether granting it would help."""
    caller = _CALLER.search(message)
    action = _ACTION.search(message)
    who = caller["caller"] if caller else "the caller"
    what = f"may not call {action['action']}" if action else "may not do this"
    if "explicit deny" in message:
        return f"{who} {what}; a policy denies it, which no other policy can make up for"
    return f"{who} {what}; add {'that action' if action else 'the missing permission'} to a policy of the caller's"


def _what_aws_said(exc: BaseException) -> str:
    code = error_code(exc)
    if code:
        message = _one_line(error_message(exc))
        return f"{code}: {message}" if message else code
    return _one_line(str(exc)) or type(exc).__name__


def _one_line(text: str) -> str:
    """Answers of proxies and emulators can be whole pages; the start tells enough."""
    line = re.sub(r"\s+", " ", text).strip()
    return line if len(line) <= 500 else f"{line[:500]}…"
