// Boxes are drawn on the pages with mouse or pen, and on a touch screen while drawing is switched on.
// The rows of numbers are the truth: boxes follow them, so that keys alone do the same.
const form = document.querySelector("form[data-blackout]");
const rows = form.querySelector("[data-rows]");
const blank = form.querySelector("template[data-row]");
const mode = form.querySelector("[data-draw]");
const back = form.querySelector("[data-undo]");
const said = form.querySelector("[data-said]");
const layers = [...document.querySelectorAll("[data-page]")];
const PARTS = ["page", "left", "top", "width", "height"];
const SMALLEST = 0.5;
const past = [];
let drawn = null;

const field = (row, part) => row.querySelector(`[name=${part}]`);
const values = (row) => PARTS.map((part) => field(row, part).value.trim());
const isBlank = (row) => values(row).every((text) => !text);
const state = () => [...rows.children].map(values).filter((row) => row.some(Boolean));
const rounded = (number) => String(Math.round(number * 100) / 100);

function tell(words, number) {
  said.textContent = words.replace("{number}", number);
}

// Rows are numbered anew: names for those who hear the page, and on the boxes.
function renumber() {
  [...rows.children].forEach((row, at) => {
    row.querySelector("[data-number]").textContent = at + 1;
    for (const one of row.querySelectorAll("[data-label]")) {
      one.setAttribute("aria-label", one.dataset.label.replace("{number}", at + 1));
    }
  });
}

function box(layer, [left, top, width, height], number) {
  const one = document.createElement("div");
  one.className = "blackout-box";
  one.textContent = number;
  Object.assign(one.style, { left: `${left}%`, top: `${top}%`, width: `${width}%`, height: `${height}%` });
  layer.append(one);
  return one;
}

function show() {
  for (const old of document.querySelectorAll(".blackout-box")) old.remove();
  [...rows.children].forEach((row, at) => {
    const [page, ...place] = values(row).map(Number);
    const layer = layers.find((one) => Number(one.dataset.page) === page);
    if (layer && place[2] > 0 && place[3] > 0) box(layer, place, at + 1);
  });
  back.disabled = past.length === 0;
}

function add(taken) {
  const row = blank.content.firstElementChild.cloneNode(true);
  PARTS.forEach((part, at) => { field(row, part).value = taken[at] ?? ""; });
  rows.append(row);
  return row;
}

function fill(wanted) {
  rows.replaceChildren();
  for (const taken of wanted) add(taken);
  add([]);
  renumber();
  show();
}

const keep = () => past.push(state());

function remove(row) {
  const number = [...rows.children].indexOf(row) + 1;
  keep();
  row.remove();
  if (![...rows.children].some(isBlank)) add([]);
  renumber();
  show();
  tell(form.dataset.removed, number);
  (rows.children[number - 1] ?? rows.lastElementChild).querySelector("input").focus();
}

function undo() {
  if (!past.length) return;
  fill(past.pop());
  tell(form.dataset.undone, "");
}

// Where the pointer is on a page, in percent of it, never off it.
function place(layer, event) {
  const edge = layer.getBoundingClientRect();
  const part = (at, start, size) => Math.min(100, Math.max(0, ((at - start) / size) * 100));
  return [part(event.clientX, edge.left, edge.width), part(event.clientY, edge.top, edge.height)];
}

function span([x, y], [otherX, otherY]) {
  return [Math.min(x, otherX), Math.min(y, otherY), Math.abs(x - otherX), Math.abs(y - otherY)];
}

function start(event) {
  const layer = event.currentTarget;
  if (event.button !== 0 || mode.getAttribute("aria-pressed") !== "true") return;
  event.preventDefault();
  layer.setPointerCapture(event.pointerId);
  const from = place(layer, event);
  drawn = { layer, from, box: box(layer, [...from, 0, 0], "") };
}

function stretch(event) {
  if (!drawn) return;
  const [left, top, width, height] = span(drawn.from, place(drawn.layer, event));
  Object.assign(drawn.box.style, { left: `${left}%`, top: `${top}%`, width: `${width}%`, height: `${height}%` });
}

function finish(event) {
  if (!drawn) return;
  const { layer, from } = drawn;
  drawn = null;
  const [left, top, width, height] = span(from, place(layer, event));
  if (width < SMALLEST || height < SMALLEST) return show();
  const corner = [rounded(left), rounded(top)];
  const size = [Math.min(width, 100 - corner[0]), Math.min(height, 100 - corner[1])].map(rounded);
  keep();
  fill([...state(), [layer.dataset.page, ...corner, ...size]]);
  tell(form.dataset.added, state().length);
}

function stop() {
  drawn = null;
  show();
}

function press(isOn) {
  mode.setAttribute("aria-pressed", String(isOn));
  for (const layer of layers) layer.classList.toggle("blackout-ready", isOn);
}

for (const layer of layers) {
  layer.addEventListener("pointerdown", start);
  layer.addEventListener("pointermove", stretch);
  layer.addEventListener("pointerup", finish);
  layer.addEventListener("pointercancel", stop);
}
mode.addEventListener("click", () => press(mode.getAttribute("aria-pressed") !== "true"));
back.addEventListener("click", undo);
rows.addEventListener("click", (event) => {
  const asked = event.target.closest("[data-delete]");
  if (asked) remove(asked.closest("tr"));
});
// What was there before a number is typed over can be had again.
rows.addEventListener("focusin", (event) => {
  if (event.target.matches("input")) event.target.dataset.before = JSON.stringify(state());
});
rows.addEventListener("change", (event) => {
  const before = event.target.dataset.before;
  if (before && before !== JSON.stringify(state())) past.push(JSON.parse(before));
  event.target.dataset.before = JSON.stringify(state());
  show();
});
rows.addEventListener("input", () => {
  if (!isBlank(rows.lastElementChild)) {
    add([]);
    renumber();
  }
  show();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && drawn) return stop();
  const isTyping = event.target.matches("input, textarea");
  if (event.key === "z" && (event.ctrlKey || event.metaKey) && !isTyping) {
    event.preventDefault();
    undo();
  }
});

fill(state());
press(matchMedia("(pointer: fine)").matches);
