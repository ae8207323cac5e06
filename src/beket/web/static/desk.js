/* The desk's small moves: one event stream per tab that morphs whole panels, honest silence, and keys.
   Why not htmx's own stream extension: it cannot tell a silent stream from a quiet one, and that is what a wall
   must never hide. htmx does the forms; this file does the stream. Every page but the map works without both. */
// @ts-check
(() => {
  const SILENT_AFTER_MS = 10_000; // the server's heartbeat comes every 5 s
  const RECONNECT_AFTER_MS = 15_000; // a stream that stays silent is opened anew
  const OLD_AFTER_S = 60; // the house's clock alone moves the read tables more often
  const words = document.body.dataset;
  let heardAt = performance.now();
  let state = "waiting";
  let moved = 0; // when the read tables last moved, server's clock, ms
  let ahead = 0; // how far the server's clock is ahead of this machine's, ms
  /** @type {EventSource | null} */
  let source = null;

  /** @returns {HTMLElement[]} */
  const panels = () => [...document.querySelectorAll("[data-panel]:not([data-panel=''])")].map((each) => /** @type {HTMLElement} */ (each));

  /** @param {string} next */
  function show(next) {
    state = next;
    document.documentElement.dataset.stream = next;
    const live = document.getElementById("live");
    if (live) {
      live.hidden = false;
      live.dataset.state = next;
      const word = next === "live" ? words.live : next === "silent" ? words.silentShort : words.waiting;
      if (live.textContent !== word) live.textContent = word ?? "";
    }
    const stale = document.getElementById("stale");
    if (stale) {
      stale.hidden = next !== "silent";
      stale.textContent = next === "silent" ? words.silent ?? "" : "";
    }
  }

  /** @param {HTMLElement} element @param {string} html */
  function draw(element, html) {
    const chosen = element.querySelector("tr.chosen")?.id;
    // @ts-ignore Idiomorph comes with idiomorph-ext.min.js
    window.Idiomorph.morph(element, html, { morphStyle: "innerHTML", ignoreActiveValue: true, callbacks: {
      // what a person opened stays open: the server does not know of it
      beforeAttributeUpdated: (/** @type {string} */ name, /** @type {Element} */ node) => !(node.tagName === "DETAILS" && name === "open"),
    } });
    if (chosen) document.getElementById(chosen)?.classList.add("chosen");
  }

  function listen() {
    const watched = panels();
    source?.close();
    source = null;
    if (!watched.length) return;
    const query = new URLSearchParams();
    for (const element of watched) query.append("panel", element.dataset.panel ?? "");
    source = new EventSource(`/stream?${query}`);
    for (const element of watched) {
      const slot = element.dataset.panel ?? "";
      source.addEventListener(slot, (event) => {
        heard();
        if (element.dataset.form === "json") document.dispatchEvent(new CustomEvent(`beket:${slot}`, { detail: JSON.parse(event.data) }));
        else draw(element, event.data);
      });
    }
    source.addEventListener("pulse", (event) => {
      const beat = JSON.parse(event.data);
      ahead = beat.now_ms - Date.now();
      moved = beat.moved_ms ?? 0;
      heard();
    });
    source.addEventListener("ended", () => location.reload());
    source.addEventListener("error", () => { if (source?.readyState === EventSource.CLOSED) void lookIn(); });
  }

  /** A stream that is refused says no reason: where the page itself leads to the sign-in by now, one is taken there.
      Not at the inspector's desk, where work goes on without being signed in. */
  async function lookIn() {
    if (location.pathname.startsWith("/passages/")) return;
    const page = await fetch(location.pathname + location.search, { redirect: "manual" }).catch(() => null);
    if (page?.type === "opaqueredirect") location.reload();
  }

  function heard() {
    heardAt = performance.now();
    if (state !== "live") show("live");
  }

  function watchSilence() {
    const silent = performance.now() - heardAt;
    if (silent > SILENT_AFTER_MS && state !== "silent") show("silent");
    if (silent > RECONNECT_AFTER_MS && source && !document.hidden) {
      heardAt = performance.now() - SILENT_AFTER_MS;
      listen();
    }
  }

  function tickClocks() {
    for (const clock of document.querySelectorAll("[data-clock]")) {
      const zone = /** @type {HTMLElement} */ (clock).dataset.clock;
      clock.textContent = new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour: "2-digit", minute: "2-digit", second: "2-digit" }).format(Date.now() + ahead);
    }
  }

  function tickAges() {
    if (!moved) return;
    const seconds = Math.max(0, Math.round((Date.now() + ahead - moved) / 1000));
    for (const element of document.querySelectorAll("[data-age]")) {
      const { seconds: short, minutes: long } = /** @type {HTMLElement} */ (element).dataset;
      /** @type {HTMLElement} */ (element).dataset.old = String(seconds >= OLD_AFTER_S);
      element.textContent = (seconds < 60 ? short : long ?? "")?.replace("{n}", String(seconds < 60 ? seconds : Math.floor(seconds / 60))) ?? "";
    }
  }

  /** @param {number} step */
  function choose(step) {
    const rows = [...document.querySelectorAll("tbody tr[data-href]")];
    if (!rows.length) return;
    const at = rows.findIndex((row) => row.classList.contains("chosen"));
    rows[at]?.classList.remove("chosen");
    const row = rows[Math.max(0, Math.min(rows.length - 1, at + step))];
    row.classList.add("chosen");
    row.scrollIntoView({ block: "nearest" });
    /** @type {HTMLElement | null} */ (row.querySelector("a.whole") ?? row.querySelector("a"))?.focus({ preventScroll: true });
  }

  /** @param {KeyboardEvent} event */
  function key(event) {
    const target = /** @type {HTMLElement} */ (event.target);
    if (event.ctrlKey || event.metaKey || event.altKey || target.matches("input, select, textarea")) return;
    if (event.key === "/") document.getElementById("find")?.focus();
    else if (event.key === "?") location.assign("/help");
    else if (event.key === "j") choose(1);
    else if (event.key === "k") choose(-1);
    else if (event.key === "Enter" && !target.matches("a, button, summary")) {
      const href = /** @type {HTMLElement | null} */ (document.querySelector("tr.chosen"))?.dataset.href;
      if (href) location.assign(href);
      else return;
    } else return;
    event.preventDefault();
  }

  /** Files dropped anywhere on a form that takes papers are its files. @param {HTMLFormElement} form */
  function takesDrops(form) {
    const files = /** @type {HTMLInputElement | null} */ (form.querySelector("input[type=file]"));
    for (const name of ["dragover", "dragenter"]) form.addEventListener(name, (event) => { event.preventDefault(); form.classList.add("over"); });
    for (const name of ["dragleave", "drop"]) form.addEventListener(name, () => form.classList.remove("over"));
    form.addEventListener("drop", (event) => {
      event.preventDefault();
      const dropped = /** @type {DragEvent} */ (event).dataTransfer?.files;
      if (files && dropped?.length) { files.files = dropped; form.requestSubmit(); }
    });
  }
  for (const form of document.querySelectorAll("form[data-drop]")) takesDrops(/** @type {HTMLFormElement} */ (form));

  // what the inspector's desk keeps on this device and has not sent is said before somebody leaves
  for (const form of document.querySelectorAll("form[data-unsent]")) {
    const { login, unsent } = /** @type {HTMLFormElement} */ (form).dataset;
    form.addEventListener("submit", (event) => {
      if (Number(localStorage.getItem(`beket:unsent:${login}`)) > 0 && !confirm(unsent)) event.preventDefault();
    });
  }

  if (panels().length) {
    show("waiting");
    listen();
    setInterval(watchSilence, 500);
  }
  tickClocks();
  setInterval(() => { tickClocks(); tickAges(); }, 500);
  if (words.keys !== "off") document.addEventListener("keydown", key);
  // htmx replaced a part of the page: what is watched may have changed with it
  document.addEventListener("htmx:afterSettle", () => listen());
  // leaving the page: the server need not wait to notice
  addEventListener("pagehide", () => source?.close());
  addEventListener("pageshow", (event) => { if (event.persisted) listen(); });
})();
