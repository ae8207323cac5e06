/* Passkeys: asks the browser for one, and sends its answer with the form it was asked from.
   Where this file does not run, the password does; nothing but the passkey itself needs it. */
// @ts-check
(() => {
  /** @param {string} text */
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
  /** @param {ArrayBuffer | null | undefined} buffer */
  const text = (buffer) => buffer && btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

  /** @param {any} options what the server asks, its bytes as text */
  function readable(options) {
    const named = (/** @type {any[]} */ keys) => (keys ?? []).map((key) => ({ ...key, id: bytes(key.id) }));
    const asked = { ...options, challenge: bytes(options.challenge) };
    if (options.user) asked.user = { ...options.user, id: bytes(options.user.id) };
    if (options.excludeCredentials) asked.excludeCredentials = named(options.excludeCredentials);
    if (options.allowCredentials) asked.allowCredentials = named(options.allowCredentials);
    return asked;
  }

  /** @param {any} given a credential, as text the server reads */
  function written(given) {
    const said = given.response, response = { clientDataJSON: text(said.clientDataJSON) };
    for (const part of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (said[part]) Object.assign(response, { [part]: text(said[part]) });
    }
    return JSON.stringify({ id: given.id, rawId: text(given.rawId), type: given.type, response, clientExtensionResults: {} });
  }

  /** @param {HTMLFormElement} form @param {HTMLButtonElement} button */
  async function ask(form, button) {
    const purpose = form.dataset.passkey ?? "", name = document.getElementById(form.dataset.name ?? "");
    const asked = new FormData();
    asked.set("purpose", purpose);
    asked.set("csrfmiddlewaretoken", /** @type {HTMLInputElement} */ (form.elements.namedItem("csrfmiddlewaretoken")).value);
    if (name instanceof HTMLInputElement) asked.set("username", name.value);
    const answer = await fetch("/passkeys/challenge", { method: "POST", body: asked });
    if (!answer.ok) throw new Error(answer.status === 429 ? button.dataset.slow : button.dataset.failed);
    const publicKey = readable(await answer.json());
    const given = purpose === "register" ? await navigator.credentials.create({ publicKey }) : await navigator.credentials.get({ publicKey });
    const field = form.querySelector("[name$=passkey]");
    if (field instanceof HTMLInputElement) field.value = written(given);
    form.submit();
  }

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const button = form.querySelector("[data-ask]"), said = form.querySelector("[data-said]"), without = form.querySelector("[data-without]");
    if (!(form instanceof HTMLFormElement) || !(button instanceof HTMLButtonElement) || !window.PublicKeyCredential) continue;
    button.hidden = false;
    if (without instanceof HTMLElement) without.hidden = true;
    const act = async () => {
      button.disabled = true;
      try { await ask(form, button); }
      catch (trouble) {
        button.disabled = false;
        if (!(said instanceof HTMLElement)) return;
        said.hidden = false;
        // a browser's own words are for programmers; ours came with the page
        said.textContent = trouble instanceof DOMException || !(trouble instanceof Error) ? button.dataset.failed ?? "" : trouble.message;
      }
    };
    button.addEventListener("click", () => void act());
    form.addEventListener("submit", (event) => { event.preventDefault(); void act(); }); // Enter in the name's field
  }
})();
