# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The recommendations of the CIS AWS Foundations Benchmark that findings name, and what the page says of them."""

from __future__ import annotations

import re
from pathlib import Path

from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report import benchmark
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.finding import Facts
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.findings import find
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.report import Wanted, make_report
from helpers.accounts import samples

PAGE = Path(__file__).resolve().parents[5] / "docs" / "access_report.md"


def rules() -> set[str]:
    return {finding.rule for finding in find(Facts(samples.snapshot([]), {}, {}, (), {}, samples.NOW, 90, 90))}


def test_all_rules_are_listed_and_no_others() -> None:
    assert rules() == benchmark.RECOMMENDATIONS.keys()


def test_the_report_names_the_edition_and_each_finding_its_numbers() -> None:
    made = make_report(samples.team(), Wanted(), samples.NOW)
    assert made["benchmark"] == {"name": "CIS Amazon Web Services Foundations Benchmark", "version": "7.0.0"}
    numbers = {finding["rule"]: finding["cis"] for finding in made["findings"]}
    assert (numbers["console_without_mfa"], numbers["two_active_access_keys"]) == (["2.10"], [])


def test_the_page_says_of_each_number_how_far_it_is_checked() -> None:
    rows = re.findall(
        r"^\| (2\.[\d.]+(?: to 2\.[\d.]+)?) \|.*\| (yes|partly|no)(?:[,:][^|]*)? \|$", PAGE.read_text(), re.M
    )
    checked = dict(rows)
    named = {number for numbers in benchmark.RECOMMENDATIONS.values() for number in numbers}
    assert {number for number, answer in checked.items() if answer != "no"} == named
    assert benchmark.EDITION in PAGE.read_text()
