// Copyright (c) 2026, cloudhsm.iam contributors
// SPDX-License-Identifier: GPL-3.0-or-later

// What a user, a group or a policy gives, and how people sign in, as cells of tables.
const access = (thing) => data.access[thing.access];
const answerOf = (thing, action) => ANSWER_NAMES[access(thing).cloudhsm[action]];
const ANSWER_NAMES = Object.keys(ANSWERS);
const worst = (found) => found.reduce((least, finding) => Math.min(least, SEVERITIES.indexOf(finding.severity)), SEVERITIES.length);

const findingsOfUsers = () => {
  const found = new Map();
  for (const finding of data.findings) {
    for (const subject of finding.subjects) {
      if (subject.kind !== "user") continue;
      if (!found.has(subject.name)) found.set(subject.name, []);
      found.get(subject.name).push({ severity: finding.severity, title: finding.title, ...subject });
    }
  }
  return found;
};

const cloudhsmSummary = (thing) => {
  const answers = data.actions.map((_action, place) => answerOf(thing, place));
  const can = answers.filter((answer) => answer !== "no");
  if (!can.length) return { rank: 0, text: "nothing", kind: "soft" };
  const reads = data.actions.filter((action, place) => answers[place] !== "no" && action.access_level === "Read").length;
  const mfa = can.every((answer) => answer.endsWith("mfa"));
  const limited = can.some((answer) => answer.startsWith("some") || answer.startsWith("conditional"));
  const what = can.length === answers.length ? "everything" : reads === can.length ? `read (${reads})` : `${can.length} of ${answers.length}`;
  const partly = !mfa && can.some((answer) => answer.endsWith("mfa"));
  const notes = [mfa && "with MFA", partly && "partly with MFA", limited && "limited"].filter(Boolean);
  return { rank: can.length * 2 - (mfa ? 1 : 0), text: notes.length ? `${what}, ${notes.join(", ")}` : what };
};
// How bad it is to be able to become an administrator so far, and what it is called.
const GRADES = {
  yes: ["high", ""], some: ["medium", ", for some"], conditional: ["medium", ", under a condition"],
  mfa: ["medium", ", with MFA"], some_mfa: ["medium", ", for some, with MFA"],
  conditional_mfa: ["medium", ", under a condition, with MFA"],
};
const ADMINISTRATORS = {
  yes: "yes", some: "yes, on some resources", conditional: "yes, under a condition",
  mfa: "yes, with MFA", some_mfa: "yes, on some resources, with MFA",
  conditional_mfa: "yes, under a condition, with MFA",
};
const administratorCell = (thing) => {
  const { administrator, can_become_administrator: become } = access(thing);
  // What a user can become is never less than what the user is.
  const rises = become !== administrator && `can become one${GRADES[become][1]}`;
  if (administrator === "no") return rises ? badge(GRADES[become][0], rises) : el("span", { class: "soft" }, "no");
  const kind = administrator.endsWith("mfa") && become !== "yes" ? "medium" : "high";
  return badge(kind, [ADMINISTRATORS[administrator], rises].filter(Boolean).join("; "));
};
const waysList = (thing) => access(thing).administrator_ways.map(({ actions, on, answer }) =>
  el("li", {}, [actions.join(" with "), on].filter(Boolean).join(" on ") + (GRADES[answer][1] || ", always")));
const administratorRank = (thing) => {
  const { administrator, can_become_administrator: become } = access(thing);
  return administrator !== "no" ? 2 : become !== "no" ? 1 : 0;
};

const days = (count) => (count === null || count === undefined ? "?" : `${number(count)} d`);
const passwordCell = ({ credentials: { password, password_age: age, password_last_used: used } }) => {
  if (password === null) return el("span", { class: "soft" }, "not known");
  if (!password) return el("span", { class: "soft" }, "none");
  return `${days(age)} old, ${used === null ? "last use unknown" : `used ${days(used)} ago`}`;
};
const mfaCell = ({ credentials: { mfa, password } }) => {
  if (mfa === null) return el("span", { class: "soft" }, "not known");
  return mfa ? el("span", { class: "fine" }, "yes") : el("span", { class: password ? "bad" : "soft" }, "no");
};
const activeKeys = (user) => (user.credentials.access_keys || []).filter((key) => key.active);
const keysCell = (user) => {
  if (user.credentials.access_keys === null) return el("span", { class: "soft" }, "not known");
  const keys = activeKeys(user);
  if (!keys.length) return el("span", { class: "soft" }, "none");
  const oldest = Math.max(...keys.map((key) => key.age || 0));
  return el("span", { class: oldest > data.limits.max_key_age ? "warn" : null }, `${keys.length}, ${days(oldest)} old`);
};
const unknownLow = (value) => (value === null || value === undefined ? -1 : Number(value));
