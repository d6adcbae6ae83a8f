// The keyboard: / search, j k rows, x select, Enter open, [ ] neighbours, n next action, ? help,
// Ctrl-Enter to submit a long form.
import { openRow, rows, showSelection } from "./tables.js";

let current = -1;

function go(step) {
  const all = rows();
  if (!all.length) return;
  all[current]?.classList.remove("current");
  current = Math.max(0, Math.min(all.length - 1, current + step));
  const row = all[current];
  row.classList.add("current");
  (row.querySelector("[data-open]") ?? row.querySelector("a, input"))?.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

function select() {
  const box = rows()[current]?.querySelector('input[name="selected"]');
  if (!box) return;
  box.checked = !box.checked;
  showSelection();
}

function follow(selector) {
  const target = document.querySelector(selector);
  if (target?.matches("a[href], button, summary")) target.click();
}

const acts = {
  "/": () => document.querySelector("[data-search]")?.focus(),
  j: () => go(1),
  k: () => go(-1),
  x: select,
  "[": () => follow("[data-previous-record][href]"),
  "]": () => follow("[data-next-record][href]"),
  n: () => follow("[data-next-action]"),
  "?": () => document.getElementById("help").showModal(),
};

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input:not([type=checkbox]):not([type=radio]), textarea, select, dialog");
  if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
    event.target.closest?.("form")?.requestSubmit();
    return;
  }
  if (event.key === "Enter" && event.target.matches?.(".page-form input") && isLong(event.target.form)) {
    event.preventDefault();
    return;
  }
  // Enter on a row's box must not send the bulk form: it opens the row, as everywhere in a list.
  if (event.key === "Enter" && event.target.matches?.("[form=bulk]")) event.preventDefault();
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Enter" && current >= 0 && !event.target.closest?.("a, button, summary")) {
    const row = rows()[current];
    if (row?.dataset.url) openRow(row, event);
    return;
  }
  const act = acts[event.key];
  if (!act || (areOff() && event.key !== "?")) return;
  event.preventDefault();
  act();
});

// Single keys can be turned off, for people who speak their input or press keys by accident.
const areOff = () => localStorage.getItem("keys") === "off";
const choice = document.querySelector("[data-single-keys]");
if (choice) {
  choice.checked = !areOff();
  choice.addEventListener("change", () => localStorage.setItem("keys", choice.checked ? "on" : "off"));
}

// Enter submits a form of one field, and signing in; a longer one is sent by its button or Ctrl-Enter.
function isLong(form) {
  return !form.matches("[data-enter-sends]") && form.querySelectorAll("input:not([type=hidden]), select, textarea").length > 1;
}
