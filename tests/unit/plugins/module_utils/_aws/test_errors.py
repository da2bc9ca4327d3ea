# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors of botocore and AWS become one sentence that says what to do."""

from __future__ import annotations

import typing as t

import botocore.exceptions as be
import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.errors import (
    AWS_ERRORS,
    error_code,
    error_message,
    is_access_denied,
    is_not_implemented,
    sentence,
)
from botocore.parsers import ResponseParserError

ALICE = "arn:aws:iam::123456789012:user/team/alice"
DENIED = f"User: {ALICE} is not authorized to perform: iam:ListRoles on resource: arn:aws:iam::123456789012:role/"
URL = "http://127.0.0.1:5000/"


def aws_error(code: str, message: str = "") -> be.ClientError:
    return be.ClientError({"Error": {"Code": code, "Message": message}}, "ListRoles")


def test_a_refusal_names_the_caller_and_the_action() -> None:
    said = sentence(aws_error("AccessDenied", DENIED), "read the roles")
    assert said == (
        f"Could not read the roles: {ALICE} may not call iam:ListRoles; add that action to a policy of the caller's "
        f"(AccessDenied: {DENIED})"
    )


@pytest.mark.parametrize("policy", ["identity-based policy", "service control policy"])
def test_an_explicit_deny_is_not_to_be_solved_by_granting_more(policy: str) -> None:
    said = sentence(aws_error("AccessDenied", f"{DENIED} with an explicit deny in a {policy}"), "read the roles")
    assert f"{ALICE} may not call iam:ListRoles; a policy denies it, which no other policy can make up for (" in said
    assert "add that action" not in said


def test_a_refusal_for_want_of_any_policy_is_solved_by_granting() -> None:
    message = f"{DENIED} because no identity-based policy allows the iam:ListRoles action"
    assert "; add that action to a policy of the caller's (" in sentence(aws_error("AccessDenied", message), "read")


def test_a_refusal_that_does_not_say_who_and_what_is_told_all_the_same() -> None:
    said = sentence(aws_error("AccessDenied", "No."), "read the roles")
    assert said == (
        "Could not read the roles: the caller may not do this; add the missing permission to a policy of the caller's "
        "(AccessDenied: No.)"
    )


@pytest.mark.parametrize("code", ["AccessDenied", "AccessDeniedException", "UnauthorizedOperation"])
def test_all_codes_for_a_lacking_permission_are_known(code: str) -> None:
    assert is_access_denied(aws_error(code))


@pytest.mark.parametrize("exc", [aws_error("NoSuchEntity"), aws_error("ExpiredToken"), be.NoCredentialsError()])
def test_other_errors_are_no_lack_of_permission(exc: Exception) -> None:
    assert not is_access_denied(exc)


@pytest.mark.parametrize(
    ("code", "meaning"),
    [
        ("InvalidClientTokenId", "AWS does not know the access key; give some as AWS_ACCESS_KEY_ID and"),
        ("UnrecognizedClientException", "AWS does not know the access key; give some as AWS_ACCESS_KEY_ID and"),
        ("SignatureDoesNotMatch", "the secret key does not belong to the access key; check both, and the clock ("),
        ("RequestExpired", "the request was out of date; check this machine's clock ("),
        ("ExpiredToken", "the credentials have expired; get new ones ("),
        ("ExpiredTokenException", "the credentials have expired; get new ones ("),
        ("Throttling", "AWS is throttling these calls; run again later, with fewer workers or accounts at once ("),
        (
            "ThrottlingException",
            "AWS is throttling these calls; run again later, with fewer workers or accounts at once (",
        ),
        (
            "RequestLimitExceeded",
            "AWS is throttling these calls; run again later, with fewer workers or accounts at once (",
        ),
        ("ServiceFailure", "AWS had an error of its own; run again ("),
        ("ConcurrentModification", "another request is changing it at the moment; run again ("),
        ("LimitExceeded", "a quota of the account is used up; remove something, or have AWS raise the quota ("),
        ("PasswordPolicyViolation", "the password does not satisfy the account's password policy ("),
    ],
)
def test_known_codes_are_explained(code: str, meaning: str) -> None:
    said = sentence(aws_error(code, "What AWS says."), "do it")
    assert said.startswith(f"Could not do it: {meaning}")
    assert said.endswith(f"({code}: What AWS says.)")


@pytest.mark.parametrize(
    ("exc", "meaning"),
    [
        (be.NoCredentialsError(), "no AWS credentials were found; give some as AWS_ACCESS_KEY_ID and"),
        (be.PartialCredentialsError(provider="env", cred_var="x"), "the AWS credentials are incomplete; give some"),
        (be.ProfileNotFound(profile="nobody"), "there is no such AWS profile; check AWS_PROFILE and"),
        (be.ConfigParseError(path="~/.aws/config"), "the AWS configuration can't be read; check the files"),
        (be.NoRegionError(), "no AWS region is set; set AWS_REGION"),
        (be.InvalidRegionError(region_name="a b"), "that is not the name of an AWS region; check region and AWS_REG"),
        (be.EndpointConnectionError(endpoint_url=URL), "the endpoint can't be reached; check the network, and the e"),
        (
            be.ConnectTimeoutError(endpoint_url=URL),
            "the endpoint does not answer; check the network, and the endpoint in",
        ),
        (be.ReadTimeoutError(endpoint_url=URL), "the endpoint took too long to answer; run again"),
        (be.ConnectionClosedError(endpoint_url=URL), "the endpoint closed the connection; run again"),
        (be.ProxyConnectionError(proxy_url=URL), "the proxy can't be reached; check HTTPS_PROXY"),
        (be.SSLError(endpoint_url=URL, error=OSError()), "the endpoint's certificate could not be verified; check "),
        (be.HTTPClientError(error="x"), "the connection to the endpoint broke; check the network and run again"),
        (be.SSOTokenLoadError(error_msg="x"), "the SSO session has no valid token; sign in with aws sso login"),
        (be.UnauthorizedSSOTokenError(), "the SSO session has no valid token; sign in with aws sso login"),
        (ResponseParserError("x"), "the answer was not one of AWS's; check AWS_ENDPOINT_URL and AWS_URL"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_errors_before_and_without_an_answer_are_explained(exc: Exception, meaning: str) -> None:
    said = sentence(exc, "do it")
    assert said.startswith(f"Could not do it: {meaning}")
    assert " ".join(str(exc).split()) in said


@pytest.mark.parametrize("kind", [be.EndpointConnectionError, be.ConnectTimeoutError])
@pytest.mark.parametrize(
    ("host", "region"),
    [
        ("secretsmanager.eu-wst-1.amazonaws.com", "eu-wst-1"),
        ("ssm.nowhere.amazonaws.com", "nowhere"),
        ("sts.cn-nord-1.amazonaws.com.cn", "cn-nord-1"),
        ("sts.eusc-de-east-9.amazonaws.eu", "eusc-de-east-9"),
        ("iam.amazonaws.com", None),
        ("iam.cn-north-1.amazonaws.com.cn", "cn-north-1"),
    ],
)
def test_an_endpoint_of_aws_is_blamed_on_the_region(
    kind: type[be.EndpointConnectionError], host: str, region: str | None
) -> None:
    said = sentence(kind(endpoint_url=f"https://{host}/"), "do it")
    assert "ENDPOINT_URL" not in said
    assert ("AWS_REGION" in said) is (region is not None)
    assert f"there is a region {region} (" in said if region else "HTTPS_PROXY" in said


@pytest.mark.parametrize("host", ["127.0.0.1:5000", "amazonaws.com.example.org", "localhost", "vpce.example.net"])
def test_an_endpoint_that_somebody_gave_is_blamed_on_what_gives_it(host: str) -> None:
    said = sentence(be.EndpointConnectionError(endpoint_url=f"https://{host}/"), "do it")
    assert "endpoint_url, AWS_URL or AWS_ENDPOINT_URL" in said
    assert "AWS_REGION" not in said


def test_https_on_a_port_without_it_is_no_matter_of_certificates() -> None:
    error = OSError("[SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1006)")
    said = sentence(be.SSLError(endpoint_url=URL, error=error), "do it")
    assert "does not speak TLS" in said
    assert "certificate" not in said


def test_an_unknown_code_is_told_in_the_words_of_aws() -> None:
    assert sentence(aws_error("Strange", "It is\n  so."), "do it") == "Could not do it: Strange: It is so."


def test_an_error_without_a_message_is_told_by_its_code() -> None:
    assert sentence(aws_error("Strange"), "do it") == "Could not do it: Strange"


def test_an_error_without_any_words_is_told_by_its_class() -> None:
    assert sentence(ValueError(), "do it") == "Could not do it: ValueError"


@pytest.mark.parametrize("wrap", [ResponseParserError, lambda page: aws_error("502", page)], ids=["parser", "gateway"])
def test_a_page_of_html_is_cut_to_one_line(wrap: t.Callable[[str], Exception]) -> None:
    page = "<html>\n\t<h1>Bad gateway</h1>\r\n" + "<p>again</p>\n" * 1000
    said = sentence(wrap(page), "do it")
    assert "<html> <h1>Bad gateway</h1> <p>again</p>" in said
    assert "\n" not in said
    assert "…" in said
    assert len(said) < 700


@pytest.mark.parametrize(("length", "told"), [(500, "x" * 500), (501, "x" * 500 + "…")])
def test_five_hundred_characters_are_told_whole(length: int, told: str) -> None:
    assert sentence(aws_error("Strange", "x" * length), "do it") == f"Could not do it: Strange: {told}"


def test_code_and_message_of_an_answer_are_read() -> None:
    exc = aws_error("NoSuchEntity", " There is none. \n")
    assert (error_code(exc), error_message(exc)) == ("NoSuchEntity", "There is none.")


@pytest.mark.parametrize("response", [None, "text", {}, {"Error": None}, {"Error": {"Code": "", "Message": None}}])
def test_an_odd_answer_has_neither_code_nor_message(response: t.Any) -> None:
    exc = Exception()
    exc.response = response  # type: ignore[attr-defined]
    assert (error_code(exc), error_message(exc)) == ("", "")


@pytest.mark.parametrize(
    ("exc", "expected"),
    [
        (aws_error("NotImplemented"), True),
        (aws_error("InvalidAction"), True),
        (aws_error("ServiceNotSupported"), True),
        (ResponseParserError("<html>"), True),
        (type("Own", (ResponseParserError,), {})("<html>"), True),
        (aws_error("NoSuchEntity"), False),
        (aws_error("AccessDenied"), False),
        (be.EndpointConnectionError(endpoint_url=URL), False),
    ],
)
def test_what_an_emulator_does_not_know_is_told_from_other_errors(exc: Exception, expected: bool) -> None:
    assert is_not_implemented(exc) is expected


@pytest.mark.parametrize("exc", [aws_error("Strange"), be.NoCredentialsError(), ResponseParserError("x")])
def test_all_families_of_errors_are_caught(exc: Exception) -> None:
    with pytest.raises(AWS_ERRORS):
        raise exc
