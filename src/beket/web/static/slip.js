/* Prints a slip at one press; without scripts the browser's own printing does the same. */
// @ts-check
(() => {
  const button = document.getElementById("print");
  if (!button) return;
  button.hidden = false;
  button.addEventListener("click", () => window.print());
})();
