// Copyright (c) 2026, cloudhsm.iam contributors
// SPDX-License-Identifier: GPL-3.0-or-later

// Rights that end by themselves, and the root users of an organization's accounts.
const ENDINGS = {
  running: ["info", "running"], ended: ["low", "ended"], endless: ["high", "does not end"], longer: ["high", "ends too late"],
};
const HOLDERS = {
  user: "user", center_user: "Identity Center user", center_group: "Identity Center group", unknown: "people who could not be read",
};
const minutes = (time) => time.replace("T", " ").replace(/(:\d\d):00Z$/, "$1 UTC");
// The rights of a user that end, those with the same end together.
const endsOf = (until) => {
  const together = new Map();
  for (const [right, end] of Object.entries(until)) together.set(end, [...(together.get(end) || []), right.replace(/_/g, " ")]);
  return together.size ? el("ul", {}, [...together].sort().map(([end, rights]) => el("li", {}, `${minutes(end)}: ${rights.join(", ")}`))) : null;
};
const temporaryTile = () => (data.temporary.length ? tile(data.temporary.length, "temporary rights", data.summary.temporary.endless || data.summary.temporary.longer ? "alarm" : "") : null);
const temporaryParts = () => (data.temporary.length ? [["temporary", "Temporary rights"]] : []);
const temporarySection = () => {
  if (!data.temporary.length) return [];
  const next = data.summary.temporary.next_end;
  const what = (right) => (right.kind === "membership" ? `group ${right.gives}` : `permission set ${right.gives}`);
  const end = (right) => right.until || right.tagged_until || "";
  return [section("temporary", "Temporary rights",
    el("p", { class: "soft" }, next ? `The next one ends at ${minutes(next)}. AWS ends each by a condition in its policies.` : "None of them is running."),
    new Table("Temporary rights", [
      { title: "Who", value: (r) => r.holder, cell: (r) => el("span", {}, `${HOLDERS[r.holder_kind]} `, el("b", {}, r.holder)) },
      { title: "Has", value: (r) => r.gives, cell: (r) => [what(r), r.administrator ? [" ", badge("medium", "administrator")] : null] },
      { title: "Until", tight: true, value: end, cell: (r) => (r.until ? minutes(r.until) : "–") },
      { title: "State", tight: true, value: (r) => r.state, cell: (r) => badge(...ENDINGS[r.state]) },
      { title: "Reason", value: (r) => r.reasons.join(" "), cell: (r) => (r.reasons.length ? r.reasons.join("; ") : el("span", { class: "soft" }, "not known")) },
    ], data.temporary, { sorted: { column: 2, down: false } }).node)];
};

const ROOT_STATES = { open: ["high", "has credentials"], unknown: ["medium", "not read"], locked: ["info", "none"], skipped: ["info", "not looked at"] };
const rootUsersSection = () => {
  const found = data.root_users;
  if (!found) return [];
  const has = (row, name) => row[name] || [];
  const column = (title, name) => ({
    title, value: (r) => has(r, name).length, cell: (r) => (has(r, name).length ? el("ul", {}, has(r, name).map((id) => el("li", {}, el("code", {}, id)))) : r.state === "open" || r.state === "locked" ? "none" : "–"),
  });
  const yes = (row) => (row.password === undefined ? "–" : row.password ? "yes" : "no");
  return [section("root-users", "Root users of member accounts",
    el("p", { class: "soft" }, `From the audit of ${found.generated_at}. Centralized root access is ${found.central ? "on" : "off"}.`),
    new Table("Root users of member accounts", [
      { title: "Account", tight: true, value: (r) => r.account_id, cell: (r) => r.account_id },
      { title: "Name", value: (r) => r.name, cell: (r) => [r.name, r.note ? el("p", { class: "soft" }, r.note) : null] },
      { title: "Credentials", tight: true, value: (r) => Object.keys(ROOT_STATES).indexOf(r.state), cell: (r) => badge(...ROOT_STATES[r.state]) },
      { title: "Password", tight: true, value: yes, cell: yes },
      column("Access keys", "access_keys"),
      column("MFA devices", "mfa_devices"),
      column("Signing certificates", "signing_certificates"),
    ], found.accounts, { sorted: { column: 2, down: false } }).node)];
};
const rootCredentials = () => {
  const found = data.root_credentials;
  if (!found) return [];
  const count = (name, word) => plural(found[name].length, word);
  const what = found.password === undefined ? "not known" : [found.password ? "a password" : "no password", count("access_keys", "access key"),
    count("signing_certificates", "signing certificate"), count("mfa_devices", "MFA device")].join(", ");
  return [`By the audit of root users of ${found.generated_at}: ${what}. Centralized root access is ${found.central ? "on" : "off"}`];
};

const acceptedInAccounts = () => (data.accepted_risks.length
  ? [section("accepted", "Accepted risks", new Table("Accepted risks", [
    { title: "Account", tight: true, value: (r) => r.account_id, cell: (r) => r.account_id },
    { title: "Finding", value: (r) => SEVERITIES.indexOf(r.severity), cell: (r) => [badge(r.severity, r.severity), ` ${r.title}`] },
    { title: "Count", tight: true, value: (r) => r.count, cell: (r) => number(r.count) },
    { title: "Reason", value: (r) => r.reason, cell: (r) => r.reason },
    { title: "Until", tight: true, value: (r) => r.expires, cell: (r) => r.expires },
    { title: "By", value: (r) => r.accepted_by, cell: (r) => r.accepted_by },
    { title: "State", tight: true, value: (r) => r.state, cell: (r) => badge(...ACCEPTANCE[r.state]) },
  ], data.accepted_risks, { sorted: { column: 4, down: false } }).node)]
  : []);
