// Copyright (c) 2026, cloudhsm.iam contributors
// SPDX-License-Identifier: GPL-3.0-or-later

// What an audit asks for: which findings are shown, which are accepted, and what has changed since an earlier report.
const hiddenCount = () => Object.values(data.hidden || {}).reduce((total, count) => total + count, 0);
const hiddenNote = () => (hiddenCount()
  ? [el("p", { class: "note" }, `${plural(hiddenCount(), "finding")} below the severity ${data.min_severity} ${hiddenCount() === 1 ? "is" : "are"} not shown: ` +
    Object.entries(data.hidden).map(([level, count]) => `${number(count)} ${level}`).join(", "))]
  : []);
const benchmarkNote = () => (data.findings.some((finding) => finding.cis.length)
  ? el("p", { class: "soft" }, `CIS numbers are recommendations of the ${data.benchmark.name} ${data.benchmark.version}.`)
  : null);
const auditParts = () => [
  data.accepted_risks.length ? ["accepted", "Accepted risks"] : null,
  data.difference ? ["changes", "Changes"] : null,
].filter(Boolean);

const ACCEPTANCE = { active: ["info", "accepted"], expired: ["high", "expired"], not_found: ["medium", "not found"] };
const acceptedSection = () => {
  if (!data.accepted_risks.length) return [];
  const ids = (risk) => [...risk.subjects.map((subject) => subject.id), ...risk.not_found.map((id) => `${id} (not found)`)];
  return [section("accepted", "Accepted risks", new Table("Accepted risks", [
    { title: "Finding", value: (r) => r.title, cell: (r) => [badge(r.severity, r.severity), ` ${r.title}`] },
    { title: "Subjects", value: (r) => ids(r)[0] || "", cell: (r) => el("ul", {}, ids(r).map((id) => el("li", {}, el("code", {}, id)))) },
    { title: "Reason", value: (r) => r.reason, cell: (r) => r.reason },
    { title: "Until", tight: true, value: (r) => r.expires, cell: (r) => r.expires },
    { title: "By", value: (r) => r.accepted_by, cell: (r) => r.accepted_by },
    { title: "State", tight: true, value: (r) => r.state, cell: (r) => badge(...ACCEPTANCE[r.state]) },
  ], data.accepted_risks).node)];
};

const CHANGES = { new: ["high", "new"], gone: ["info", "gone"], accepted: ["info", "accepted"], no_longer_accepted: ["high", "no longer accepted"] };
const changedRights = (changes) => {
  const together = new Map();
  for (const { right, before, after } of changes) {
    const words = `${before} → ${after}`;
    together.set(words, [...(together.get(words) || []), right]);
  }
  return el("ul", {}, [...together].map(([words, rights]) => el("li", {}, `${words}: ${rights.join(", ")}`)));
};
const changesSection = () => {
  if (!data.difference) return [];
  const { findings, users, notes, generated_at: since } = data.difference;
  const rows = Object.entries(findings).flatMap(([kind, found]) => found.map((one) => ({ ...one, change: kind })));
  return [section("changes", "Changes",
    el("p", { class: "soft" }, `Since the report of ${since}`),
    notes.map((note) => el("p", { class: "note" }, note)),
    el("div", { class: "stack" }, rows.length
      ? new Table("Changes of findings", [
        { title: "Finding", value: (f) => SEVERITIES.indexOf(f.severity), cell: (f) => [badge(f.severity, f.severity), ` ${f.title}`] },
        { title: "Change", tight: true, value: (f) => f.change, cell: (f) => badge(...CHANGES[f.change]) },
        { title: "ID", value: (f) => f.id, cell: (f) => el("code", {}, f.id) },
        { title: "Detail", value: (f) => f.detail, cell: (f) => f.detail },
      ], rows).node
      : el("p", { class: "calm" }, "The findings are the same."),
    users.length
      ? new Table("Changes of what people can do", [
        { title: "User", value: (u) => u.name, cell: (u) => u.name },
        { title: "State", tight: true, value: (u) => u.state, cell: (u) => badge(u.state === "gone" ? "info" : "medium", u.state) },
        { title: "Who can do what", plain: true, value: () => 0, cell: (u) => changedRights(u.changes) },
      ], users).node
      : el("p", { class: "calm" }, "Everybody can do what they could do before.")))];
};
