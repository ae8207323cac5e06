/* The slider of a past hour: fetches the picture of another minute, and plays a minute each second. The picture carries
   its own date and time; where it cannot be fetched, the old one stays with the old date, and that is said. */
// @ts-check
(() => {
  const MINUTE_MS = 60_000;
  const SETTLES_MS = 150; // a slider that is dragged asks for where it comes to rest
  const STEP_MS = 1000; // one minute each second: sixty times as fast as it was
  const form = /** @type {HTMLFormElement | null} */ (document.getElementById("past-slider"));
  const range = /** @type {HTMLInputElement | null} */ (document.getElementById("past-minute"));
  const then = document.getElementById("then");
  const play = /** @type {HTMLButtonElement | null} */ (document.getElementById("past-play"));
  if (!form || !range || !then || !play) return;
  const shown = document.getElementById("past-shown");
  const failed = document.getElementById("past-failed");
  const clock = new Intl.DateTimeFormat("en-GB", { timeZone: form.dataset.zone, hour: "2-digit", minute: "2-digit" });
  const whole = new Intl.DateTimeFormat("sv-SE", { timeZone: form.dataset.zone, dateStyle: "short", timeStyle: "short" });
  const date = /** @type {HTMLInputElement | null} */ (document.getElementById("past-at"));
  let settling = 0;
  let playing = 0;
  /** @type {AbortController | null} */
  let asking = null;

  /** As the field for date and time writes it: the Swedish way, but for one sign. @param {number} at */
  const written = (at) => whole.format(at).replace(" ", "T");

  /** Say which minute the slider stands at, to eyes and to readers; the date and the steps beside it go with it. */
  function say() {
    const at = Number(form?.dataset.start) + Number(range?.value) * MINUTE_MS, said = clock.format(at);
    range?.setAttribute("aria-valuetext", said);
    if (shown) shown.textContent = said;
    if (date) date.value = written(at);
    for (const link of /** @type {NodeListOf<HTMLAnchorElement>} */ (document.querySelectorAll(".past-steps a"))) {
      const there = written(at + Number(link.dataset.by));
      link.hidden = there > (date?.max ?? "");
      link.href = `/past?${new URLSearchParams({ at: there, hours: String(form?.dataset.hours) })}`;
    }
  }

  /** Fetch the picture of the minute that the slider stands at. */
  async function show() {
    asking?.abort();
    const mine = (asking = new AbortController());
    const query = new URLSearchParams([...new FormData(/** @type {HTMLFormElement} */ (form))].map(([name, value]) => [name, String(value)]));
    try {
      const answer = await fetch(`/past?${query}&part=picture`, { signal: mine.signal });
      if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
      draw(await answer.text());
      history.replaceState(null, "", `/past?${query}`);
      if (failed) failed.hidden = true;
    } catch (trouble) {
      if (mine.signal.aborted) return;
      pause();
      if (failed) { failed.textContent = form?.dataset.failed ?? ""; failed.hidden = false; }
    }
  }

  /** @param {string} html */
  function draw(html) {
    // @ts-ignore Idiomorph comes with idiomorph-ext.min.js
    window.Idiomorph.morph(then, html, { morphStyle: "innerHTML" });
    const places = JSON.parse(document.getElementById("map-then")?.textContent ?? "[]");
    document.dispatchEvent(new CustomEvent("beket:map", { detail: { places } }));
  }

  function pause() {
    window.clearTimeout(playing);
    playing = 0;
    name();
  }

  function name() {
    if (!play) return;
    play.textContent = (playing ? play.dataset.pause : play.dataset.play) ?? "";
    play.setAttribute("aria-pressed", String(playing !== 0));
  }

  async function step() {
    if (!range || Number(range.value) >= Number(range.max)) return pause();
    const began = performance.now();
    range.value = String(Number(range.value) + 1);
    say();
    await show();
    if (playing) playing = window.setTimeout(step, Math.max(0, STEP_MS - (performance.now() - began)));
  }

  range.addEventListener("input", () => {
    pause();
    say();
    window.clearTimeout(settling);
    settling = window.setTimeout(show, SETTLES_MS);
  });
  form.addEventListener("submit", (event) => { event.preventDefault(); pause(); void show(); });
  play.addEventListener("click", () => {
    if (playing) return pause();
    playing = window.setTimeout(step, 0);
    name();
  });
  document.getElementById("past-go")?.remove(); // the slider itself asks
  play.hidden = false;
  name();
  say();
})();
