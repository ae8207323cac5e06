/** The queue of a post, in the order in which it came. It never moves under a finger: what is new is put at its end. */
import type { Passage, Queue } from "./passages-contract";
import { due } from "./passages-draft";
import { el, field, choice, level, plate, put, text } from "./passages-dom";
import { now, say, span, start } from "./passages-start";

export interface Standing {
  waiting: boolean; // a record of it is signed and not sent
  conflict: boolean;
  begun: boolean; // there is a draft of it
}

export class QueueView {
  readonly element = el("section", { class: "card queue", "aria-label": say("queue") });
  private readonly body = el("tbody");
  private readonly rows = new Map<string, { row: HTMLTableRowElement; cells: HTMLTableCellElement[]; passage: Passage; drawn: string }>();
  private readonly lanes = el("div", { class: "lanes" });
  private readonly none = el("p", { class: "empty", hidden: true }, say("queue_empty"));
  private chosen = localStorage.getItem(`beket:lane:${start.place}`) ?? "";
  private known = "";
  private held = false;
  private readonly clockwork: number;

  constructor(private readonly standing: (passage: Passage) => Standing) {
    const heads = ["plate", "lane", "in_the_post", "state", "findings", "taken", "next"].map((name) => el("th", { scope: "col" }, say(`column_${name}`)));
    put(this.element, this.lanes, el("div", { class: "scroll" }, el("table", {}, el("thead", {}, el("tr", {}, ...heads)), this.body)), this.none);
    this.element.addEventListener("pointerenter", () => { this.held = true; });
    this.element.addEventListener("pointerleave", () => { this.held = false; });
    this.clockwork = window.setInterval(() => this.tick(), 1000);
  }

  end(): void {
    clearInterval(this.clockwork);
  }

  /** Whether a finger, a pointer or the keyboard is on the list. */
  private get isTouched(): boolean {
    return this.held || this.body.contains(document.activeElement);
  }

  /** Draw the queue as it is now. */
  draw(queue: Queue): void {
    this.drawLanes(queue.lanes);
    const there = new Set(queue.passages.map((passage) => passage.id));
    for (const [id, kept] of this.rows) {
      if (there.has(id)) continue;
      if (this.isTouched) kept.row.classList.add("gone");
      else {
        kept.row.remove();
        this.rows.delete(id);
      }
    }
    for (const passage of queue.passages) this.place(passage);
    if (!this.isTouched) this.order(queue.passages);
    this.filter();
    this.tick();
  }

  private drawLanes(lanes: string[]): void {
    const known = lanes.join();
    if (known === this.known) return;
    this.known = known;
    const chosen = choice(lanes.map((each) => [each, each]), this.chosen, say("all_lanes"), (value) => {
      this.chosen = value;
      localStorage.setItem(`beket:lane:${start.place}`, value);
      this.filter();
    });
    this.lanes.replaceChildren(field(say("lane"), chosen));
  }

  private filter(): void {
    let shown = 0;
    for (const { row, passage } of this.rows.values()) {
      row.hidden = this.chosen !== "" && passage.lane !== this.chosen;
      if (!row.hidden) shown += 1;
    }
    this.none.hidden = shown > 0;
  }

  private order(passages: Passage[]): void {
    let before: Element | null = null;
    for (const { id } of passages) {
      const row: HTMLElement | undefined = this.rows.get(id)?.row;
      if (!row) continue;
      const next: Element | null = before ? before.nextElementSibling : this.body.firstElementChild;
      if (next !== row) this.body.insertBefore(row, next);
      before = row;
    }
  }

  private place(passage: Passage): void {
    const standing = this.standing(passage), told = JSON.stringify([passage.plate, passage.lane, passage.state_word, passage.level, passage.findings, passage.taken_by, due(passage).map((step) => step.code), standing]);
    let kept = this.rows.get(passage.id);
    if (!kept) {
      const cells = Array.from({ length: 7 }, () => el("td"));
      kept = { row: el("tr", { "data-id": passage.id, "data-href": `#/${encodeURIComponent(passage.id)}` }, ...cells), cells, passage, drawn: "" };
      this.rows.set(passage.id, kept);
      this.body.append(kept.row);
    }
    kept.passage = passage;
    kept.row.classList.remove("gone");
    if (kept.drawn === told) return;
    const focused = kept.row.contains(document.activeElement);
    kept.drawn = told;
    fill(kept.cells, passage, standing);
    if (focused) kept.row.querySelector("a")?.focus({ preventScroll: true });
  }

  private tick(): void {
    for (const { cells, passage } of this.rows.values()) if (cells[2]) text(cells[2], span(now() - passage.opened_at));
  }
}

function fill(cells: HTMLTableCellElement[], passage: Passage, standing: Standing): void {
  const [name, where, , state, findings, taken, next] = cells as [HTMLTableCellElement, HTMLTableCellElement, HTMLTableCellElement, HTMLTableCellElement, HTMLTableCellElement, HTMLTableCellElement, HTMLTableCellElement];
  name.replaceChildren(el("a", { class: "whole", href: `#/${encodeURIComponent(passage.id)}` }, plate(passage.plate, passage.country)));
  where.textContent = `${passage.lane} · ${say(`direction_${passage.direction}`)}`;
  state.replaceChildren(el("span", {}, passage.state_word), ...marks(standing));
  findings.replaceChildren(passage.level ? level(passage.level) : "–", passage.findings.length ? el("div", { class: "dim" }, passage.findings[0]?.sentence ?? "") : "");
  taken.replaceChildren(passage.taken_by === start.login ? el("b", {}, say("taken_me")) : (passage.taken_by ?? "–"));
  next.textContent = due(passage)[0]?.name ?? "–";
}

function marks(standing: Standing): HTMLElement[] {
  if (standing.conflict) return [level("high", say("mark_conflict"))];
  if (standing.waiting) return [level("low", say("mark_waiting"))];
  return standing.begun ? [el("small", { class: "dim" }, say("mark_begun"))] : [];
}
