// Copyright (c) 2026, cloudhsm.iam contributors
// SPDX-License-Identifier: GPL-3.0-or-later

// The tables of groups and policies.
const groupsAndPolicies = () => {
  const gives = [
    { title: "Administrator", tight: true, value: administratorRank, cell: administratorCell },
    { title: "CloudHSM", tight: true, value: (t) => cloudhsmSummary(t).rank, cell: (t) => cloudhsmSummary(t).text },
  ];
  const groups = new Table("Groups", [
    { title: "Group", value: (g) => g.name, cell: (g) => g.name },
    { title: "Members", value: (g) => g.members.length, cell: (g) => `${number(g.members.length)}${g.members.length ? `: ${some(g.members, 6)}` : ""}` },
    { title: "Policies", value: (g) => g.managed_policies.map(policyName).join(", "),
      cell: (g) => [...g.managed_policies.map(policyName), ...g.inline_policies.map((name) => `${name} (inline)`)].join(", ") || "none" },
    ...gives,
  ], data.groups);
  const policies = new Table("Policies", [
    { title: "Policy", value: (p) => p.name, cell: (p) => p.name },
    { title: "Kind", tight: true, value: (p) => p.kind, cell: (p) => ({ aws: "AWS managed", customer: "customer managed", inline: "inline" })[p.kind] },
    { title: "Groups", value: (p) => p.groups.length, cell: (p) => some(p.groups, 6) || "none" },
    { title: "Users directly", value: (p) => p.users.length, cell: (p) => (p.users.length ? el("span", { class: "warn" }, some(p.users, 6)) : "none") },
    ...gives,
  ], data.policies);
  return section("groups", "Groups and policies",
    el("div", { class: "stack" }, groups.node, policies.node));
};
