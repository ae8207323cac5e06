/* Writing a paper down with the keyboard alone: Enter goes on, lists grow by themselves, codes are found by words.
   Without this file the form works all the same: its lists have empty lines, and the server reads what was typed. */
// @ts-check
(() => {
  const form = /** @type {HTMLFormElement | null} */ (document.getElementById("paper"));
  if (!form) return;
  const LOOK_AFTER_MS = 120; // a hand that types fast asks once
  const AGAIN_AFTER_MS = 400; // the nomenclature was being opened
  const AGAIN_MAX = 25;
  const STOPS = "input:not([type=hidden]), select, textarea, button.primary";
  /** @typedef {HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement} Stop */
  let changed = false;
  let sent = false;

  /** @param {Element} element @returns {boolean} */
  const shown = (element) => element.getClientRects().length > 0;
  /** @param {Element} row @returns {Stop[]} */
  const stopsOf = (row) => [...row.querySelectorAll("input, select")].map((each) => /** @type {Stop} */ (each));
  /** @param {Element} row */
  const isEmpty = (row) => stopsOf(row).every((stop) => !stop.value.trim());
  /** @param {Element} stop */
  const isAsRead = (stop) => stop instanceof HTMLInputElement && stop.dataset.seen !== undefined && stop.value === stop.defaultValue && stop.value !== "";

  /** A currency is written once: a line with an amount has that of the line above. @param {Element} stop @returns {boolean} */
  function isCarried(stop) {
    if (!(stop instanceof HTMLInputElement) || stop.dataset.sort !== "currency" || stop.value) return false;
    const row = stop.closest("tr");
    const above = /** @type {HTMLInputElement | null | undefined} */ (row?.previousElementSibling?.querySelector("[data-sort=currency]"));
    const amount = /** @type {HTMLInputElement | null | undefined} */ (row?.querySelector("input[name$=-value]"));
    if (!above?.value || !amount?.value) return false;
    stop.value = above.value;
    return true;
  }

  /** Whose country it would be is not there. @param {Element} stop @param {Element} from */
  const isNobodys = (stop, from) => stop instanceof HTMLInputElement && from instanceof HTMLInputElement && !from.value && stop.name === `${from.name.replace(/_name$/, "")}_country`;

  /** Go to the next field; what a machine read, and what follows from the field before, is passed by. @param {Element} from @param {Element | null} past */
  function goOn(from, past = null) {
    const stops = [...form.querySelectorAll(STOPS)].filter((stop) => shown(stop) && !stop.closest(".choose"));
    const next = stops.slice(stops.indexOf(from) + 1).find((stop) => !past?.contains(stop) && !isAsRead(stop) && !isNobodys(stop, from) && !isCarried(stop));
    /** @type {HTMLElement | undefined} */ (next)?.focus();
    if (next instanceof HTMLInputElement) next.select();
  }

  // --- lists: all that is filled, and one empty line behind it ---
  /** @param {HTMLTableElement} list */
  function settle(list) {
    const body = list.tBodies[0];
    const rows = [...body.rows];
    const last = rows.reduce((found, row, at) => (isEmpty(row) ? found : at), -1);
    if (last === rows.length - 1 && rows.length < Number(list.dataset.most)) body.append(another(rows[last], list.dataset.lines ?? "", rows.length));
    for (const [at, row] of [...body.rows].entries()) row.hidden = at > last + 1;
  }

  /** A line like the last one, empty, with the next number. @param {HTMLTableRowElement} row @param {string} group @param {number} number */
  function another(row, group, number) {
    const copy = /** @type {HTMLTableRowElement} */ (row.cloneNode(true));
    for (const each of copy.querySelectorAll("*")) {
      for (const name of ["id", "name", "aria-labelledby", "aria-describedby"]) {
        const said = each.getAttribute(name);
        if (said) each.setAttribute(name, said.replaceAll(`${group}-${number}-`, `${group}-${number + 1}-`).replace(new RegExp(`l-${group}-${number}$`), `l-${group}-${number + 1}`));
      }
    }
    for (const each of copy.querySelectorAll(".wrong")) each.remove();
    for (const stop of stopsOf(copy)) {
      stop.value = "";
      for (const name of ["aria-invalid", "aria-describedby"]) stop.removeAttribute(name);
      if (stop instanceof HTMLInputElement && stop.matches("[data-sort=code]")) shut(stop);
    }
    copy.cells[0].textContent = String(number + 1);
    // @ts-ignore htmx comes with htmx.min.js
    window.htmx?.process(copy);
    return copy;
  }

  // --- dates: one key writes today's, short ones are written out ---
  const two = (/** @type {number} */ n) => String(n).padStart(2, "0");
  /** @param {Date} day */
  const written = (day) => `${two(day.getDate())}.${two(day.getMonth() + 1)}.${day.getFullYear()}`;
  /** @param {string} text */
  function whole(text) {
    const found = /^(\d{2})[.\/ -]?(\d{2})(?:[.\/ -]?(\d{4}|\d{2}))?$/.exec(text.trim());
    if (!found) return text;
    const now = new Date();
    let year = found[3] ? Number(found[3].length === 2 ? `20${found[3]}` : found[3]) : now.getFullYear();
    const month = Number(found[2]) - 1;
    if (!found[3] && new Date(year, month, Number(found[1])) > now) year -= 1;
    const day = new Date(year, month, Number(found[1]));
    return day.getMonth() === month ? written(day) : text;
  }

  // --- codes: a list under the field, walked with the arrows ---
  /** @type {number | undefined} */
  let waits;
  /** @type {HTMLInputElement | null} */
  let hurried = null; // Enter was pressed before its list came
  let asked = 0;

  /** @param {HTMLInputElement} field */
  const listOf = (field) => /** @type {HTMLElement} */ (field.parentElement?.querySelector(".found"));
  /** @param {HTMLInputElement} field */
  const optionsOf = (field) => [...listOf(field).querySelectorAll("[role=option]")].map((each) => /** @type {HTMLElement} */ (each));
  /** @param {string} text */
  const isWords = (text) => /\p{L}/u.test(text);

  /** @param {HTMLInputElement} field */
  function look(field) {
    clearTimeout(waits);
    if (!field.value.trim()) return shut(field);
    waits = setTimeout(() => { /* @ts-ignore */ window.htmx?.trigger(field, "look"); }, LOOK_AFTER_MS);
  }

  /** @param {HTMLInputElement} field */
  function shut(field) {
    clearTimeout(waits);
    hurried = null;
    listOf(field).hidden = true;
    delete listOf(field).dataset.of;
    listOf(field).replaceChildren();
    field.setAttribute("aria-expanded", "false");
    for (const name of ["aria-activedescendant", "aria-controls"]) field.removeAttribute(name);
  }

  /** @param {HTMLInputElement} field @param {number} at */
  function mark(field, at) {
    const options = optionsOf(field);
    for (const [n, option] of options.entries()) option.setAttribute("aria-selected", String(n === at));
    if (options[at]) { field.setAttribute("aria-activedescendant", options[at].id); options[at].scrollIntoView({ block: "nearest" }); }
    else field.removeAttribute("aria-activedescendant");
  }

  /** @param {HTMLInputElement} field @param {HTMLElement} option */
  function take(field, option) {
    field.value = option.dataset.code ?? "";
    if (option.dataset.full === undefined) return look(field); // a heading: what stands below it
    shut(field);
    const description = /** @type {HTMLInputElement | null} */ (field.closest("tr")?.querySelector("input[name$=-description]"));
    if (description && (!description.value || description.value === description.dataset.taken)) description.value = description.dataset.taken = (option.dataset.name ?? "").slice(0, description.maxLength);
    touched(field);
    goOn(field);
  }

  /** @param {KeyboardEvent} event @param {HTMLInputElement} field @returns {boolean} whether the key was for the list */
  function codeKey(event, field) {
    const isOld = listOf(field).dataset.of !== field.value; // a list of what stood here some keys ago
    const options = isOld ? [] : optionsOf(field);
    const at = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && options.length) { mark(field, (at + step + options.length) % options.length); return true; }
    if (event.key === "Escape" && !listOf(field).hidden) { shut(field); return true; }
    if (event.key !== "Enter" || event.ctrlKey) return false;
    if (options[at]) { take(field, options[at]); return true; }
    if (isWords(field.value) && isOld) { hurried = field; return true; }
    return false;
  }

  document.addEventListener("htmx:configRequest", (event) => {
    const field = /** @type {HTMLInputElement} */ (event.target);
    if (field.matches("[data-sort=code]")) {
      field.dataset.asked = field.value;
      /** @type {CustomEvent} */ (event).detail.parameters = { q: field.value };
    }
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    const list = /** @type {HTMLElement} */ (event.target);
    const field = /** @type {HTMLInputElement | null} */ (list.matches(".found") ? list.parentElement?.querySelector("input") : null);
    if (!field) return;
    if (document.activeElement !== field) return shut(field);
    list.hidden = false;
    list.dataset.of = field.dataset.asked;
    const options = optionsOf(field);
    const listbox = list.querySelector("[role=listbox]");
    if (listbox) { listbox.id = `list-${field.id}`; field.setAttribute("aria-controls", listbox.id); }
    field.setAttribute("aria-expanded", String(options.length > 0));
    if (list.querySelector("[data-again]")) {
      asked += 1;
      if (asked <= AGAIN_MAX) waits = setTimeout(() => { /* @ts-ignore */ window.htmx?.trigger(field, "look"); }, AGAIN_AFTER_MS);
      return;
    }
    asked = 0;
    if (list.dataset.of !== field.value) return;
    if (options.length && isWords(field.value)) mark(field, 0);
    if (hurried === field && options.length) take(field, options[0]);
    hurried = null;
  });
  form.addEventListener("mousedown", (event) => {
    const option = /** @type {HTMLElement | null} */ (/** @type {HTMLElement} */ (event.target).closest("[role=option]"));
    const field = option?.closest("td")?.querySelector("input");
    if (!option || !field) return;
    event.preventDefault();
    take(field, option);
  });

  // --- keys ---
  /** @param {KeyboardEvent} event */
  function key(event) {
    const stop = /** @type {HTMLElement} */ (event.target);
    if (event.isComposing || !stop.matches("input, select, textarea") || stop.closest(".choose")) return;
    if (event.key === "Enter" && event.ctrlKey) {
      event.preventDefault();
      form.requestSubmit(/** @type {HTMLButtonElement} */ (form.querySelector("button.primary")));
    } else if (stop instanceof HTMLInputElement && stop.matches("[data-sort=code]") && codeKey(event, stop)) event.preventDefault();
    else if (event.key === " " && stop instanceof HTMLInputElement && stop.dataset.sort === "day" && !stop.value) {
      event.preventDefault();
      stop.value = written(new Date());
      touched(stop);
    } else if (event.key === "Enter" && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      const row = stop.closest("table.lines tbody tr");
      goOn(stop, row && isEmpty(row) ? row.closest("table") : null);
    }
  }

  /** @param {Element} stop */
  function touched(stop) {
    changed = true;
    const list = /** @type {HTMLTableElement | null} */ (stop.closest("table.lines"));
    if (list) settle(list);
  }

  form.addEventListener("keydown", key);
  form.addEventListener("input", (event) => {
    const stop = /** @type {HTMLElement} */ (event.target);
    touched(stop);
    if (stop instanceof HTMLInputElement && stop.matches("[data-sort=code]")) look(stop);
  });
  form.addEventListener("focusin", (event) => {
    const stop = /** @type {HTMLElement} */ (event.target);
    if (isCarried(stop)) /** @type {HTMLInputElement} */ (stop).select();
  });
  form.addEventListener("focusout", (event) => {
    const stop = /** @type {HTMLElement} */ (event.target);
    if (!(stop instanceof HTMLInputElement)) return;
    if (stop.dataset.sort === "day") stop.value = whole(stop.value);
    if (stop.dataset.sort === "code") shut(stop);
  });
  form.addEventListener("submit", (event) => {
    if (sent) event.preventDefault(); // a second press is the same paper; the server would know it, too
    sent = true;
  });
  addEventListener("pageshow", () => { sent = false; });
  addEventListener("beforeunload", (event) => { if (changed && !sent) event.preventDefault(); });

  for (const note of document.querySelectorAll("[data-scripts]")) /** @type {HTMLElement} */ (note).hidden = false;
  for (const field of form.querySelectorAll("[data-sort=code]")) for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-expanded", "false"], ["aria-haspopup", "listbox"]]) field.setAttribute(name, value);
  for (const list of form.querySelectorAll("table.lines")) settle(/** @type {HTMLTableElement} */ (list));
  for (const button of form.querySelectorAll(".more button")) /** @type {HTMLElement} */ (button).hidden = true; // lists grow by themselves
})();
