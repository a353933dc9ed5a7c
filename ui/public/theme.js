// Runs before the first paint, so that a dark page never flashes white. A file of its own, so that the page needs no inline script.
(function () {
  function stored() {
    try {
      return localStorage.getItem("uems.theme");
    } catch {
      return null; // a browser that forbids storage follows the system
    }
  }
  var mode = stored();
  var dark = mode === "dark" || (mode !== "light" && window.matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
})();
