// The box that searches everything: arrows walk what was found, Escape closes it.
const box = document.querySelector("[data-search]");
const found = document.getElementById("found");

function walk(event) {
  const links = [...found.querySelectorAll("[data-found]")];
  if (event.key === "Escape") {
    found.replaceChildren();
    box.focus();
    return;
  }
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step || !links.length) return;
  event.preventDefault();
  const next = links.indexOf(document.activeElement) + step;
  (links[next] ?? (step > 0 ? links.at(-1) : box)).focus();
}

if (box && found) {
  box.addEventListener("keydown", walk);
  found.addEventListener("keydown", walk);
  box.addEventListener("input", () => {
    if (!box.value.trim()) found.replaceChildren();
  });
}
