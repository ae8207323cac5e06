/** The paper for the driver, 80 mm wide: preliminary until the log has what was signed. */
import type { Passage, Record } from "./passages-contract";
import { el, put } from "./passages-dom";
import { moment, say, start } from "./passages-start";

/** Draw the slip of a record that is not in the log yet. */
export function slip(record: Record, passage: Passage, plate: string, country: string | null): HTMLElement {
  const paper = el("article", { class: "slip", "aria-label": say("slip") });
  put(paper, el("p", { class: "preliminary" }, ...start.preliminary.map((word) => el("b", {}, word))));
  put(paper, el("p", { class: "slip-plate" }, country ? `${plate} ${country}` : plate), el("p", {}, start.place_name), el("p", {}, `${say("signed_at")}: ${moment(record.signed_at)}`), el("p", {}, `${say("officer")}: ${start.login}`));
  const steps = record.steps.map((taken) => {
    const step = passage.steps.find((each) => each.code === taken.step);
    return el("li", {}, `${step?.name ?? taken.step}: `, el("b", {}, step?.outcomes.find((each) => each.code === taken.outcome)?.name ?? taken.outcome));
  });
  const notes = record.notes.map((note) => el("li", {}, `${say(`field_${note.field}`)}: `, el("b", {}, note.value)));
  put(paper, el("ul", {}, ...steps, ...notes), el("p", { class: "slip-note" }, say("slip_note")), el("p", { class: "slip-id" }, record.id));
  return paper;
}
