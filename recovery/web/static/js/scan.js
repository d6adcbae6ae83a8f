// Pages are dragged into their order; the buttons of each page do the same without a mouse.
const list = document.querySelector("[data-pages] ol");
let held = null;
list?.addEventListener("dragstart", (event) => {
  held = event.target.closest("[data-page]");
  event.dataTransfer.effectAllowed = "move";
});
list?.addEventListener("dragover", (event) => {
  const over = event.target.closest("[data-page]");
  if (!held || !over || over === held) return event.preventDefault();
  event.preventDefault();
  const box = over.getBoundingClientRect();
  list.insertBefore(held, event.clientX > box.left + box.width / 2 ? over.nextSibling : over);
});
list?.addEventListener("drop", (event) => event.preventDefault());
list?.addEventListener("dragend", () => {
  held = null;
  list.dispatchEvent(new Event("input", { bubbles: true }));
});
