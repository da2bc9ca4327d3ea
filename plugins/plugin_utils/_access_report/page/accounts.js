// Copyright (c) 2026, cloudhsm.iam contributors
// SPDX-License-Identifier: GPL-3.0-or-later

// The overview of several accounts.
const showAccounts = () => {
  header("Access of all accounts", [`${plural(data.accounts.length, "account")}, read up to ${data.generated_at}`],
    [["accounts", "Accounts"], ["findings", "Most severe findings"],
      ...(data.accepted_risks.length ? [["accepted", "Accepted risks"]] : []), ...(data.root_users ? [["root-users", "Root users"]] : [])]);
  const sum = (pick) => data.accounts.reduce((total, account) => total + (account.summary ? pick(account.summary) : 0), 0);
  const link = (account) => (account.file ? el("a", { href: encodeURI(account.file) }, account.account_id) : account.host);
  const numberColumn = (title, pick) => ({
    title, tight: true, value: (a) => (a.summary ? pick(a.summary) : -1), cell: (a) => (a.summary ? number(pick(a.summary)) : "–"),
  });
  const columns = [
    { title: "Account", value: (a) => a.account_id || a.host, cell: link },
    { title: "Name", value: (a) => a.account_alias || a.host, cell: (a) => a.account_alias || a.host },
    { title: "Findings", value: (a) => worth(a.summary ? a.summary.findings : {}),
      cell: (a) => (a.summary ? levels(a.summary.findings) : badge("critical", "could not be read")) },
    numberColumn("Users", (s) => s.users),
    numberColumn("Administrators", (s) => s.administrators.length),
    numberColumn("Without MFA", (s) => s.console_users_without_mfa),
    numberColumn("Change CloudHSM", (s) => s.cloudhsm_changers),
    numberColumn("Differences", (s) => s.drift),
    { title: "Temporary", tight: true, value: (a) => (a.summary ? a.summary.temporary.count : -1),
      cell: (a) => (a.summary ? [number(a.summary.temporary.count), a.summary.temporary.next_end
        ? el("p", { class: "soft" }, `next end ${a.summary.temporary.next_end.slice(0, 10)}`) : null] : "–") },
  ];
  document.getElementById("main").append(
    el("div", { class: "tiles" },
      tile(data.accounts.length, "accounts"),
      tile(data.accounts.filter((account) => !account.summary).length, "could not be read"),
      tile(sum((s) => s.users), "users"),
      tile(sum((s) => s.administrators.length), "administrators"),
      tile(sum((s) => s.console_users_without_mfa), "console users without MFA"),
      tile(sum((s) => s.drift), "differences from your variables"),
      tile(sum((s) => s.temporary.count), "temporary rights")),
    section("accounts", "Accounts",
      new Table("Accounts", columns, data.accounts, { sorted: { column: 2, down: true } }).node),
    section("findings", "Most severe findings", new Table("Most severe findings", [
      { title: "Finding", value: (f) => f.title, cell: (f) => f.title },
      { title: "Severity", tight: true, value: (f) => SEVERITIES.indexOf(f.severity), cell: (f) => badge(f.severity, f.severity) },
      { title: "Account", value: (f) => f.account_id, cell: (f) => f.account_id },
      { title: "Count", tight: true, value: (f) => f.count, cell: (f) => number(f.count) },
    ], data.findings, { sorted: { column: 1, down: false } }).node),
    ...acceptedInAccounts(), ...rootUsersSection());
};
const worth = (counts) => SEVERITIES.reduce((total, level) => total * 10000 + Math.min(counts[level] || 0, 9999), 0);
