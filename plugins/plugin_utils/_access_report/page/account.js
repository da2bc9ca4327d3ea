// Copyright (c) 2026, cloudhsm.iam contributors
// SPDX-License-Identifier: GPL-3.0-or-later

// The report on one account: findings, the tables, differences, and what it is from.
const findingCard = (finding) => {
  const list = el("div", { class: "inside" });
  const card = el("details", { class: "card finding", "data-severity": finding.severity },
    el("summary", {}, badge(finding.severity, finding.severity), el("h3", {}, finding.title),
      el("span", { class: "count" }, number(finding.subjects.length)), el("p", { class: "why" }, finding.why)), list);
  const fill = () => {
    if (list.firstChild) return;
    list.append(new Table(finding.title, [
      { title: "Who or what", value: (s) => s.name, cell: (s) => (s.kind === "group" ? `group ${s.name}` : s.name) },
      { title: "Why", value: (s) => s.detail, cell: (s) => s.detail },
      { title: "What to run", plain: true, value: () => 0, cell: (s) => runCell(s.run) },
    ], finding.subjects, { size: LISTED }).node);
  };
  // A browser's own search opens it without a click.
  card.addEventListener("toggle", () => { if (card.open) fill(); });
  card.firstChild.addEventListener("click", fill);
  card.fill = fill;
  return card;
};

const driftSection = () => {
  const words = { missing: "missing", differs: "differs", not_wanted: "not wanted", impossible: "can't be made" };
  const change = ({ operation, ...rest }) =>
    [operation.replace(/_/g, " "), ...Object.values(rest).map((value) => (typeof value === "object" ? JSON.stringify(value) : String(value)))].join(" ");
  if (!data.compared) return section("drift", "Differences", el("p", { class: "soft" }, "The report was not given what the account is to be like, so nothing was compared."));
  if (!data.drift.length) return section("drift", "Differences", el("p", { class: "calm" }, "The account is as the variables want it."));
  return section("drift", "Differences", new Table("Differences", [
    { title: "Name", value: (d) => d.name, cell: (d) => `${d.kind} ${d.name}` },
    { title: "State", tight: true, value: (d) => d.state, cell: (d) => badge(d.state === "differs" ? "medium" : "high", words[d.state]) },
    { title: "What would be done", plain: true, value: () => 0, cell: (d) => el("ul", {}, [...d.changes.map(change), ...(d.problems || [])].map((line) => el("li", {}, line))) },
  ], data.drift).node);
};

const aboutSection = () => {
  const list = (title, lines) => el("div", {}, el("h3", {}, title), el("ul", {}, lines.map((line) => el("li", {}, line))));
  const role = data.service_linked_roles[0];
  const policy = data.password_policy;
  const rules = [
    ["RequireSymbols", "symbols"], ["RequireNumbers", "numbers"], ["RequireUppercaseCharacters", "capitals"],
    ["RequireLowercaseCharacters", "small letters"],
  ].filter(([key]) => policy && policy[key]).map((rule) => rule[1]);
  return section("about", "About the account and this report",
    el("div", { class: "card lists" },
      list("The account", [
        role ? `CloudHSM's service-linked role is there: ${role.name}` : "CloudHSM's service-linked role is not there, or could not be read",
        policy === null ? "The password policy could not be read"
          : policy.MinimumPasswordLength ? `Passwords have at least ${policy.MinimumPasswordLength} characters${rules.length ? `, with ${rules.join(", ")}` : ""}`
            : "There is no password policy",
        data.root ? `The root user has ${data.root.password ? "" : "no password, "}${data.root.mfa ? "" : "no "}MFA and ${data.root.access_keys ? "" : "no "}access keys` : "What the root user has could not be read",
        `Read by ${data.account.caller_arn}`,
      ]),
      list("Where it is from", [
        `Users, groups and policies were read at ${data.generated_at}`,
        data.credential_report_time
          ? `Ages are from AWS's credential report of ${data.credential_report_time}, which may be four hours old`
          : "There was no credential report, so ages are not known",
        "Each person's entry tells whether password, MFA and keys were read as they are now, or come from that report",
        "Rights come from the policies of users and groups, permissions boundaries and conditions about MFA",
      ]),
      list("What is not looked at", data.not_evaluated),
      data.not_read.length ? list("What could not be read", data.not_read) : null));
};

const showAccount = () => {
  const { account, summary } = data;
  const people = new People(findingsOfUsers());
  header(`Access to ${account.account_alias || account.account_id}`, [
    `AWS account ${account.account_id}${account.partition === "aws" ? "" : ` (${account.partition})`}, read at ${data.generated_at}`,
    data.credential_report_time ? `Ages from the credential report of ${data.credential_report_time}` : "Without a credential report: ages are not known",
  ], [["findings", "Findings"], ["people", "People"], ["groups", "Groups and policies"], ["picture", "Picture"], ["drift", "Differences"], ["about", "About"]]);
  const mood = (count) => (count ? "alarm" : "well");
  const cards = data.findings.map(findingCard);
  document.getElementById("main").append(
    el("div", { class: "tiles", id: "tiles" },
      tile(summary.users, summary.users === 1 ? "user" : "users"),
      tile(summary.administrators.length, summary.administrators.length === 1 ? "administrator" : "administrators"),
      tile(summary.console_users_without_mfa, "console users without MFA", mood(summary.console_users_without_mfa)),
      tile(summary.cloudhsm_changers, "can change CloudHSM"),
      tile(summary.access_keys, "active access keys"),
      tile(summary.outside_every_group, "in no group"),
      data.compared ? tile(summary.drift, "differences from your variables", mood(summary.drift)) : null),
    levels(summary.findings),
    ...(data.not_read.length ? [el("p", { class: "note" }, `${plural(data.not_read.length, "thing")} could not be read, so the report is not complete: see About.`)] : []),
    section("findings", "Findings", cards.length ? cards : el("p", { class: "calm" }, "Nothing found.")),
    people.node, groupsAndPolicies(), picture(), driftSection(), aboutSection());
  printing(people, cards);
};

// On paper there are no pages to turn: what is chosen is printed, up to a number of rows.
const printing = (people, cards) => {
  let before = null;
  addEventListener("beforeprint", () => {
    before = { size: people.table.size, page: people.table.page, open: cards.map((card) => card.open) };
    Object.assign(people.table, { size: PRINTED, page: 0 });
    people.table.show();
    cards.forEach((card) => { card.fill(); card.open = true; });
  });
  addEventListener("afterprint", () => {
    if (!before) return;
    Object.assign(people.table, { size: before.size, page: before.page });
    people.table.show();
    cards.forEach((card, place) => { card.open = before.open[place]; });
  });
};
