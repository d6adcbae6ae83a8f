// The evidence list: lines are dragged by their handle or moved with Alt and the arrow keys; what
// was typed in other rows survives; a refusal is said above the list.

const list = () => document.getElementById("exhibits");
let dragged = null;
let typed = new Map();

function marker(clear) {
  for (const one of list().querySelectorAll(".drop-before, .drop-after")) one.classList.remove("drop-before", "drop-after");
  return clear;
}

// Where a line dropped at this height of this row or group head goes: its group and its place.
function target(event) {
  const row = event.target.closest?.("#exhibits tr[data-group]");
  if (!row) return null;
  const lines = [...row.parentElement.querySelectorAll("tr[data-line]")].filter((one) => one !== dragged);
  const { top, height } = row.getBoundingClientRect();
  const after = event.clientY > top + height / 2;
  const at = row.dataset.line ? lines.indexOf(row) + (after ? 1 : 0) : 0;
  if (row === dragged) return null;
  return { row, after: !row.dataset.line || after, group: row.dataset.group, place: at };
}

function move(line, group, place) {
  const form = document.getElementById("exhibit-move");
  form.elements.line.value = line;
  form.elements.group.value = group;
  form.elements.place.value = place;
  form.requestSubmit();
}

document.addEventListener("dragstart", (event) => {
  const handle = event.target.closest?.(".exhibit-handle");
  if (!handle) return;
  dragged = handle.closest("tr");
  dragged.classList.add("dragged");
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", dragged.dataset.line);
  event.dataTransfer.setDragImage(dragged, 20, 10);
});

document.addEventListener("dragover", (event) => {
  if (!dragged) return;
  marker();
  const found = target(event);
  if (!found) return;
  event.preventDefault();
  found.row.classList.add(found.after ? "drop-after" : "drop-before");
});

document.addEventListener("drop", (event) => {
  const found = dragged && target(event);
  if (!found) return;
  event.preventDefault();
  move(dragged.dataset.line, found.group, found.place);
});

document.addEventListener("dragend", () => {
  dragged?.classList.remove("dragged");
  dragged = null;
  if (list()) marker();
});

document.addEventListener("keydown", (event) => {
  if (!event.altKey || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
  const row = event.target.closest?.("#exhibits tr[data-line]");
  if (!row) return;
  event.preventDefault();
  row.querySelector(`#${event.key === "ArrowUp" ? "up" : "down"}-${row.dataset.line}`).form.requestSubmit();
});

document.addEventListener("input", (event) => {
  if (!event.target.matches?.("[data-exhibit-find]")) return;
  const words = event.target.value.trim().toLowerCase();
  for (const option of document.querySelectorAll(".exhibit-pick label")) {
    option.hidden = !option.textContent.toLowerCase().includes(words);
  }
});

const TYPED = ".exhibit-purpose textarea, #submit .page-form input:not([type=hidden])";

// A save button shows where something was typed and not yet kept.
const dirty = (area) => area.value !== area.defaultValue;
document.addEventListener("input", (event) => {
  const area = event.target.closest?.(".exhibit-purpose textarea");
  if (area) area.form.classList.toggle("unsaved", dirty(area));
});

document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target?.id !== "exhibits") return;
  if (event.detail.xhr.status >= 400) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
    event.detail.target = document.getElementById("messages");
    event.detail.swapOverride = "innerHTML";
    event.detail.selectOverride = "unset";
    scrollTo({ top: 0 });
    return;
  }
  const sent = event.detail.requestConfig?.elt;
  typed = new Map([...document.querySelectorAll(TYPED)]
    .filter((area) => dirty(area) && !sent?.contains(area)).map((area) => [area.id, area.value]));
});

document.addEventListener("htmx:afterSwap", () => {
  for (const [id, text] of typed) {
    const area = document.getElementById(id);
    if (!area) continue;
    area.value = text;
    area.form.classList.add("unsaved");
  }
  typed = new Map();
});

// What is typed and not kept is not lost to a slip; what is being sent is kept.
let sending = null;
document.addEventListener("submit", (event) => { sending = event.target; });
addEventListener("beforeunload", (event) => {
  const lost = [...document.querySelectorAll(TYPED)].some((one) => dirty(one) && !sending?.contains(one));
  if (lost) event.preventDefault();
});
