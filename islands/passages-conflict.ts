/** Two records of one conveyance side by side, or several conveyances that one record may be of: somebody chooses, nobody is overwritten. */
import type { Note, Passage, Record, Taken } from "./passages-contract";
import { fieldOf } from "./passages-draft";
import { el, plate, put } from "./passages-dom";
import { drawn, told } from "./passages-fields";
import type { Entry } from "./passages-outbox";
import { moment, newId, now, say, span } from "./passages-start";

/** One thing that both may have said. */
interface Line {
  name: string;
  mine: Node;
  theirs: Node;
  note?: Note;
  taken?: Taken;
  keeps: boolean; // mine is chosen to begin with: they said nothing of it
}

/** What comes of a conflict: another record signed in its place, nothing, or the form once more. */
export interface Ends {
  settle(record: Record | null): Promise<void>;
  reopen(): Promise<void>;
}

/** The screen of a conflict. */
export function conflict(entry: Entry, ends: Ends): HTMLElement {
  const candidates = entry.answer?.candidates ?? [];
  const passage = entry.answer?.passage ?? null;
  if (!passage) return candidates.length ? chooser(entry, candidates, ends) : unplaced(entry, ends);
  return compare(entry, passage, ends);
}

function otherwise(ends: Ends): HTMLElement[] {
  return [el("button", { type: "button", onclick: () => void ends.reopen() }, say("open_again")), el("a", { class: "button", href: "#/outbox" }, say("later"))];
}

function head(entry: Entry, title: string): HTMLElement {
  return el("header", {}, el("h2", { id: "topic", tabindex: "-1" }, say(title), " ", plate(entry.plate, entry.country)), el("p", { class: "dim" }, `${say("signed_at")}: ${moment(entry.record.signed_at)}`));
}

function anew(entry: Entry, passage: Passage, notes: Note[], steps: Taken[]): Record {
  return { ...entry.record, id: newId(), crossing: passage.id, lane: null, after: passage.after, signed_at: now(), notes, steps };
}

function lines(entry: Entry, passage: Passage): Line[] {
  const known = new Set(entry.passage.records.map((each) => each.ref));
  const later = passage.records.filter((each) => !known.has(each.ref));
  const notes = entry.record.notes.map((note) => {
    const theirs = [...later].reverse().find((each) => each.notes.some((other) => other.field === note.field));
    const their = theirs?.notes.find((other) => other.field === note.field);
    return { name: say(`field_${note.field}`), mine: drawn(note.field, note.value, note.country ?? null), theirs: their ? said(their, `${theirs?.by}, ${moment(theirs?.at ?? 0)}`) : standing(passage, note), note, keeps: !their };
  });
  return [...notes, ...entry.record.steps.map((taken) => stepLine(passage, taken))];
}

function said(note: Note, by: string): HTMLElement {
  return el("div", {}, drawn(note.field, note.value, note.country ?? null), " ", el("small", { class: "dim" }, by));
}

function standing(passage: Passage, note: Note): HTMLElement {
  const field = fieldOf(passage, note.field);
  return el("div", {}, drawn(note.field, field.value, field.country), " ", ...field.claims.slice(0, 1).map((claim) => el("small", { class: "dim" }, told(claim))));
}

function stepLine(passage: Passage, taken: Taken): Line {
  const step = passage.steps.find((each) => each.code === taken.step);
  const word = step?.outcomes.find((each) => each.code === taken.outcome)?.name ?? taken.outcome;
  const changed = (step?.decided ?? null) !== (taken.replaces ?? null);
  const theirs = el("div", {}, step?.decided_as ? el("b", {}, step.decided_as) : el("span", { class: "dim" }, step?.state_word ?? "–"));
  return { name: step?.name ?? taken.step, mine: el("b", {}, word), theirs, taken: { ...taken, replaces: step?.decided ?? null }, keeps: !changed };
}

function compare(entry: Entry, passage: Passage, ends: Ends): HTMLElement {
  const all = lines(entry, passage), photos = entry.record.photos.length;
  const rows = all.map((line, at) => {
    const pick = (mine: boolean, value: Node) => el("td", {}, el("label", { class: "option" }, el("input", { type: "radio", name: `line-${at}`, value: mine ? "mine" : "theirs", checked: mine === line.keeps, "aria-label": `${line.name}: ${say(mine ? "mine" : "theirs")}` }), el("span", {}, value)));
    return el("tr", {}, el("th", { scope: "row" }, line.name), pick(true, line.mine), pick(false, line.theirs));
  });
  const headline = el("tr", {}, el("th", { scope: "col" }, say("column_what")), el("th", { scope: "col" }, say("mine")), el("th", { scope: "col" }, say("theirs")));
  const form = el("form", { class: "card conflict" }, head(entry, "conflict_title"));
  form.onsubmit = async (event) => {
    event.preventDefault();
    const chosen = all.filter((_, at) => new FormData(form).get(`line-${at}`) === "mine");
    const notes = chosen.flatMap((line) => line.note ?? []), steps = chosen.flatMap((line) => line.taken ?? []);
    if (!chosen.length && !photos) {
      if (confirm(say("conflict_drop"))) await ends.settle(null);
      return;
    }
    await ends.settle(anew(entry, passage, notes, steps));
  };
  put(form, el("div", { class: "inside stack" }, el("p", { class: "error" }, entry.said), el("p", {}, say("conflict_text")),
    el("div", { class: "scroll" }, el("table", { class: "compare" }, el("thead", {}, headline), el("tbody", {}, ...rows))),
    photos ? el("p", { class: "dim" }, say("conflict_photos", { n: photos })) : null,
    el("p", { class: "row" }, el("button", { class: "primary" }, say("sign_anew")), ...otherwise(ends))));
  return form;
}

function chooser(entry: Entry, candidates: Passage[], ends: Ends): HTMLElement {
  const form = el("form", { class: "card conflict" }, head(entry, "candidates_title"));
  const options = candidates.map((passage, at) =>
    el("label", { class: "option" }, el("input", { type: "radio", name: "which", value: at, required: true }),
      el("span", {}, plate(passage.plate, passage.country), " ", `${passage.lane} · ${moment(passage.opened_at)} · ${say("ago", { n: span(Math.abs(entry.record.began_at - passage.opened_at)) })} · ${passage.state_word}`)));
  form.onsubmit = async (event) => {
    event.preventDefault();
    const passage = candidates[Number(new FormData(form).get("which"))];
    if (passage) await ends.settle(anew(entry, passage, entry.record.notes, entry.record.steps));
  };
  put(form, el("div", { class: "inside stack" }, el("p", { class: "error" }, entry.said), el("p", {}, say("candidates_text")), el("fieldset", { class: "options" }, el("legend", {}, say("candidates_legend")), ...options),
    el("p", { class: "row" }, el("button", { class: "primary" }, say("sign_anew")), ...otherwise(ends))));
  return form;
}

/** The house found nothing that it may be of: perhaps later, for what a camera saw may come late. */
function unplaced(entry: Entry, ends: Ends): HTMLElement {
  const again = el("button", { class: "primary", type: "button", onclick: () => void ends.settle({ ...entry.record, id: newId() }) }, say("send_again"));
  const drop = el("button", { type: "button", onclick: () => { if (confirm(say("conflict_drop"))) void ends.settle(null); } }, say("drop"));
  return el("section", { class: "card conflict" }, head(entry, "unplaced_title"), el("div", { class: "inside stack" }, el("p", { class: "error" }, entry.said), el("p", {}, say("unplaced_text")), el("p", { class: "row" }, again, drop, ...otherwise(ends))));
}
