// Copyright (c) 2026, cloudhsm.iam contributors
// SPDX-License-Identifier: GPL-3.0-or-later

// What stands around the tables: header, theme, sections, tiles, commands to run.
const section = (id, title, ...content) =>
  el("section", { id, "aria-labelledby": `${id}-title` }, el("h2", { id: `${id}-title` }, title), content);

const runCell = (command, label) => {
  // A command for many subjects is long, and scrolls.
  const code = el("code", label ? { tabindex: "0", role: "region", "aria-label": label } : {}, command);
  const copy = el("button", { type: "button", class: "small", "aria-label": `Copy: ${label || command}` }, "Copy");
  copy.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(command);
      copy.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(code);
      copy.textContent = "Selected";
    }
    setTimeout(() => { copy.textContent = "Copy"; }, 2000);
  });
  return el("div", { class: "run" }, code, copy);
};

/* Header */
const root = document.documentElement;
const dark = () =>
  (root.dataset.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
const remember = (theme) => { try { localStorage.setItem("theme", theme); } catch { /* A page in a file may have none. */ } };
const remembered = () => { try { return localStorage.getItem("theme"); } catch { return null; } };
if (remembered()) root.dataset.theme = remembered();

const themeButton = () => {
  const button = el("button", { type: "button", id: "theme" });
  const say = () => { button.textContent = dark() ? "Light colours" : "Dark colours"; };
  button.addEventListener("click", () => { root.dataset.theme = dark() ? "light" : "dark"; remember(root.dataset.theme); say(); });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", say);
  say();
  return button;
};

const header = (title, about, sections) => {
  document.getElementById("top").append(
    el("div", { class: "titles" },
      el("div", {}, el("h1", {}, title), about.map((line) => el("p", { class: "account" }, line))),
      el("div", { class: "tools" }, themeButton(),
        el("button", { type: "button", onclick: () => print() }, "Print"))),
    el("nav", { "aria-label": "Parts of the report" },
      el("ul", {}, sections.map(([id, name]) => el("li", {}, el("a", { href: `#${id}` }, name))))));
};

const tile = (count, text, mood) =>
  el("div", { class: `card tile ${mood || ""}` }, el("b", {}, number(count)), el("span", {}, text));

const levels = (counts) =>
  el("div", { class: "levels" }, SEVERITIES.filter((level) => counts[level])
    .map((level) => badge(level, `${number(counts[level])} ${level}`)));
