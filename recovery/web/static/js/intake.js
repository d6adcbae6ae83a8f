// Files dropped or chosen are listed and sent one by one, with progress; without this script the
// form sends them all at once.
const form = document.querySelector("form[data-intake]");
const input = form.querySelector("input[type=file][name=files]");
const zone = form.querySelector("[data-drop]");
const list = form.querySelector("[data-chosen]");
const line = form.querySelector("[data-progress]");

function show() {
  list.replaceChildren(...[...input.files].map((file) => {
    const item = document.createElement("li");
    item.textContent = file.name;
    return item;
  }));
}

for (const kind of ["dragenter", "dragover"]) {
  zone.addEventListener(kind, (event) => {
    event.preventDefault();
    zone.classList.add("drop-over");
  });
}
for (const kind of ["dragleave", "drop"]) {
  zone.addEventListener(kind, () => zone.classList.remove("drop-over"));
}
zone.addEventListener("drop", (event) => {
  event.preventDefault();
  const together = new DataTransfer();
  for (const file of [...input.files, ...event.dataTransfer.files]) together.items.add(file);
  input.files = together.files;
  show();
});
input.addEventListener("change", show);

function progress(done, total) {
  line.hidden = false;
  line.querySelector("progress").max = total;
  line.querySelector("progress").value = done;
  line.querySelector("[role=status]").textContent = `${form.dataset.reading} ${done} / ${total}`;
}

async function send(address, file, first) {
  const data = new FormData();
  if (first) {
    for (const [name, value] of new FormData(form)) if (name !== "files") data.append(name, value);
  }
  data.set("csrf_token", form.elements.csrf_token.value);
  data.append("files", file, file.name);
  return fetch(address, { method: "POST", body: data, headers: { Accept: "application/json" } });
}

form.addEventListener("submit", async (event) => {
  const files = [...input.files];
  // An index names the files of the whole delivery: they go together.
  if (files.length < 2 || form.elements.index.files.length) return;
  event.preventDefault();
  let address = form.action;
  let page = null;
  progress(0, files.length);
  for (const [done, file] of files.entries()) {
    const answer = await send(address, file, done === 0).catch(() => null);
    if (!answer?.ok || !answer.headers.get("Content-Type").includes("json")) {
      if (page) break;
      line.querySelector("[role=status]").textContent = form.dataset.failed;
      return form.submit();
    }
    const told = await answer.json();
    page = told.page;
    address = told.more;
    progress(done + 1, files.length);
  }
  location.assign(page);
});
