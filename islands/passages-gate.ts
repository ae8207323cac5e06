/** The doors: the PIN that opens what is kept here, and the proof that the officer is there. */
import { el, field, put } from "./passages-dom";
import { formNow, type Proof } from "./passages-line";
import { say, start } from "./passages-start";
import { begin, count, drop, isKnown, opens, PIN_LEAST, Store, unlock } from "./passages-store";

const HAND_MS = 1_500;

/** Ask the worker for the key that an earlier load of this page had; nothing after a restart of the browser. */
async function handed(): Promise<CryptoKey | null> {
  const worker = navigator.serviceWorker.controller;
  if (!worker) return null;
  const line = new MessageChannel();
  const answer = new Promise<CryptoKey | null>((done) => {
    line.port1.onmessage = (event) => done(event.data as CryptoKey | null);
    setTimeout(() => done(null), HAND_MS);
  });
  worker.postMessage({ say: "hand", login: start.login }, [line.port2]);
  return answer;
}

/** Tell the worker something of the key. */
export async function tellWorker(what: "keep" | "forget" | "here", key?: CryptoKey): Promise<void> {
  const { active } = await navigator.serviceWorker.ready;
  active?.postMessage({ say: what, login: start.login, key });
}

/** Open what is kept here: with the key of a moment ago, or with the PIN. */
export async function enter(host: HTMLElement): Promise<Store> {
  const before = await handed();
  const key = before && (await opens(start.login, before)) ? before : (await isKnown(start.login)) ? await askPin(host) : await choosePin(host);
  void tellWorker("keep", key);
  return new Store(start.login, key);
}

function pinInput(): HTMLInputElement {
  return el("input", { type: "password", autocomplete: "off", maxlength: 64, minlength: PIN_LEAST, required: true });
}

function card(host: HTMLElement, title: string, text: string, form: HTMLFormElement): void {
  host.replaceChildren(el("section", { class: "card narrow gatekeeper" }, el("h2", {}, title), el("div", { class: "inside stack" }, el("p", {}, text), form)));
  form.querySelector("input")?.focus();
}

function choosePin(host: HTMLElement): Promise<CryptoKey> {
  return new Promise((done) => {
    const first = pinInput(), second = pinInput(), wrong = el("p", { class: "error", role: "alert", hidden: true });
    const form = el("form", { class: "inline" }, field(say("pin_new"), first), field(say("pin_again"), second), wrong, el("button", { class: "primary" }, say("pin_begin")));
    form.onsubmit = async (event) => {
      event.preventDefault();
      if (first.value === second.value) return done(await begin(start.login, first.value));
      wrong.hidden = false;
      wrong.textContent = say("pin_differs");
    };
    card(host, say("pin_title_new"), say("pin_text_new", { n: PIN_LEAST }), form);
  });
}

function askPin(host: HTMLElement): Promise<CryptoKey> {
  return new Promise((done) => {
    const pin = pinInput(), wrong = el("p", { class: "error", role: "alert", hidden: true });
    const forgot = el("button", { type: "button", onclick: () => void forget(host, done) }, say("pin_forgot"));
    const form = el("form", { class: "inline" }, field(say("pin"), pin), wrong, el("p", { class: "row" }, el("button", { class: "primary" }, say("pin_open")), forgot));
    form.onsubmit = async (event) => {
      event.preventDefault();
      const key = await unlock(start.login, pin.value);
      if (key) return done(key);
      wrong.hidden = false;
      wrong.textContent = say("pin_wrong");
      pin.value = "";
      pin.focus();
    };
    card(host, say("pin_title"), say("pin_text", { login: start.login }), form);
  });
}

/** Without the PIN nothing can be read: it can only be given up, by somebody who was told how much that is. */
async function forget(host: HTMLElement, done: (key: CryptoKey) => void): Promise<void> {
  const [out, drafts] = await Promise.all([count(start.login, "out"), count(start.login, "draft")]);
  if (!confirm(say("pin_lose", { n: out, m: drafts }))) return;
  await drop(start.login);
  localStorage.removeItem(`beket:unsent:${start.login}`);
  done(await choosePin(host));
}

// --- presence ---
const bytesOf = (text: string) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
const textOf = (buffer: ArrayBuffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

async function passkey(): Promise<string> {
  const asked = new FormData();
  asked.set("purpose", "prove");
  const answer = await fetch("/passkeys/challenge", { method: "POST", body: asked, headers: { "X-CSRFToken": formNow() } });
  if (!answer.ok) throw new Error(say("passkey_failed"));
  const options = (await answer.json()) as { challenge: string; allowCredentials?: { id: string; type: "public-key" }[] };
  const publicKey = { ...options, challenge: bytesOf(options.challenge), allowCredentials: (options.allowCredentials ?? []).map((each) => ({ ...each, id: bytesOf(each.id) })) };
  const given = (await navigator.credentials.get({ publicKey })) as PublicKeyCredential;
  const said = given.response as AuthenticatorAssertionResponse;
  const response: { [part: string]: string } = {};
  for (const part of ["clientDataJSON", "authenticatorData", "signature", "userHandle"] as const) {
    const buffer = said[part];
    if (buffer) response[part] = textOf(buffer);
  }
  return JSON.stringify({ id: given.id, rawId: textOf(given.rawId), type: given.type, response, clientExtensionResults: {} });
}

/** Ask who signs to show that it is them; nothing where they would rather not now. */
export function prove(password: boolean, said: string): Promise<Proof | null> {
  return new Promise((done) => {
    const wrong = el("p", { class: "error", role: "alert", hidden: !said }, said);
    const input = el("input", { type: "password", autocomplete: "current-password", maxlength: 256, required: true });
    const later = el("button", { type: "button", onclick: () => end(null) }, say("later"));
    const box = el("dialog", { class: "prove", "aria-labelledby": "prove-title" }, el("h2", { id: "prove-title" }, say("prove_title")), el("p", {}, say("prove_text")), wrong);
    const end = (proof: Proof | null) => {
      box.close();
      box.remove();
      done(proof);
    };
    const form = el("form", { class: "inline" }, password ? field(say("password"), input) : null, el("p", { class: "row" }, el("button", { class: "primary" }, say(password ? "prove_go" : "passkey_go")), later));
    form.onsubmit = async (event) => {
      event.preventDefault();
      if (password) return end(["X-Proof-Password", encodeURIComponent(input.value)]);
      try {
        end(["X-Proof-Passkey", encodeURIComponent(await passkey())]);
      } catch {
        wrong.hidden = false;
        wrong.textContent = say("passkey_failed");
      }
    };
    box.oncancel = () => end(null);
    put(box, form);
    document.body.append(box);
    box.showModal();
  });
}
