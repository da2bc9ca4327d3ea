# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report's files: private, complete, and with names in them that stay names."""

from __future__ import annotations

import base64
import csv
import errno
import hashlib
import html.parser
import io
import json
import os
import re
import socket
import stat
import types
import typing as t
from pathlib import Path

import pytest
from ansible.errors import AnsibleActionFail
from ansible_collections.cloudhsm.iam.plugins.action.iam_access_report import ActionModule, _folder_problems, _formats
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.model import Snapshot
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.report import Wanted, make_report
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.words import ANSWERS
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._access_report import files, markdown, overview, tables
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._access_report import html as page
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._access_report.text import (
    ADMINISTRATORS,
    GRADES,
    administrator,
    code,
    table,
)
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._paths import from_working_directory
from helpers.accounts import samples
from hypothesis import given
from hypothesis import strategies as st

START = f"access-report-{samples.ACCOUNT}"


def report(account: Snapshot) -> dict[str, t.Any]:
    return make_report(account, Wanted(), samples.NOW)


class Elements(html.parser.HTMLParser):
    """What a page holds, as a browser's parser takes it apart."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self._inside = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._inside = tag

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        self.texts.setdefault(self._inside, []).append(data)


def test_all_formats_are_made_from_one_structure() -> None:
    made = report(samples.team())
    contents = files.render(made, files.FORMATS)
    assert sorted(contents) == sorted(
        START + end
        for end in (
            *(".html", ".md", ".csv", "-findings.csv", "-identity-center.csv", "-roles.csv", "-temporary.csv"),
            *(".json", ".sarif"),
        )
    )
    assert json.loads(contents[f"{START}.json"]) == made
    for person in made["users"]:
        for end in (".html", ".md", ".csv", ".json"):
            assert person["name"] in contents[START + end]
    assert list(files.render(made, ["md"])) == [f"{START}.md"]


def test_files_and_a_new_folder_are_for_their_owner(tmp_path: Path) -> None:
    path = tmp_path / "new" / "report.md"
    files.write(str(path), "one")
    files.write(str(path), "two")
    assert path.read_text() == "two"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [one.name for one in path.parent.iterdir()] == ["report.md"]


def test_a_file_that_was_open_to_others_is_closed(tmp_path: Path) -> None:
    path = tmp_path / "report.md"
    path.write_text("one")
    path.chmod(0o644)
    files.write(str(path), "two")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_can_not_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "report.md").mkdir()
    with pytest.raises(OSError, match=r"report\.md"):
        files.write(str(tmp_path / "report.md"), "one")
    assert [one.name for one in tmp_path.iterdir()] == ["report.md"]


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077, 0o777])
def test_new_folders_and_files_are_for_their_owner_whatever_the_umask(tmp_path: Path, umask: int) -> None:
    path = tmp_path / "above" / "new" / "report.md"
    before = os.umask(umask)
    try:
        files.write(str(path), "one")
    finally:
        os.umask(before)
    assert [stat.S_IMODE(one.stat().st_mode) for one in (path, path.parent, path.parents[1])] == [0o600, 0o700, 0o700]


@pytest.mark.parametrize("mode", [0o720, 0o702, 0o777, 0o1777])
def test_a_folder_that_others_can_write_to_is_refused(tmp_path: Path, mode: int) -> None:
    folder = tmp_path / "reports"
    folder.mkdir()
    folder.chmod(mode)
    with pytest.raises(files.FolderError, match="other users can write to it; close it with chmod go-w"):
        files.check_folder(str(folder))
    folder.chmod(0o755)
    files.check_folder(str(folder))
    files.check_folder(str(folder / "not-there-yet"))


def test_a_folder_of_another_user_or_that_is_none_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(files.FolderError, match="not a folder"):
        files.check_folder(str(tmp_path / "file"))
    with pytest.raises(files.FolderError, match="Not a directory"):
        files.check_folder(str(tmp_path / "file" / "in"))
    with pytest.raises(files.FolderError, match="null"):
        files.check_folder("a\0b")
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    with pytest.raises(files.FolderError, match="another user owns it"):
        files.check_folder(str(tmp_path))


def _put_link(path: Path) -> None:
    path.with_name("victim").write_text("not to be touched")
    path.symlink_to(path.with_name("victim"))


def _put_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(str(path))


@pytest.mark.parametrize("put", [os.mkfifo, _put_link, _put_socket, lambda path: path.symlink_to("/dev/zero")])
def test_what_is_no_file_neither_hangs_nor_is_followed(tmp_path: Path, put: t.Callable[[Path], None]) -> None:
    path = tmp_path / "r"
    put(path)
    assert files.differs(str(path), "not to be touched")
    files.write(str(path), "one")
    assert stat.S_ISREG(path.lstat().st_mode)
    assert path.read_text() == "one"
    victim = tmp_path / "victim"
    assert not victim.exists() or victim.read_text() == "not to be touched"


def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "report.md"
    files.write(str(path), "old")

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        files.write(str(path), "new")
    assert [(one.name, one.read_text()) for one in tmp_path.iterdir()] == [("report.md", "old")]


def action(check_mode: bool = False) -> ActionModule:
    """The action as far as it writes."""
    made: ActionModule = object.__new__(ActionModule)
    made._task = types.SimpleNamespace(check_mode=check_mode)
    return made


def test_a_full_disk_is_told_with_what_was_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = files.write

    def write_one(path: str, content: str) -> None:
        if path.endswith("b"):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        write(path, content)

    monkeypatch.setattr(files, "write", write_one)
    expected = f"folder: the report can't be written to {tmp_path}: No space left on device; written before that: a"
    with pytest.raises(AnsibleActionFail) as failure:
        action()._write(str(tmp_path), {"a": "1", "b": "2"})
    assert str(failure.value) == expected
    assert [one.name for one in tmp_path.iterdir()] == ["a"]
    assert action(check_mode=True)._write(str(tmp_path), {"b": "2"})["changed"]


def test_a_relative_folder_is_in_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    tmp_path.joinpath("open").mkdir()
    tmp_path.joinpath("open").chmod(0o777)
    assert _folder_problems("reports", from_working_directory("reports")) == []
    (problem,) = _folder_problems("open", from_working_directory("open"))
    assert problem.startswith(f"folder: the report can't be written to {tmp_path}/open: other users can write to it")
    assert _folder_problems("", from_working_directory("")) == ["folder: is missing"]


@pytest.mark.parametrize(
    ("given", "formats", "problems"),
    [
        (None, ["html", "md", "csv", "json"], []),
        ("html, md", ["html", "md"], []),
        (["pdf"], ["pdf"], ["formats: 'pdf' is none of html, md, csv, json, sarif"]),
    ],
)
def test_formats_are_a_list_or_text(given: object, formats: list[str], problems: list[str]) -> None:
    assert _formats(given) == (formats, problems)


def test_every_cell_is_in_quotes() -> None:
    made = report(samples.hostile())
    for text in (tables.people(made), tables.findings(made)):
        rows = csv.reader(io.StringIO(text, newline=""))
        quoted = io.StringIO(newline="")
        csv.writer(quoted, quoting=csv.QUOTE_ALL).writerows(rows)
        assert quoted.getvalue() == text


def test_the_grade_of_who_can_become_an_administrator_is_in_every_file() -> None:
    own = samples.document("iam:AddUserToGroup", resource=f"arn:aws:iam::{samples.ACCOUNT}:group/Tomorrow")
    contents = files.render(report(samples.snapshot([samples.person("x", inline={"own": own})])), files.FORMATS)
    assert "can become one, for some" in contents[f"{START}.md"]
    for end in (".html", ".json", ".csv", "-findings.csv"):
        assert "iam:AddUserToGroup" in contents[START + end]
        assert "some" in contents[START + end]


@pytest.mark.parametrize(
    ("grade", "become", "told"),
    [
        ("no", "no", "no"),
        ("no", "some_mfa", "can become one, for some, with MFA"),
        ("yes", "yes", "yes"),
        ("some", "some", "yes, on some resources"),
        ("conditional", "conditional", "yes, under a condition"),
        ("mfa", "mfa", "yes, with MFA"),
        ("some_mfa", "some_mfa", "yes, on some resources, with MFA"),
        ("conditional_mfa", "conditional_mfa", "yes, under a condition, with MFA"),
        ("conditional", "yes", "yes, under a condition; can become one"),
        ("conditional_mfa", "some", "yes, under a condition, with MFA; can become one, for some"),
    ],
)
def test_how_far_an_administrator_is_one_is_told(grade: str, become: str, told: str) -> None:
    assert administrator({"administrator": grade, "can_become_administrator": become}) == told


def test_page_and_markdown_have_the_same_words_for_administrators() -> None:
    script = page.page_script()
    pattern = r'(\w+): (?:\["\w+", )?"([^"]*)"'
    for name, words in (("ADMINISTRATORS", ADMINISTRATORS), ("GRADES", GRADES)):
        listed = re.search(rf"const {name} = \{{(.*?)\}};", script, re.DOTALL)
        assert listed
        assert dict(re.findall(pattern, listed[1])) == words


def test_only_the_time_of_a_report_makes_no_difference(tmp_path: Path) -> None:
    path = str(tmp_path / "report.md")
    assert files.differs(path, "read at 2026-11-24 12:00:00 UTC")
    files.write(path, "read at 2026-11-24 12:00:00 UTC\r\n")
    assert not files.differs(path, "read at 2026-11-25 09:13:07 UTC\r\n")
    assert files.differs(path, "used at 2026-11-25 09:13:07 UTC\r\n")
    (tmp_path / "report.md").write_bytes(b"\xff")
    assert files.differs(path, "")


@given(st.text())
def test_no_cell_is_a_formula(text: str) -> None:
    shown = tables.cell(text)
    assert not shown.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert shown.removeprefix("'") == text


@pytest.mark.parametrize(
    "text", [*samples.HOSTILE[:4], "\t=1", "  =1", "\r=1", "\n=1", "\uff1d1", "\uff0b1", "\uff0d1", "\uff201", "'"]
)
def test_what_looks_like_a_formula_gets_an_apostrophe(text: str) -> None:
    assert tables.cell(text) == f"'{text}"


@pytest.mark.parametrize(("value", "shown"), [(None, ""), (True, "yes"), (False, "no"), (12, "12"), ("a-b", "a-b")])
def test_other_cells_stay_as_they_are(value: object, shown: str) -> None:
    assert tables.cell(value) == shown


def test_csv_files_have_a_line_a_user_and_a_line_a_finding() -> None:
    made = report(samples.hostile())
    people = list(csv.DictReader(io.StringIO(tables.people(made), newline="")))
    assert [row["user"].removeprefix("'") for row in people] == [user["name"] for user in made["users"]]
    assert [row["CreateHsm"] for row in people] == [user["cloudhsm"]["CreateHsm"] for user in made["users"]]
    found = list(csv.DictReader(io.StringIO(tables.findings(made), newline="")))
    assert len(found) == sum(made["summary"]["findings"].values())
    for row in (*people, *found):
        assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row.values())


@given(st.text(alphabet="`|\\<>&ab \n*[]()@\u2028\r", min_size=1))
def test_a_code_span_holds_any_text(text: str) -> None:
    span = code(text)
    assert not re.search(r"[\r\n\u2028]", span)
    (row,) = table([], [[span]])[2:-1]
    assert re.sub(r"\\.", "", row).count("|") == 2
    if span:
        fence = re.match("`+", span)
        assert fence
        # No run of backticks inside is as long as the fence, so nothing inside ends the span.
        inside = span[len(fence[0]) : -len(fence[0])]
        assert span.endswith(fence[0])
        assert len(fence[0]) not in {len(run) for run in re.findall("`+", inside)}


def outside_of_code(text: str) -> str:
    """A Markdown text without its blocks of code and its code spans."""
    text = re.sub(r"^(`{3,})\n.*?^\1$", "", text, flags=re.DOTALL | re.MULTILINE)
    return re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", text)


def test_markdown_has_no_hostile_name_outside_of_code() -> None:
    text = markdown.account_page(report(samples.hostile()))
    rest = outside_of_code(text)
    for danger in ("<script", "<img", "javascript:", "**bold", "=cmd", "@SUM", "rm -rf"):
        assert danger in text
        assert danger not in rest
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert len(rows) > 50
    heads = [line for line in rest.splitlines() if line.startswith("#")]
    assert not any("heading" in line for line in heads)


def test_tables_tell_how_many_rows_they_leave_out() -> None:
    rows = [[code(f"a|{number}")] for number in range(5)]
    assert table(["name"], rows, 3)[2:] == [
        *(f"| `a\\|{number}` |" for number in range(3)),
        "",
        "… and 2 more: the HTML and JSON files have all of them.",
        "",
    ]
    assert table(["name"], rows, 5)[-2:] == ["| `a\\|4` |", ""]


def test_markdown_of_thousands_fits_into_a_comment() -> None:
    text = markdown.account_page(report(samples.thousands()))
    assert len(text) < 65536
    assert "and 4800 more" in text


@pytest.mark.parametrize("make", [samples.one_person, samples.team, samples.hostile])
def test_the_page_has_its_own_elements_only_whatever_the_names(make: t.Callable[[], Snapshot]) -> None:
    elements = Elements(page.account_page(report(make())))
    tags = [tag for tag, _attributes in elements.tags]
    assert (tags.count("script"), tags.count("style"), tags.count("img"), tags.count("link")) == (2, 1, 0, 1)
    plain = Elements(page.account_page(report(samples.one_person())))
    assert tags == [tag for tag, _attributes in plain.tags]
    for _tag, attributes in elements.tags:
        assert not any(name.startswith("on") for name in attributes)
        assert not any("//" in (value or "") for name, value in attributes.items() if name in ("src", "href"))


def test_the_page_runs_its_own_script_only() -> None:
    elements = Elements(page.account_page(report(samples.hostile())))
    (policy,) = [
        attributes["content"]
        for tag, attributes in elements.tags
        if tag == "meta" and attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    rules = dict(rule.strip().split(" ", 1) for rule in str(policy).split(";"))
    data, script = elements.texts["script"]
    for rule, text in (("script-src", script), ("style-src", "".join(elements.texts["style"]))):
        assert rules[rule] == f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
    assert rules["default-src"] == "'none'"
    assert "unsafe" not in str(policy)
    assert json.loads(data)["account"]["account_alias"] == samples.HOSTILE[4]


def test_the_page_holds_each_combination_of_rights_once_and_all_answers() -> None:
    made = report(samples.thousands())
    data = json.loads(Elements(page.account_page(made)).texts["script"][0])
    # Those of each group, whose name is a part of the path.
    assert len(data["access"]) < 120
    actions = [action["name"] for action in made["actions"]]
    for shown, user in zip(data["users"], made["users"], strict=True):
        rights = data["access"][shown["access"]]
        assert rights["administrator"] == user["administrator"]
        words = dict(zip(actions, (page.ANSWERS[number] for number in rights["cloudhsm"]), strict=True))
        assert words == user["cloudhsm"]


def test_page_and_evaluator_know_the_same_answers() -> None:
    assert page.ANSWERS == ANSWERS
    listed = re.search(r"const ANSWERS = \{(.*?)\};", page.page_script(), re.DOTALL)
    assert listed
    assert tuple(re.findall(r"^\s+(\w+): \[", listed[1], re.MULTILINE)) == ANSWERS


def account(make: t.Callable[[], Snapshot]) -> dict[str, t.Any]:
    """What the role leaves of a host."""
    made = report(make())
    findings = [{**finding, "count": len(finding["subjects"])} for finding in made["findings"]]
    paths = [f"/reports/{START}.csv", f"/reports/{START}.html"]
    names = {key: made["account"][key] for key in ("account_id", "account_alias")}
    return {
        **names,
        "summary": made["summary"],
        "findings": findings,
        "files": paths,
        "generated_at": made["generated_at"],
    }


# Nothing is left of a host that failed.
ACCOUNTS = {"one": account(samples.one_person), "=two": account(samples.hostile), "three": {}}


def together(kind: str) -> str:
    """The overview in one format."""
    return overview.render(ACCOUNTS, [kind])[f"access-report-overview.{kind}"]


def test_the_overview_tells_of_all_accounts() -> None:
    made = json.loads(together("json"))
    assert [one["host"] for one in made["accounts"]] == ["one", "=two", "three"]
    assert made["accounts"][0]["file"] == f"{START}.html"
    assert made["accounts"][2]["summary"] is None
    assert {finding["severity"] for finding in made["findings"]} == {"critical", "high"}
    # The day only, so that the overview of the same accounts is the same file.
    assert made["generated_at"] == "2026-11-24"
    rows = list(csv.DictReader(io.StringIO(together("csv"))))
    assert [(row["host"], row["read"]) for row in rows] == [("one", "yes"), ("'=two", "yes"), ("three", "no")]
    assert "could not be read" in together("md")
    assert "<script" not in outside_of_code(together("md"))
    elements = Elements(together("html"))
    assert json.loads(elements.texts["script"][0])["kind"] == "accounts"
