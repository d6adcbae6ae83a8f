// What every page does with JavaScript: menus, quick values, long forms, errors of htmx.
import "./tables.js";
import "./keys.js";

const root = document.documentElement;

function remember(name, value) {
  root.classList.toggle(value.on);
  localStorage.setItem(name, root.classList.contains(value.on) ? value.kept : "");
}

document.addEventListener("click", (event) => {
  const target = event.target.closest("[data-fold-nav], [data-density], [data-fill], [data-help]");
  if (target?.matches("[data-fold-nav]")) remember("nav", { on: "nav-folded", kept: "folded" });
  if (target?.matches("[data-density]")) remember("rows", { on: "comfortable", kept: "comfortable" });
  if (target?.matches("[data-help]")) document.getElementById("help").showModal();
  if (target?.matches("[data-fill]")) {
    const input = document.getElementById(target.dataset.fill);
    input.value = target.dataset.value;
    input.dispatchEvent(new Event("input", { bubbles: true }));
    input.focus();
  }
  // A menu or a drop-down closes when one clicks elsewhere.
  for (const open of document.querySelectorAll("details.menu[open], details.pick[open], details.trace[open], details.clock[open]")) {
    if (!open.contains(event.target)) open.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = event.target.closest?.("details[open]");
  if (open) {
    open.open = false;
    open.querySelector("summary").focus();
  }
});

// A rule unfolds downwards and stays inside the window.
document.addEventListener("toggle", (event) => {
  const box = event.target.open && event.target.querySelector?.(":scope > .unfolded, :scope > .menu-body, :scope > .pick-list");
  if (!box) return;
  const frame = event.target.closest(".table-frame");
  const summary = event.target.querySelector("summary").getBoundingClientRect();
  if (frame) {
    box.style.position = "fixed";
    box.style.left = `${Math.min(summary.left, innerWidth - box.offsetWidth - 8)}px`;
    box.style.top = `${Math.min(summary.bottom + 4, innerHeight - box.offsetHeight - 8)}px`;
    return;
  }
  const overflow = box.getBoundingClientRect().right - innerWidth + 8;
  if (overflow > 0 && getComputedStyle(box).right === "auto") box.style.left = `${-overflow}px`;
  if (overflow > 0 && box.matches(".unfolded")) box.style.left = `${-overflow}px`;
}, true);

document.querySelector("[data-focus]")?.focus();

// Nothing is sent twice, and what htmx could not load is said where it would have stood.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || form.dataset.sent) return form.dataset.sent && event.preventDefault();
  form.dataset.sent = "yes";
  setTimeout(() => delete form.dataset.sent, 4000);
});
addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent));

document.addEventListener("htmx:beforeSwap", (event) => {
  const status = event.detail.xhr.status;
  if (status >= 400 && event.detail.xhr.responseText.includes("data-fragment")) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  }
});

// Unsaved input is not lost to a slip.
let dirty = false;
document.addEventListener("input", (event) => { if (event.target.closest(".page-form")) dirty = true; });
document.addEventListener("submit", () => { dirty = false; });
addEventListener("beforeunload", (event) => { if (dirty) event.preventDefault(); });
