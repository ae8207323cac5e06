/** One datum of a conveyance: who told it, whether they agree, and (where a machine did not, or was wrong) how it is written. */
import type { Claim, FieldName, Note, Why } from "./passages-contract";
import { agrees, differing, type Draft, fieldOf, isNew, noteOf, others, READ, setNote } from "./passages-draft";
import { choice, el, field, level, plate, put } from "./passages-dom";
import { keyboard, type Keys, typed } from "./passages-keyboard";
import { clock, figure, say, start } from "./passages-start";

const KEYS: { [name in FieldName]: Keys } = {
  plate: "plate", trailer: "plate", container: "plate", vin: "plate", seals: "text", gross_kg: "number", packages: "count", persons: "count",
};
const PLATES: ReadonlySet<FieldName> = new Set<FieldName>(["plate", "trailer"]);
const WHYS: Why[] = ["unread", "device_failed", "wrong", "other"];

/** A value as it is drawn: plates as plates, masses with their unit. */
export function drawn(name: FieldName, value: string, country: string | null): Node {
  if (PLATES.has(name)) return plate(value, country);
  if (!value) return el("span", { class: "dim" }, say("nobody_told"));
  return el("b", { class: "value" }, name === "gross_kg" ? say("kg", { n: figure(value) }) : value);
}

/** Who told a value, and when. */
export function told(claim: Claim): string {
  return `${say(`source_${claim.source}`)}: ${claim.by}, ${clock(claim.at)}`;
}

/** All who told a datum: the first, who agrees with it, and beside each other who does not. */
export function claims(draft: Draft, name: FieldName): HTMLElement {
  const { value, country, claims: all } = fieldOf(draft.passage, name);
  const known = fieldOf(draft.passage, name), agree = all.filter((claim) => agrees(known, claim));
  const made = el("div", { class: "claims" }, said(drawn(name, value, country), agree));
  for (const other of others(known)) put(made, said(drawn(name, other.value, other.country), [other]));
  if (differing(known).length) put(made, level("medium", say("sources_differ")));
  return made;
}

function said(value: Node, by: Claim[]): HTMLElement {
  return el("div", { class: "claim" }, value, ...by.map((claim) => el("small", { class: "dim" }, told(claim))));
}

/** What the officer wrote beside it. */
export function noted(draft: Draft, name: FieldName): HTMLElement | null {
  const note = noteOf(draft, name);
  if (!note) return null;
  const why = note.why ? ` · ${say(`why_${note.why}`)}` : "";
  return el("div", { class: "claim noted" }, drawn(name, note.value, note.country ?? null), el("small", {}, `${say("source_noted")}: ${start.login}${why}`));
}

/** One datum on its topic's page. `changed` is told after each key. */
export function datum(draft: Draft, name: FieldName, changed: () => void): HTMLElement {
  const known = fieldOf(draft.passage, name);
  const box = el("section", { class: "datum", "data-field": name, "aria-label": say(`field_${name}`) }, el("h3", {}, say(`field_${name}`)));
  if (known.claims.length) put(box, claims(draft, name));
  const machine = READ.has(name), asked = (isNew(draft) && name === "plate") || (!machine && name !== "vin" && !known.claims.length);
  const open = asked || noteOf(draft, name) !== undefined;
  const place = el("div");
  const write = () => {
    place.replaceChildren(editor(draft, name, changed, () => shut()));
    place.querySelector("input")?.focus();
  };
  const asks = say(!machine ? (known.claims.length ? "change" : "write") : known.claims.length ? "it_is_wrong" : "not_read");
  const shut = () => place.replaceChildren(el("button", { type: "button", class: "write", onclick: write, "aria-label": `${asks}: ${say(`field_${name}`)}` }, asks));
  if (open) place.append(editor(draft, name, changed, known.claims.length || machine ? () => shut() : null));
  else shut();
  put(box, place);
  return box;
}

/** The input of one datum, with the reason that it takes and the keys for it. */
function editor(draft: Draft, name: FieldName, changed: () => void, shut: (() => void) | null): HTMLElement {
  const before = noteOf(draft, name), known = fieldOf(draft.passage, name), machine = READ.has(name);
  const note: Note = before ? { ...before } : { field: name, value: "", ...(machine ? { why: known.claims.some((claim) => claim.machine) ? null : ("unread" as const) } : {}) };
  const keep = () => {
    setNote(draft, note);
    changed();
  };
  const input = typed(note.value, KEYS[name], (value) => {
    note.value = value;
    keep();
  });
  input.name = name;
  const made = el("div", { class: "editor" });
  if (machine) put(made, field(say("why"), choice(WHYS.map((why) => [why, say(`why_${why}`)]), note.why ?? "", note.why ? "" : say("choose"), (why) => { note.why = (why || null) as Why | null; keep(); })));
  const line = el("div", { class: "line" }, field(say(`write_${name}`), input));
  const keys = el("div");
  const draw = () => keys.replaceChildren(...(KEYS[name] === "text" ? [] : [keyboard(input, KEYS[name], note.country === "CN")]));
  if (PLATES.has(name)) put(line, field(say("country"), choice(start.countries.map((code) => [code, code]), note.country ?? "", say("country_unknown"), (code) => { note.country = code || null; keep(); draw(); })));
  draw();
  put(made, line, keys);
  if (machine) put(made, el("p", { class: "dim" }, say("photo_wanted")));
  if (shut) put(made, el("button", { type: "button", onclick: () => { setNote(draft, { ...note, value: "" }); changed(); shut(); } }, say("take_back")));
  return made;
}
