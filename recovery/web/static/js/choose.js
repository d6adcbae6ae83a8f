// Pages beside a choice show what was ticked when they were made: after the next tick they say so.
const form = document.getElementById("choose");
form.addEventListener("change", () => {
  const isSame = [...form.querySelectorAll("input[type=checkbox]")].every((one) => one.checked === one.defaultChecked);
  form.querySelector("[data-outdated]").hidden = isSame;
  document.querySelector(".paper-pages").classList.toggle("outdated", !isSame);
});
