/* The sound of what nobody has taken: critical again and again until it is taken, high once and each minute. No browser
   lets a page sound before somebody touched it, so the sound begins with "start shift" or the button here, and where it
   is held back the page says so. */
// @ts-check
(() => {
  const KEY = "beket-sound"; // on | off: this browser's choice
  const CRITICAL_EVERY_MS = 4_000;
  const HIGH_EVERY_MS = 60_000;
  const LOOK_EVERY_MS = 500;
  const button = /** @type {HTMLButtonElement | null} */ (document.getElementById("sound"));
  if (!button) return;
  /** @type {AudioContext | null} */
  let audio = null;
  let criticalAt = -Infinity;
  /** @type {Map<string, number>} */
  const soundedAt = new Map(); // high situations, and when each was heard last

  const wanted = () => localStorage.getItem(KEY) === "on";
  const running = () => audio?.state === "running";

  function show() {
    const state = !wanted() ? "off" : running() ? "on" : "blocked";
    button.dataset.state = state;
    button.setAttribute("aria-pressed", String(state === "on"));
    const word = button.dataset[state] ?? "";
    if (button.textContent !== word) button.textContent = word;
  }

  async function unlock() {
    if (!wanted()) return;
    audio ??= new AudioContext();
    if (audio.state !== "running") await audio.resume().catch(() => undefined);
    show();
  }

  /** @param {number} pitch @param {number} times */
  function tone(pitch, times) {
    if (!audio || !running()) return;
    for (let at = 0; at < times; at += 1) {
      const start = audio.currentTime + at * 0.28;
      const voice = audio.createOscillator();
      const loudness = audio.createGain();
      voice.frequency.value = pitch;
      loudness.gain.setValueAtTime(0, start);
      loudness.gain.linearRampToValueAtTime(0.25, start + 0.02);
      loudness.gain.linearRampToValueAtTime(0, start + 0.22);
      voice.connect(loudness).connect(audio.destination);
      voice.start(start);
      voice.stop(start + 0.24);
      document.documentElement.dataset.sounded = String(Number(document.documentElement.dataset.sounded ?? 0) + 1);
    }
  }

  function look() {
    show();
    const line = document.getElementById("asking-line")?.dataset;
    if (!line || !running() || !wanted()) return;
    const now = performance.now();
    if (line.critical && now - criticalAt >= CRITICAL_EVERY_MS) {
      criticalAt = now;
      tone(880, 3);
    }
    const high = (line.high ?? "").split(" ").filter(Boolean);
    const due = high.filter((name) => now - (soundedAt.get(name) ?? -Infinity) >= HIGH_EVERY_MS);
    for (const name of soundedAt.keys()) if (!high.includes(name)) soundedAt.delete(name);
    for (const name of due) soundedAt.set(name, now);
    if (due.length) tone(620, 1);
  }

  button.addEventListener("click", async () => {
    localStorage.setItem(KEY, wanted() && running() ? "off" : "on");
    if (wanted()) { await unlock(); tone(740, 1); }
    show();
  });
  for (const form of document.querySelectorAll("form[data-shift]")) form.addEventListener("submit", () => {
    localStorage.setItem(KEY, /** @type {HTMLElement} */ (form).dataset.shift === "start" ? "on" : "off");
  });
  for (const gesture of ["pointerdown", "keydown"]) document.addEventListener(gesture, unlock);
  button.hidden = false;
  unlock();
  show();
  setInterval(look, LOOK_EVERY_MS);
})();
