// Copyright (c) 2026, cloudhsm.iam contributors
// SPDX-License-Identifier: GPL-3.0-or-later

// By which paths people get to CloudHSM, roles and who can assume them, and who gets in from outside.
const LIMITS = { boundary: "the permissions boundary", scp: "SCPs" };
const limitWords = (path) => path.limited_by.map((limit) => LIMITS[limit]).join(" and ");
const pathWords = (path) => {
  if (path.kind === "user") return "own policies";
  if (path.kind === "none") return `nothing: taken away by ${limitWords(path)}`;
  return `${path.kind.replace("_", " ")} ${path.through.join(", then role ")}`;
};
const pathsList = (thing) => (access(thing).access_paths || []).map((path) => {
  const notes = path.kind === "none" ? [] : [
    ANSWERS[path.answer][2], path.limited_by.length && `limited by ${limitWords(path)}`,
    path.more && `and ${plural(path.more, "more path")}`,
  ].filter(Boolean);
  const actions = path.actions.length === data.actions.length ? "all actions" : path.actions.join(", ");
  return el("li", {}, `${pathWords(path)}${notes.length ? ` (${notes.join("; ")})` : ""}: ${actions}`);
});

const OUTSIDE = {
  account: "another AWS account", anyone: "anyone with an AWS account", oidc: "OpenID Connect provider", saml: "SAML provider",
  service: "AWS service", unknown: "not known", web_identity: "web identity provider",
};
const gradeWords = (answer) => ({
  yes: "yes", some: "some", conditional: "under a condition", mfa: "with MFA", some_mfa: "some, with MFA",
  conditional_mfa: "under a condition, with MFA",
})[answer];
const graded = (one, name) => (one.answer === "yes" ? name : `${name} (${gradeWords(one.answer)})`);
const assumers = (role) => {
  const names = role.assumed_by.slice(0, 6).map((one) =>
    graded(one, one.chain.length > 1 ? `${one.name} by ${one.chain.slice(0, -1).join(", then ")}` : one.name));
  return names.length ? names.join(", ") + (role.users > names.length ? ` and ${number(role.users - names.length)} more` : "") : "none";
};

const controlsNote = () => {
  const found = data.service_control_policies;
  const actions = Object.entries(found.limited_actions);
  const list = actions.map(([action, left]) => el("li", {}, sign(left), ` ${action}`));
  return el("div", { class: "card lists" }, el("div", {}, el("h3", {}, "Service control policies"), el("p", {}, `${found.note}.`),
    actions.length ? [el("p", {}, "What they leave of CloudHSM's actions:"), el("ul", { class: "actions" }, list)]
      : found.state === "read" ? el("p", {}, "They take no CloudHSM action away.") : null));
};

const centerSection = () => {
  const center = data.identity_center;
  const sets = new Table("Permission sets", [
    { title: "Permission set", value: (s) => s.name, cell: (s) => s.name },
    { title: "People", tight: true, value: (s) => s.people, cell: (s) => number(s.people) },
    { title: "Groups", value: (s) => s.groups.length, cell: (s) => some(s.groups, 6) || "none" },
    { title: "Users directly", value: (s) => s.users.length, cell: (s) => some(s.users, 6) || "none" },
    { title: "Role", value: (s) => s.role || "", cell: (s) => s.role || "none" },
  ], center.permission_sets);
  const people = new Table("People of IAM Identity Center", [
    { title: "User", value: (u) => u.name, cell: (u) => (u.external_providers.length ? [u.name, " ", badge("info", "external")] : u.name) },
    { title: "Permission sets", value: (u) => u.permission_sets.length, cell: (u) => some(u.permission_sets.map((s) => (s.groups.length ? `${s.name} by ${s.groups.join(", ")}` : s.name)), 4) },
    { title: "Administrator", tight: true, value: administratorRank, cell: administratorCell },
    { title: "CloudHSM", tight: true, value: (u) => cloudhsmSummary(u).rank, cell: (u) => cloudhsmSummary(u).text },
    { title: "Paths to CloudHSM", plain: true, value: () => 0, cell: (u) => el("ul", {}, pathsList(u)) },
  ], center.users);
  const read = center.state === "read";
  return section("center", "IAM Identity Center", el("p", { class: "soft" }, `${center.note}.`),
    center.external_providers.length ? el("p", {}, `People come from an external identity provider: ${center.external_providers.join(", ")}`) : null,
    read ? el("div", { class: "stack" }, sets.node, people.node) : null);
};

const rolesSection = () => {
  const people = data.roles.filter((role) => role.kind !== "service");
  const services = data.roles.filter((role) => role.kind === "service");
  const outside = data.outside_principals.filter((one) => one.kind !== "service");
  const gives = [
    { title: "Administrator", tight: true, value: administratorRank, cell: administratorCell },
    { title: "CloudHSM", tight: true, value: (r) => cloudhsmSummary(r).rank, cell: (r) => cloudhsmSummary(r).text },
  ];
  const roles = new Table("Roles", [
    { title: "Role", value: (r) => r.name, cell: (r) => (r.permission_set ? [r.name, " ", badge("info", `permission set ${r.permission_set}`)] : r.name) },
    { title: "Users who can assume it", value: (r) => r.users, cell: (r) => `${number(r.users)}${r.users ? `: ${assumers(r)}` : ""}` },
    { title: "Roles that can", value: (r) => r.roles.length, cell: (r) => some(r.roles.map((one) => graded(one, one.name)), 6) || "none" },
    { title: "Others who can", value: (r) => r.trusted.length, cell: (r) => some(r.trusted.map((one) => graded(one, one.name)), 6) || "none" },
    ...gives,
  ], people);
  const others = new Table("Who can get in from outside", [
    { title: "Who", value: (o) => o.name, cell: (o) => el("code", {}, o.name) },
    { title: "Kind", tight: true, value: (o) => o.kind, cell: (o) => OUTSIDE[o.kind] },
    { title: "Can get in", tight: true, value: (o) => o.answer, cell: (o) => gradeWords(o.answer) },
    { title: "Roles", value: (o) => o.roles.length, cell: (o) => some(o.roles, 6) },
  ], outside);
  const ofServices = new Table("Roles for AWS services only", [
    { title: "Role", value: (r) => r.name, cell: (r) => r.name },
    { title: "Services", value: (r) => r.trusted.map((one) => one.name).join(", "), cell: (r) => some(r.trusted.map((one) => one.name), 6) },
    ...gives,
  ], services);
  const linked = data.other_service_linked_roles;
  return section("roles", "Roles and SCPs",
    el("div", { class: "stack" }, roles.node, outside.length ? [el("h3", {}, "Who can get in from outside"), others.node] : null,
      services.length ? [el("h3", {}, "Roles for AWS services only"), ofServices.node] : null,
      linked.length ? el("p", { class: "soft" }, `Service-linked roles, which AWS controls: ${some(linked, 30)}`) : null,
      controlsNote()));
};
