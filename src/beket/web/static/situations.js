/* The keys of the desk of situations: a takes, e z m d c open what they stand for. What a person decides is about the
   version that stands on the screen, so a form is given the version of the panel beside it whenever that is drawn anew. */
// @ts-check
(() => {
  if (document.body.dataset.keys === "off") return;

  /** @returns {HTMLElement | null} */
  const held = () => document.getElementById("held");

  function follow() {
    const version = held()?.dataset.version;
    if (!version) return;
    for (const input of document.querySelectorAll("#handle input[name=seen]")) /** @type {HTMLInputElement} */ (input).value = version;
  }

  /** Take the line that is chosen, or the one that is open. */
  function take() {
    const row = /** @type {HTMLElement | null} */ (document.querySelector("tr.chosen[data-version]"));
    const form = /** @type {HTMLFormElement | null} */ (document.getElementById("act"));
    if (row && form) {
      form.action = row.dataset.href ?? "";
      /** @type {HTMLInputElement} */ (form.elements.namedItem("seen")).value = row.dataset.version ?? "";
      form.submit();
    } else /** @type {HTMLFormElement | null} */ (document.querySelector("form[data-key=a]"))?.querySelector("button")?.click();
  }

  /** @param {string} key */
  function open(key) {
    const move = /** @type {HTMLDetailsElement | null} */ (document.querySelector(`details[data-key="${key}"]`));
    if (!move) return false;
    move.open = true;
    /** @type {HTMLElement | null} */ (move.querySelector("input:not([type=hidden]), select, textarea"))?.focus();
    return true;
  }

  document.addEventListener("keydown", (event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") {
      target.blur(); // what was typed in is hidden now, and the next key is one of these again
      for (const move of document.querySelectorAll(".moves > details[open]")) /** @type {HTMLDetailsElement} */ (move).open = false;
    }
    if (target.matches("input, select, textarea")) return;
    if (event.key === "a") take();
    else if (!"ezmdc".includes(event.key) || event.key.length !== 1 || !open(event.key)) return;
    event.preventDefault();
  });

  const panel = held()?.parentElement;
  if (panel) new MutationObserver(follow).observe(panel, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-version"] });
})();
