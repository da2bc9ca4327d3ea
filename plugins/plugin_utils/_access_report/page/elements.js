// Copyright (c) 2026, cloudhsm.iam contributors
// SPDX-License-Identifier: GPL-3.0-or-later

// What everything is made of: elements, numbers, names, the signs of rights.
const data = JSON.parse(document.getElementById("data").textContent);
const PAGE = 100;
const PRINTED = 500;
const LISTED = 25;
const SEVERITIES = ["critical", "high", "medium", "low", "info"];
const LEVELS = ["Read", "Write", "Tagging", "Permissions management"];
const ANSWERS = {
  no: ["–", "no", "not allowed"],
  conditional: ["?", "conditional", "under conditions that are not evaluated"],
  some: ["◐", "some", "on some resources only"],
  yes: ["✓", "yes", "allowed"],
  conditional_mfa: ["M?", "mfa", "with MFA, under further conditions"],
  some_mfa: ["M◐", "mfa", "with MFA, on some resources only"],
  mfa: ["M", "mfa", "allowed with MFA only"],
};

// What comes from AWS gets into the page as text only: no function here takes HTML.
const build = (node, attributes, children) => {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
};
const el = (tag, attributes, ...children) => build(document.createElement(tag), attributes, children);
const svg = (tag, attributes, ...children) =>
  build(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);

const number = (count) => count.toLocaleString("en");
const plural = (count, word, words) => `${number(count)} ${count === 1 ? word : words || `${word}s`}`;
const badge = (kind, text) => el("span", { class: `badge ${kind}` }, text);
const order = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
const policyName = (arn) => arn.split("/").pop();
const some = (names, most) =>
  names.slice(0, most).join(", ") + (names.length > most ? ` and ${number(names.length - most)} more` : "");

const sign = (answer) => {
  const [glyph, kind, meaning] = ANSWERS[answer];
  return [
    el("span", { class: `sign ${kind}`, "aria-hidden": "true", title: meaning }, glyph),
    el("span", { class: "hidden" }, meaning),
  ];
};
const legend = () =>
  el("ul", { class: "legend", "aria-label": "Signs" },
    Object.values(ANSWERS).map(([glyph, kind, meaning]) =>
      el("li", {}, el("span", { class: `sign ${kind}`, "aria-hidden": "true" }, glyph), ` ${meaning}`)));
