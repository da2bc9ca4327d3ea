# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The access report as somebody uses it: everybody can, search and sort work, and names stay names."""

from __future__ import annotations

import typing as t
from collections.abc import Callable

import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.accepted import parse_risks
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.difference import compare
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.model import Snapshot
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.report import Wanted, make_report
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.model import DesiredUser
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._access_report import overview, root_users
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._access_report.audit import shown
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._access_report.html import account_page
from helpers.accounts import samples, temporary
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

if t.TYPE_CHECKING:
    from helpers.browser.report_page import ReportPage

Show = Callable[..., "ReportPage"]
# Milliseconds that a key press may take on a page of 5,000 users; it takes about a tenth of this.
QUICK = 300


def html(account: Snapshot, *users: DesiredUser) -> str:
    return account_page(make_report(account, Wanted(users), samples.NOW))


def team() -> str:
    wanted = [DesiredUser("zoe", groups=frozenset({"CloudHSMAuditors"}), console_access=True), DesiredUser("alice")]
    return html(samples.team(), *wanted)


def audit() -> str:
    """A team with accepted risks, changes since an earlier report, and findings that are not shown."""
    risk = {"finding": "not_signed_in", "subjects": ["user/frank"], "reason": "on leave", "accepted_by": "me"}
    risks = [
        {**risk, "expires": "2027-01-31"},
        {**risk, "subjects": ["user/ivan"], "expires": "2026-11-01"},
        {**risk, "finding": "drift", "subjects": ["user/nobody"], "expires": "2027-01-31"},
    ]
    accepted, _problems = parse_risks(risks, samples.NOW.date())
    made = make_report(samples.team(), Wanted(accepted=accepted), samples.NOW)
    made["difference"] = compare(make_report(samples.hostile(), Wanted(), samples.NOW), made)
    made["difference"]["notes"] = ["The earlier report could not read everything"]
    return account_page(shown(made, "medium"))


RISK = {"finding": "not_signed_in", "subjects": ["user/frank"], "reason": "on leave", "accepted_by": "me"}
RISKS, _PROBLEMS = parse_risks([{**RISK, "expires": "2027-01-31"}], samples.NOW.date())


def accounts() -> str:
    found: dict[str, dict[str, t.Any]] = {"fourth": {}}
    for host, make in (("first", samples.one_person), ("second", temporary.snapshot), ("third", samples.hostile)):
        made = make_report(make(), Wanted(accepted=RISKS), samples.NOW)
        findings = [{**finding, "count": len(finding["subjects"])} for finding in made["findings"]]
        kept = {key: made[key] for key in ("summary", "generated_at")}
        kept["accepted_risks"] = [{**risk, "count": len(risk["subjects"])} for risk in made["accepted_risks"]]
        found[host] = {**made["account"], **kept, "findings": findings, "files": ["/x/one.html"]}
    return overview.render(found, ["html"], AUDITED)["access-report-overview.html"]


def ending() -> str:
    """Temporary rights in each state, and the root user by an audit."""
    made = make_report(temporary.snapshot(), Wanted(), samples.NOW)
    made["root_credentials"] = root_users.of_account(AUDITED, samples.ACCOUNT)
    return account_page(made)


NOTHING: dict[str, t.Any] = {"password": False, "access_keys": [], "signing_certificates": [], "mfa_devices": []}
AUDITED = {
    "generated_at": "2026-11-24 11:00:00 UTC",
    "organization_id": "o-exampleorgid",
    "management_account": "999999999999",
    "features": ["RootCredentialsManagement"],
    "accounts": [
        {"account_id": samples.ACCOUNT, "name": "<b>shop</b>", **NOTHING},
        {
            "account_id": "222222222222",
            "name": "bank",
            **NOTHING,
            "password": True,
            "access_keys": ["AKIAROOTEXAMPLE1"],
        },
        {"account_id": "333333333333", "name": "lab"},
    ],
    "skipped_accounts": [{"account_id": "444444444444", "name": "old", "status": "SUSPENDED"}],
    "failed_accounts": [{"account_id": "333333333333", "name": "lab", "msg": "AWS refused sts:AssumeRoot"}],
}


PAGES: dict[str, Callable[[], str]] = {
    "one": lambda: html(samples.one_person()),
    "team": team,
    "thousands": lambda: html(samples.thousands()),
    "hostile": lambda: html(samples.hostile()),
    "audit": audit,
    "accounts": accounts,
    "ending": ending,
}


def open_everything(page: ReportPage) -> None:
    """All findings and one person, so that what is hidden at first is looked at too."""
    page.run("document.querySelectorAll('details').forEach((card) => { card.fill(); card.open = true; })")
    page.run("document.querySelector('.person')?.click()")


@pytest.mark.parametrize("name", PAGES)
def test_everybody_can_use_it(show: Show, name: str) -> None:
    page = show(PAGES[name]())
    page.picture(f"{name}-light")
    # What is open among thousands is of the same kinds as in a team, and takes long to judge.
    if name != "thousands":
        open_everything(page)
    assert page.violations() == []
    if name != "accounts":
        page.click(page.all(".switch button")[1])
        assert page.violations() == []
        page.picture(f"{name}-light-actions")


@pytest.mark.parametrize("name", PAGES)
def test_its_dark_colours_can_be_read(show: Show, name: str) -> None:
    page = show(PAGES[name](), scheme="dark")
    page.picture(f"{name}-dark")
    if name != "thousands":
        open_everything(page)
    assert page.violations("color-contrast") == []


@pytest.mark.parametrize("name", PAGES)
def test_it_fits_a_narrow_window(show: Show, name: str) -> None:
    page = show(PAGES[name](), width=320)
    open_everything(page)
    page.picture(f"{name}-narrow")
    assert page.run("return document.documentElement.scrollWidth") <= 320


def test_people_are_found_sorted_and_turned_over(show: Show) -> None:
    page = show(PAGES["thousands"]())
    names = sorted(samples.thousands().users)
    assert page.people() == names[:100]
    assert "1 to 100 of 5,000" in page.texts("#people .pager")[0]
    page.click(page.all("#people .pager button")[1])
    assert page.people() == names[100:200]

    page.one("#search").send_keys("user0123 cloudhsm")
    expected = [
        name
        for name, one in sorted(samples.thousands().users.items())
        if "user0123" in name and any("CloudHSM" in group for group in one.user.groups)
    ]
    assert 0 < len(expected) < 10
    assert page.people() == expected
    assert page.texts("#people [role=status]")[0] == f"{len(expected)} of 5,000 users"
    page.click(page.one("#people th .sort"))
    assert page.people() == expected[::-1]

    page.one("#search").clear()
    page.one("#search").send_keys("nobody at all")
    assert page.people() == []
    assert "Nothing to show." in page.texts("#people tbody")[0]


def test_a_key_press_is_quick_among_thousands(show: Show) -> None:
    page = show(PAGES["thousands"]())
    times = page.run(
        """
        const search = document.getElementById("search");
        return ["u", "us", "user1", "team0"].map((text) => {
          const start = performance.now();
          search.value = text;
          search.dispatchEvent(new Event("input"));
          document.body.offsetHeight;
          return performance.now() - start;
        });
        """
    )
    assert max(times) < QUICK


@pytest.mark.parametrize(
    ("title", "down"),
    [("Administrator", "Administrator"), ("MFA", "Administrator"), ("Findings", "grace"), ("Access keys", "erin")],
)
def test_columns_sort_both_ways_and_say_so(show: Show, title: str, down: str) -> None:
    page = show(team())
    (button,) = [one for one in page.all("#people .sort") if one.text.startswith(title)]
    head = page.run("return arguments[0].parentNode", button)
    assert head.get_attribute("aria-sort") == "none"
    page.click(button)
    assert head.get_attribute("aria-sort") == "ascending"
    page.click(button)
    assert head.get_attribute("aria-sort") == "descending"
    assert page.people()[0] == down
    assert page.texts('#people [aria-sort="descending"]') == [button.text]


def test_who_can_do_what_is_a_question_for_the_page(show: Show) -> None:
    page = show(team())
    Select(page.one("#action")).select_by_visible_text("DeleteCluster")
    expected = sorted({"Administrator", "alice", "bob", "break-glass", "dave", "erin", "frank", "grace", "heidi"})
    assert sorted(page.people()) == expected
    Select(page.one("#filter")).select_by_visible_text("With critical findings")
    assert page.people() == ["erin", "grace"]
    page.click(page.all(".switch button")[1])
    assert page.people() == ["erin", "grace"]
    assert len(page.all("#people tbody tr:first-child td.answer")) == 18
    assert page.texts("#people th.action")[0] == "DescribeBackups"


def test_it_works_by_keyboard(show: Show) -> None:
    page = show(team())
    page.press(Keys.TAB)
    assert page.focus.text == "Skip to the report"
    page.press(Keys.ENTER)
    assert page.focus.get_attribute("id") == "main"
    page.press(Keys.TAB)
    assert page.focus.tag_name == "summary"
    page.press(Keys.ENTER)
    assert "has access keys" in page.texts("details[open] tbody")[0]

    page.run("document.querySelector('#people .sort').focus()")
    page.press(Keys.ENTER)
    assert page.people()[0] == "judy"
    assert page.focus.text.startswith("User")
    page.run("document.querySelector('#people .person').focus()")
    page.press(Keys.SPACE)
    assert page.focus.get_attribute("aria-expanded") == "true"
    assert "Users in no group" in page.texts("tr.detail")[0]
    page.press(Keys.SPACE)
    assert page.all("tr.detail") == []


def test_names_that_mean_harm_are_shown_and_do_none(show: Show) -> None:
    page = show(PAGES["hostile"]())
    open_everything(page)
    page.click(page.all(".switch button")[1])
    assert page.run("return document.title") == f"Access to {samples.HOSTILE[4]}"
    assert page.all("img, a[href^='javascript']") == []
    assert page.run("return document.scripts.length") == 2
    shown = page.run("return [...document.querySelectorAll('.person')].map((one) => one.textContent)")
    assert sorted(shown) == sorted(samples.HOSTILE)


def test_colours_are_the_readers_choice_and_stay(show: Show) -> None:
    page = show(team(), scheme="dark")

    def background() -> t.Any:
        return page.run("return getComputedStyle(document.body).backgroundColor")

    dark = background()
    assert page.one("#theme").text == "Light colours"
    page.click("#theme")
    assert background() != dark
    page.browser.refresh()
    assert background() != dark
    assert page.one("#theme").text == "Dark colours"


def test_paper_has_the_findings_and_up_to_500_people(show: Show) -> None:
    page = show(PAGES["thousands"]())
    page.run(
        "window.seen = 0; addEventListener('beforeprint', () => {"
        " window.seen = document.querySelectorAll('#people .person').length; })"
    )
    assert page.printed() > 10
    assert page.run("return window.seen") == 500
    assert len(page.people()) == 100
    assert page.all("details[open]") == []


def test_temporary_rights_are_sorted_by_their_end(show: Show) -> None:
    page = show(PAGES["ending"]())
    ends = page.texts("#temporary tbody td:nth-child(3)")
    assert ends[0] == "2026-11-20 18:00 UTC"
    assert ends[-1] == "2099-12-01 18:00 UTC"
    states = page.texts("#temporary tbody td:nth-child(4)")
    assert set(states) == {"running", "ended", "does not end", "ends too late"}
    assert samples.HOSTILE[5][:20] in page.texts("#temporary tbody")[0]
    assert "no password" in page.texts("#about")[0]
    page.run("[...document.querySelectorAll('.person')].find((one) => one.textContent.includes('frank')).click()")
    assert "2027-01-31 18:00 UTC: administrator" in page.texts("#people")[0]


def test_an_overview_has_accepted_risks_and_root_users(show: Show) -> None:
    page = show(PAGES["accounts"]())
    assert "on leave" in page.texts("#accepted tbody")[0]
    rows = page.texts("#root-users tbody tr")
    assert ["has credentials" in rows[0], "AWS refused sts:AssumeRoot" in rows[1], "<b>shop</b>" in rows[2]] == [
        True
    ] * 3


def test_an_overview_leads_to_the_accounts(show: Show) -> None:
    page = show(PAGES["accounts"]())
    # The worst account is first, and the one that could not be read says so.
    assert page.texts("#accounts tbody td:nth-child(2)")[-2:] != ["", ""]
    assert "could not be read" in page.texts("#accounts tbody")[0]
    assert str(page.one("#accounts tbody a").get_attribute("href")).endswith("/one.html")
    assert len(page.all("#accounts tbody tr")) == 4


def test_accepted_risks_and_changes_are_shown(show: Show) -> None:
    page = show(audit())
    assert [state.text for state in page.all("#accepted td:last-child .badge")] == ["accepted", "expired", "not found"]
    assert "on leave" in page.texts("#accepted tbody")[0]
    assert "below the severity medium are not shown" in page.texts("main > .note")[0]
    assert "Since the report of" in page.texts("#changes")[0]
    changes = {row.text for row in page.all("#changes td:nth-child(2) .badge")}
    assert changes == {"new", "gone"}
    assert "low" not in [option.text.split()[1] for option in page.all("#filter option") if "findings" in option.text]


def test_a_finding_has_one_command_for_all_its_subjects(show: Show) -> None:
    page = show(team())
    open_everything(page)
    cards = len(page.all("details.finding"))
    assert len(page.all("details.finding .run")) == cards > 5
    assert any(text.startswith("for user in erin grace; do") for text in page.texts("details.finding .run code"))
    assert "CIS 2.10." in page.texts("main")[0]
