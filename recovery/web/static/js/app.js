// What every page does with JavaScript: menus, quick values, long forms, errors of htmx.
import "./tables.js";
import "./keys.js";
import "./search.js";

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
  for (const open of document.querySelectorAll("details.menu[open], details.pick[open]")) {
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

// An answer is printed, or copied as text.
document.addEventListener("click", async (event) => {
  if (event.target.closest("[data-print]")) print();
  const copied = event.target.closest("[data-copy]");
  if (!copied) return;
  const part = document.querySelector(copied.dataset.copy);
  // As on paper: with what was asked, without buttons.
  part.classList.add("copying");
  const text = part.innerText;
  part.classList.remove("copying");
  await navigator.clipboard.writeText(text.replace(/\n{2,}/g, "\n").trim());
  const note = document.createElement("div");
  note.className = "notice state-good";
  note.role = "status";
  note.textContent = document.body.dataset.copied;
  document.getElementById("messages").replaceChildren(note);
});

// A rule unfolds beside its button; a menu stays inside the window.
function place(box, button) {
  const at = button.getBoundingClientRect();
  box.classList.add("placed");
  box.style.left = `${Math.max(8, Math.min(at.left, innerWidth - box.offsetWidth - 8))}px`;
  const below = at.bottom + 4;
  const fits = below + box.offsetHeight < innerHeight;
  box.style.top = `${fits ? below : Math.max(8, at.top - box.offsetHeight - 4)}px`;
}

document.addEventListener("toggle", (event) => {
  const box = event.target;
  if (box.matches("[popover]") && event.newState === "open") {
    place(box, document.querySelector(`[popovertarget="${box.id}"]`));
  }
  const list = box.open && box.querySelector(":scope > .menu-body, :scope > .pick-list");
  if (!list) return;
  const { left, right } = list.getBoundingClientRect();
  if (left < 0) list.style.right = `${left - 8}px`;
  if (right > innerWidth && list.matches(".pick-list")) list.style.left = `${innerWidth - right - 8}px`;
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
