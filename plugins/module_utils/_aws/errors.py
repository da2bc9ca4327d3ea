# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Turns an exception of botocore into one sentence: what failed and how to fix it."""

from __future__ import annotations

import re
import traceback
import typing as t
from collections.abc import Iterator
from urllib.parse import urlsplit

try:
    from botocore.exceptions import BotoCoreError, ClientError
    from botocore.parsers import ResponseParserError

    AWS_ERRORS: tuple[type[Exception], ...] = (BotoCoreError, ClientError, ResponseParserError)
except ImportError:
    # AnsibleAWSModule says that boto3 is missing before anything here is used.
    AWS_ERRORS = ()

ACCESS_DENIED = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"})

# After one of these, every other call would fail too.
_HOPELESS = frozenset(
    {
        "ExpiredToken",
        "ExpiredTokenException",
        "InvalidClientTokenId",
        "RequestExpired",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    }
)
_HOPELESS_CLASSES = frozenset(
    {
        "ConnectTimeoutError",
        "CredentialRetrievalError",
        "EndpointConnectionError",
        "NoCredentialsError",
        "PartialCredentialsError",
        "ProxyConnectionError",
        "SSLError",
        "TokenRetrievalError",
    }
)

_CREDENTIALS = (
    "give some as AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, as a profile (AWS_PROFILE), "
    "or as the module's access_key and secret_key"
)
_SSO = "the SSO session has no valid token; sign in with aws sso login"
_LOGIN = "the login session has ended or can't be read; sign in with aws login"
_NOBODY_TO_ASK = (
    "the profile has mfa_serial, and this run can't ask for an MFA code; "
    "get its credentials first, for instance with aws configure export-credentials, and give those"
)
_FETCH = "the AWS credentials could not be fetched; check the profile or the instance role"
_CONFIG = "the AWS configuration can't be read; check the files in ~/.aws"
_UNKNOWN_KEY = f"AWS does not know the access key; {_CREDENTIALS}, and for GovCloud or China set AWS_REGION too"
_EXPIRED = "the credentials have expired; get new ones"
_THROTTLED = "AWS is throttling these calls; run again later, with fewer workers or accounts at once"
_BROKEN = "AWS had an error of its own; run again"
_BUSY = "another request is changing it at the moment; run again"

# By botocore's exception class: what it means and how to fix it.
_BY_CLASS = {
    "NoCredentialsError": f"no AWS credentials were found; {_CREDENTIALS}",
    "PartialCredentialsError": f"the AWS credentials are incomplete; {_CREDENTIALS}",
    "CredentialRetrievalError": _FETCH,
    "MetadataRetrievalError": _FETCH,
    "UnknownCredentialError": _FETCH,
    "RefreshWithMFAUnsupportedError": _NOBODY_TO_ASK,
    "MissingDependencyException": (
        "profiles of aws login need one more package; run pip install 'botocore[crt]' for the Python of the module"
    ),
    "TokenRetrievalError": _SSO,
    "SSOError": _SSO,
    "LoginError": _LOGIN,
    "LoginInsufficientPermissions": "the caller may not sign in with aws login; it needs signin:CreateOAuth2Token",
    "ProfileNotFound": "there is no such AWS profile; check AWS_PROFILE and the files in ~/.aws",
    "ConfigNotFound": _CONFIG,
    "ConfigParseError": _CONFIG,
    "InvalidConfigError": _CONFIG,
    "NoRegionError": "no AWS region is set; set AWS_REGION",
    "InvalidRegionError": "that is not the name of an AWS region; check region and AWS_REGION",
    "EndpointConnectionError": "the endpoint can't be reached",
    "ConnectTimeoutError": "the endpoint does not answer",
    "ReadTimeoutError": (
        "the endpoint took too long to answer; run again, and check AWS_ENDPOINT_URL and AWS_URL where one is set"
    ),
    "ConnectionClosedError": "the endpoint closed the connection; run again",
    "ProxyConnectionError": "the proxy can't be reached; check HTTPS_PROXY",
    "SSLError": "the endpoint's certificate could not be verified; check AWS_CA_BUNDLE, and who else reads the traffic",
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
    "ConcurrentModificationException": _BUSY,
    "PolicyChangesInProgressException": _BUSY,
    "EntityTemporarilyUnmodifiable": _BUSY,
    "LimitExceeded": "a quota of the account is used up; remove something, or have AWS raise the quota",
    "PasswordPolicyViolation": "the password does not satisfy the account's password policy",
}

# By the botocore class (or the module getpass) in which getting the credentials failed.
_BY_SOURCE = {
    "getpass": _NOBODY_TO_ASK,
    "ProcessProvider": (
        "the profile's credential_process gave no credentials; run that command by itself and see what it prints"
    ),
    "FileWebIdentityTokenLoader": "the web identity token can't be read; check web_identity_token_file of the profile",
    "SSOTokenLoader": _SSO,
    "SSOTokenProvider": _SSO,
    "LoginTokenLoader": _LOGIN,
    "LoginCredentialFetcher": _LOGIN,
    "ContainerProvider": "the container's credentials could not be fetched; check AWS_CONTAINER_CREDENTIALS_FULL_URI",
}
# Classes whose meaning depends on the endpoint.
_OF_ENDPOINTS = ("EndpointConnectionError", "ConnectTimeoutError")
# AWS's hosts: service.region.domain, or service.domain for a global service.
_AWS_HOST = re.compile(r"(?P<name>[a-z0-9.-]+)\.(?:amazonaws\.com(?:\.cn)?|api\.aws|amazonaws\.eu|c2s\.\S+|sc2s\.\S+)$")
_NOT_TLS = re.compile(r"WRONG_VERSION_NUMBER|RECORD_LAYER_FAILURE|record layer failure", re.IGNORECASE)

# "User: ARN is not authorized to perform: ACTION on resource: …" is IAM's usual wording, which AWS does not guarantee.
_CALLER = re.compile(r"User: (?P<caller>arn:\S+) is not authorized")
_ACTION = re.compile(r"not authorized to perform: (?P<action>[A-Za-z0-9-]+:[A-Za-z0-9*]+)")


def error_code(exc: BaseException) -> str:
    """AWS's error code, such as NoSuchEntity; empty if the error is not a response from AWS."""
    return str(_error(exc).get("Code", ""))


def error_message(exc: BaseException) -> str:
    """AWS's error message without the code; empty if the error is not a response from AWS."""
    return str(_error(exc).get("Message") or "").strip()


def is_access_denied(exc: BaseException) -> bool:
    """Whether AWS refused the call because the caller lacks a permission."""
    return error_code(exc) in ACCESS_DENIED


def is_hopeless(exc: BaseException) -> bool:
    """Whether every other call would fail too, as with expired credentials."""
    return error_code(exc) in _HOPELESS or type(exc).__name__ in _HOPELESS_CLASSES


def is_not_implemented(exc: BaseException) -> bool:
    """Whether the endpoint does not implement the call; emulators answer with an error code or an HTML page."""
    unreadable = any(kind.__name__ == "ResponseParserError" for kind in type(exc).__mro__)
    return unreadable or error_code(exc) in ("NotImplemented", "InvalidAction", "ServiceNotSupported")


def sentence(exc: BaseException, doing: str) -> str:
    """What failed and how to fix it, in one sentence.

    doing is a verb phrase such as "read the account". AWS's own message follows in brackets.
    """
    said = _what_was_said(exc)
    known = _meaning(exc)
    if not known:
        return f"Could not {doing}: {said or type(exc).__name__}"
    return f"Could not {doing}: {known} ({said})" if said else f"Could not {doing}: {known}"


def _error(exc: BaseException) -> dict[str, t.Any]:
    response = getattr(exc, "response", None)
    error = response.get("Error") if isinstance(response, dict) else None
    return error if isinstance(error, dict) else {}


def _meaning(exc: BaseException) -> str | None:
    if is_access_denied(exc):
        return _access_denied(error_message(exc))
    of_code = _BY_CODE.get(error_code(exc))
    if of_code:
        return of_code
    names = [kind.__name__ for kind in type(exc).__mro__]
    if any(name in _OF_ENDPOINTS for name in names):
        return _about_endpoint(names, str(getattr(exc, "kwargs", {}).get("endpoint_url", "")))
    if "SSLError" in names and _NOT_TLS.search(str(exc)):
        return "the endpoint does not speak TLS; its address may have to begin with http:// instead of https://"
    known = next((_BY_CLASS[name] for name in names if name in _BY_CLASS), None)
    return (_source(exc) or known) if known in (None, _FETCH) else known


def _about_endpoint(names: list[str], url: str) -> str:
    """What to check: the region for AWS's own endpoint, or the address of a custom one."""
    what = next(_BY_CLASS[name] for name in names if name in _OF_ENDPOINTS)
    host = _AWS_HOST.fullmatch(urlsplit(url).hostname or "")
    if not host:
        return f"{what}; check the network, and the endpoint in endpoint_url, AWS_URL or AWS_ENDPOINT_URL"
    region = host["name"].partition(".")[2]
    if region:
        return f"{what}; check that there is a region {region} (AWS_REGION, or the option region), and the network"
    return f"{what}; check the network and HTTPS_PROXY"


def _source(exc: BaseException) -> str | None:
    """The meaning, from the part of botocore that failed to get credentials."""
    return next((_BY_SOURCE[name] for name in _places(exc) if name in _BY_SOURCE), None)


def _places(exc: BaseException) -> Iterator[str]:
    """Modules and classes in the tracebacks of an exception and of its causes."""
    for each in (exc, exc.__cause__):
        for frame, _line in traceback.walk_tb(each.__traceback__ if each else None):
            yield str(frame.f_globals.get("__name__"))
            yield type(frame.f_locals.get("self")).__name__


def _access_denied(message: str) -> str:
    """Who lacks which permission, as far as the message says, and whether granting it would help."""
    caller = _CALLER.search(message)
    action = _ACTION.search(message)
    who = caller["caller"] if caller else "the caller"
    what = f"may not call {action['action']}" if action else "may not do this"
    if "explicit deny" in message:
        return f"{who} {what}; a policy denies it, which no other policy can make up for"
    return f"{who} {what}; add {'that action' if action else 'the missing permission'} to a policy of the caller's"


def _what_was_said(exc: BaseException) -> str:
    """The message of AWS, botocore or the operating system; empty for Python's own messages, which help no user."""
    code = error_code(exc)
    if code:
        message = _one_line(error_message(exc))
        return f"{code}: {message}" if message else code
    if isinstance(exc, AWS_ERRORS) and exc.__cause__ is None:
        return _one_line(str(exc)) or type(exc).__name__
    of_system = exc if isinstance(exc, OSError) else exc.__cause__
    if isinstance(of_system, OSError) and of_system.strerror:
        return f"{of_system.filename}: {of_system.strerror}" if of_system.filename else of_system.strerror
    return "" if _source(exc) and not isinstance(of_system, TimeoutError) else _one_line(str(exc)) or type(exc).__name__


def _one_line(text: str) -> str:
    """The start of the text on one line; proxies and emulators can return whole pages."""
    line = re.sub(r"\s+", " ", text).strip()
    return line if len(line) <= 500 else f"{line[:500]}…"
