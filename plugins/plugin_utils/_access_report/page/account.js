// Copyright (c) 2026, cloudhsm.iam contributors
// SPDX-License-Identifier: GPL-3.0-or-later

// The report of one account: findings, tables, differences and sources.
const findingCard = (finding) => {
  const list = el("div", { class: "inside" });
  const card = el("details", { class: "card finding", "data-severity": finding.severity },
    el("summary", {}, badge(finding.severity, finding.severity), el("h3", {}, finding.title),
      el("span", { class: "count" }, number(finding.subjects.length)),
      el("p", { class: "why" }, finding.why, finding.cis.length ? ` CIS ${finding.cis.join(", ")}.` : "")), list);
  const fill = () => {
    if (list.firstChild) return;
    list.append(new Table(finding.title, [
      { title: "Name", value: (s) => s.name, cell: (s) => (s.kind === "group" ? `group ${s.name}` : s.name) },
      { title: "Detail", value: (s) => s.detail, cell: (s) => s.detail },
      { title: "ID", value: (s) => s.id, cell: (s) => el("code", {}, s.id) },
    ], finding.subjects, { size: LISTED }).node,
    el("div", { class: "remedy" }, el("h4", {}, finding.subjects.length > 1 ? "How to fix all of them" : "How to fix"), runCell(finding.run, `how to fix ${finding.title}`)));
  };
  // A browser's own search opens it without a click.
  card.addEventListener("toggle", () => { if (card.open) fill(); });
  card.firstChild.addEventListener("click", fill);
  card.fill = fill;
  return card;
};

const driftSection = () => {
  const words = { missing: "missing", differs: "differs", not_wanted: "not in your variables", impossible: "can't be changed" };
  const change = ({ operation, ...rest }) =>
    [operation.replace(/_/g, " "), ...Object.values(rest).map((value) => (typeof value === "object" ? JSON.stringify(value) : String(value)))].join(" ");
  if (!data.compared) return section("drift", "Differences", el("p", { class: "soft" }, "Nothing was compared, because the report had no expected users or groups."));
  if (!data.drift.length) return section("drift", "Differences", el("p", { class: "calm" }, "The account matches your variables."));
  return section("drift", "Differences", new Table("Differences", [
    { title: "Name", value: (d) => d.name, cell: (d) => `${d.kind} ${d.name}` },
    { title: "State", tight: true, value: (d) => d.state, cell: (d) => badge(d.state === "differs" ? "medium" : "high", words[d.state]) },
    { title: "Changes", plain: true, value: () => 0, cell: (d) => el("ul", {}, [...d.changes.map(change), ...(d.problems || [])].map((line) => el("li", {}, line))) },
  ], data.drift).node);
};

const aboutSection = () => {
  const list = (title, lines) => el("div", {}, el("h3", {}, title), el("ul", {}, lines.map((line) => el("li", {}, line))));
  const role = data.service_linked_roles[0];
  const policy = data.password_policy;
  const rules = [
    ["RequireSymbols", "symbols"], ["RequireNumbers", "numbers"], ["RequireUppercaseCharacters", "uppercase letters"],
    ["RequireLowercaseCharacters", "lowercase letters"],
  ].filter(([key]) => policy && policy[key]).map((rule) => rule[1]);
  return section("about", "About the account and this report",
    el("div", { class: "card lists" },
      list("The account", [
        role ? `CloudHSM's service-linked role: ${role.name}` : "CloudHSM's service-linked role does not exist, or could not be read",
        policy === null ? "The password policy could not be read"
          : policy.MinimumPasswordLength ? `Passwords need at least ${policy.MinimumPasswordLength} characters${rules.length ? `, with ${rules.join(", ")}` : ""}`
            : "There is no password policy",
        data.root ? `The root user has ${data.root.password ? "" : "no password, "}${data.root.mfa ? "" : "no "}MFA and ${data.root.access_keys ? "" : "no "}access keys` : "The root user's credentials could not be read",
        ...rootCredentials(),
        `Read by ${data.account.caller_arn}`,
      ]),
      list("Sources", [
        `Users, groups, roles and policies were read at ${data.generated_at}`,
        data.credential_report_time
          ? `Ages are from AWS's credential report of ${data.credential_report_time}, which may be four hours old`
          : "Ages are unknown, because there was no credential report",
        "Each user's entry shows whether password, MFA and keys were read live or come from that report",
        "Permissions come from the policies of users, groups and roles, whom roles trust, permissions boundaries and conditions about MFA",
      ]),
      list("Not evaluated", data.not_evaluated),
      data.not_read.length ? list("Could not be read", data.not_read) : null));
};

const showAccount = () => {
  const { account, summary } = data;
  const people = new People(findingsOfUsers());
  header(`Access to ${account.account_alias || account.account_id}`, [
    `AWS account ${account.account_id}${account.partition === "aws" ? "" : ` (${account.partition})`}, read at ${data.generated_at}`,
    data.credential_report_time ? `Ages from the credential report of ${data.credential_report_time}` : "Ages are unknown, because there was no credential report",
  ], [["findings", "Findings"], ...auditParts(), ...temporaryParts(), ["people", "People"], ["roles", "Roles and SCPs"], ["center", "Identity Center"], ["groups", "Groups and policies"], ["picture", "Picture"], ["drift", "Differences"], ["about", "About"]]);
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
      temporaryTile(),
      data.compared ? tile(summary.drift, "differences from your variables", mood(summary.drift)) : null),
    levels(summary.findings),
    ...hiddenNote(),
    ...(data.not_read.length ? [el("p", { class: "note" }, `${plural(data.not_read.length, "thing")} could not be read, so the report is incomplete. See About.`)] : []),
    section("findings", "Findings", benchmarkNote(), cards.length ? cards : el("p", { class: "calm" }, hiddenCount() ? "No findings of the chosen severities." : "No findings.")),
    ...acceptedSection(), ...changesSection(), ...temporarySection(), people.node, rolesSection(), centerSection(), groupsAndPolicies(), picture(), driftSection(), aboutSection());
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
