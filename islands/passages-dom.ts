/** How the island draws: elements without a framework, and the desk's own signs for plates and levels. */
import { say } from "./passages-start";

export type Child = Node | string | null | undefined | false;
type Given = { [name: string]: string | number | boolean | null | undefined | ((event: Event) => void) };

/** Make an element: `on…` listens, true and false set or leave out, anything else is an attribute. */
export function el<K extends keyof HTMLElementTagNameMap>(tag: K, given: Given = {}, ...children: Child[]): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (typeof value === "function") made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, String(value));
  }
  put(made, ...children);
  return made;
}

/** Append what there is. */
export function put(to: Element, ...children: Child[]): void {
  for (const child of children) if (child) to.append(child);
}

/** Change a text only if it says something new, so that a reader is not told twice. */
export function text(of: Element, said: string): void {
  if (of.textContent !== said) of.textContent = said;
}

/** A level as the desk draws it: fill, shape and word; the page brought one of each. */
export function level(name: string, word = ""): HTMLElement {
  const brought = document.querySelector<HTMLTemplateElement>(`template[data-level="${CSS.escape(name)}"]`) ?? document.querySelector<HTMLTemplateElement>('template[data-level="unknown"]');
  const made = brought?.content.firstElementChild?.cloneNode(true) as HTMLElement;
  if (word && made.lastChild) made.lastChild.textContent = word;
  return made;
}

/** A plate as it looks on a bumper. */
export function plate(value: string | null, country: string | null, size = ""): HTMLElement {
  if (!value) return el("span", { class: "plate none" }, say("no_plate"));
  return el("span", { class: `plate ${size}` }, el("b", {}, value), country ? el("i", {}, country) : null);
}

let numbered = 0;

/** An id that nothing else on the page has. */
export function fresh(of: string): string {
  numbered += 1;
  return `${of}-${numbered}`;
}

/** A label and what it names. */
export function field(label: string, control: HTMLElement, ...more: Child[]): HTMLElement {
  control.id ||= fresh("f");
  return el("div", { class: "field" }, el("label", { for: control.id }, label), control, ...more);
}

/** A choice from a list; the first line asks. */
export function choice(options: [string, string][], chosen: string, asks: string, change: (value: string) => void): HTMLSelectElement {
  const made = el("select", { onchange: () => change(made.value) }, asks ? el("option", { value: "" }, asks) : null);
  for (const [value, word] of options) made.append(el("option", { value, selected: value === chosen }, word));
  return made;
}
