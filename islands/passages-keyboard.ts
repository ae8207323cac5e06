/** Keys for a glove: plates have legal letters only, masses and counts have digits. A real keyboard writes as well. */
import { el, put } from "./passages-dom";
import { say, start } from "./passages-start";

export type Keys = "plate" | "number" | "count" | "text";

const ROWS = ["1234567890", "QWERTYUIOP", "ASDFGHJKL", "ZXCVBNM"];
const PAD = ["123", "456", "789"];

/** Write a plate as the house compares it: Latin capitals and digits; Cyrillic look-alikes become Latin. */
export function folded(text: string): string {
  const plain = [...text.normalize("NFKC").toUpperCase()].map((sign) => start.alike[sign] ?? sign);
  return plain.filter((sign) => /[A-Z0-9]/.test(sign) || start.provinces.includes(sign)).join("");
}

/** What may stand in a field of this sort. */
export function legal(text: string, keys: Keys): string {
  if (keys === "plate") return folded(text);
  if (keys === "number") return text.replace(/[^\d.,]/g, "");
  if (keys === "count") return text.replace(/\D/g, "");
  return text;
}

/** Keys under an input; they write where its mark stands, and go away when they are not wanted. */
export function keyboard(input: HTMLInputElement, keys: Keys, chinese = false): HTMLElement {
  const press = (sign: string) => {
    const [from, to] = [input.selectionStart ?? input.value.length, input.selectionEnd ?? input.value.length];
    if (sign) input.setRangeText(sign, from, to, "end");
    else if (from !== to) input.setRangeText("", from, to, "end");
    else if (from > 0) input.setRangeText("", from - 1, from, "end");
    input.dispatchEvent(new Event("input", { bubbles: true }));
    input.focus({ preventScroll: true });
  };
  const key = (sign: string, word = sign, name = sign) =>
    el("button", { type: "button", class: "key", tabindex: "-1", "aria-label": name, onclick: () => press(sign), onpointerdown: (event) => event.preventDefault() }, word);
  const row = (signs: string, ...more: HTMLElement[]) => el("div", { class: "keys" }, ...[...signs].map((sign) => key(sign)), ...more);
  const back = () => key("", "⌫", say("erase"));
  const made = el("div", { class: `keyboard keys-${keys}`, role: "group", "aria-label": say("keys") });
  if (keys === "plate") {
    const rows = ROWS.map((signs, at) => (at === ROWS.length - 1 ? row(signs, back()) : row(signs)));
    put(made, chinese ? row(start.provinces) : null, ...rows);
  } else if (keys === "count") put(made, row("1234567890", back()));
  else put(made, ...PAD.map((signs) => row(signs)), row(",0", back()));
  return made;
}

/** Make an input that takes what is legal alone. */
export function typed(value: string, keys: Keys, change: (value: string) => void): HTMLInputElement {
  const input = el("input", { value, autocomplete: "off", spellcheck: "false", autocapitalize: "characters", maxlength: keys === "text" ? 200 : 32 });
  input.inputMode = keys === "text" ? "text" : matchMedia("(pointer: coarse)").matches ? "none" : keys === "plate" ? "text" : "decimal";
  input.oninput = (event) => {
    if ((event as InputEvent).isComposing) return;
    const kept = legal(input.value, keys);
    if (kept !== input.value) {
      const mark = legal(input.value.slice(0, input.selectionStart ?? input.value.length), keys).length;
      input.value = kept;
      input.setSelectionRange(mark, mark);
    }
    change(input.value);
  };
  return input;
}
