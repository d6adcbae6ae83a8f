// Runs before the page is painted: marks that JavaScript is there, and settles the theme.
(() => {
  const root = document.documentElement;
  root.classList.add("js");
  if (root.dataset.bsTheme === "auto") {
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const settle = () => { root.dataset.bsTheme = dark.matches ? "dark" : "light"; };
    dark.addEventListener("change", settle);
    settle();
  }
  if (localStorage.getItem("nav") === "folded") root.classList.add("nav-folded");
  if (localStorage.getItem("rows") === "comfortable") root.classList.add("comfortable");
})();
