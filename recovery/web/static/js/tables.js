// Lists: selection with ranges and "all that match", opening a row, copying, and the way from
// a record to its neighbours in the list.

const list = document.querySelector("table[data-list]");
const bulk = document.querySelector("[data-bulk]");
const boxes = () => [...document.querySelectorAll('input[name="selected"]')];
let last = null;

export const rows = () => (list ? [...list.tBodies[0].rows] : []);

export function showSelection() {
  if (!bulk) return;
  const all = boxes();
  const chosen = all.filter((box) => box.checked).length;
  const matching = bulk.querySelector("[data-all-matching]");
  const page = document.querySelector("[data-select-page]");
  if (chosen < all.length) matching.checked = false;
  bulk.classList.toggle("has-selection", chosen > 0);
  matching.closest("label").hidden = chosen < all.length;
  bulk.querySelector("[data-selected-count]").textContent = chosen.toLocaleString("en");
  if (page) {
    page.checked = chosen > 0 && chosen === all.length;
    page.indeterminate = chosen > 0 && chosen < all.length;
  }
}

function selectRange(box) {
  const all = boxes();
  const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
  for (const one of all.slice(from, to + 1)) one.checked = box.checked;
}

// Browsers offer their clipboard to pages under TLS and on this machine only.
async function toClipboard(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = document.createElement("textarea");
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}

async function copyTable(table) {
  const text = [...table.rows]
    .map((row) => [...row.cells].filter((cell) => !cell.matches(".pick-cell"))
      .map((cell) => cell.innerText.replace(/\s+/g, " ").trim()).join("\t"))
    .join("\n");
  await toClipboard(text);
  const note = document.createElement("div");
  note.className = "notice state-good";
  note.role = "status";
  note.textContent = document.body.dataset.copied;
  document.getElementById("messages").replaceChildren(note);
}

document.addEventListener("click", (event) => {
  const box = event.target.closest('input[name="selected"]');
  if (box) {
    if (event.shiftKey && last) selectRange(box);
    last = box;
    showSelection();
    return;
  }
  if (event.target.closest("[data-select-page]")) {
    for (const one of boxes()) one.checked = event.target.checked;
    showSelection();
  }
  if (event.target.closest("[data-clear-selection]")) {
    for (const one of boxes()) one.checked = false;
    showSelection();
  }
  if (event.target.closest("[data-copy-table]")) copyTable(list ?? document.querySelector("table.list"));
  const row = event.target.closest("tr[data-url]");
  const inside = event.target.closest("a, button, input, label, summary, details");
  if (row && !inside && !getSelection().toString()) openRow(row, event);
});

export function openRow(row, event) {
  if (event?.ctrlKey || event?.metaKey) open(row.dataset.url, "_blank", "noopener");
  else location.href = row.dataset.url;
}

// The list one is in is kept for its records: their addresses, and where the list goes on.
if (list) {
  const urls = rows().map((row) => row.dataset.url).filter(Boolean);
  const { here, next, previous } = list.dataset;
  sessionStorage.setItem("list", JSON.stringify({ urls, here, next, previous }));
  showSelection();
}

const before = document.querySelector("[data-previous-record]");
const after = document.querySelector("[data-next-record]");
if (before && after) {
  const kept = JSON.parse(sessionStorage.getItem("list") ?? "null");
  const { pathname, search } = location;
  const isHere = (url) => url === pathname || url === pathname + search || pathname.startsWith(`${url}/`);
  const place = kept?.urls.findIndex(isHere) ?? -1;
  if (place >= 0) {
    const earlier = kept.urls[place - 1] ?? kept.previous;
    const later = kept.urls[place + 1] ?? kept.next;
    if (earlier && !before.hasAttribute("href")) before.href = earlier;
    if (later && !after.hasAttribute("href")) after.href = later;
  }
}
