// Runs before the first paint, so that a dark page never flashes white. A file of its own, so that the page needs no inline script.
(function () {
  var mode = null;
  try {
    mode = localStorage.getItem("uems.theme");
  } catch (error) {
    mode = null;
  }
  var dark = mode === "dark" || (mode !== "light" && window.matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
})();
