/** The form of one conveyance: one topic a page, all of them on the check, and the signature. */
import type { Passage, Photo, Step, Taken } from "./passages-contract";
import { asksOverride, asksRemark, due, type Draft, type Fault, faults, FIELDS, fieldOf, isNew, noteOf, setStep, stateOf, takenOf, type Topic, topicsOf } from "./passages-draft";
import { choice, el, field, fresh, level, plate, put, text } from "./passages-dom";
import { claims, datum, noted } from "./passages-fields";
import { address, keep, PHOTOS_MAX, place } from "./passages-photos";
import { now, say, span, start } from "./passages-start";
import type { Store } from "./passages-store";

const OF: Photo["of"][] = ["vehicle", "plate", "seal", "goods", "document", "other"];
const SIGNS = { none: "○", begun: "◐", done: "✓", second: "◇" };
const REMARK_MAX = 500;

export interface Desk {
  store: Store;
  lanes: string[];
  save(draft: Draft): void;
  sign(draft: Draft): Promise<void>;
  go(topic: Topic): void;
  back(): void;
}

export class Form {
  readonly element = el("div", { class: "passage-form" });
  private readonly steps = el("nav", { class: "topics", "aria-label": say("topics") });
  private readonly page = el("div", { class: "topic" });
  private readonly timers: { element: HTMLElement; since: number; norm: number | null }[] = [];
  private readonly clockwork: number;
  private topic: Topic = "check";

  constructor(readonly draft: Draft, private readonly desk: Desk) {
    put(this.element, this.head(), el("div", { class: "beside" }, this.steps, this.page));
    this.clockwork = window.setInterval(() => this.tick(), 1000);
  }

  /** Leave the page: clocks stop. */
  end(): void {
    clearInterval(this.clockwork);
  }

  /** The house knows more of it than the form shows: said, and shown when the officer asks; nothing moves by itself. */
  news(passage: Passage): void {
    const old = this.element.querySelector(".news");
    if (known(passage) === known(this.draft.passage)) return old?.remove();
    if (old) return;
    const show = () => {
      this.draft.passage = passage;
      this.timers.length = 0;
      this.element.querySelector(".passage-head")?.replaceWith(this.head());
      this.desk.save(this.draft);
      this.show(this.topic);
    };
    this.element.querySelector(".passage-head")?.append(el("div", { class: "news note", role: "status" }, say("news"), el("button", { type: "button", onclick: show }, say("news_show"))));
  }

  private head(): HTMLElement {
    const { passage } = this.draft, written = noteOf(this.draft, "plate"), timer = el("span", { class: "timer", role: "timer" });
    this.timers.push({ element: timer, since: passage.opened_at, norm: null });
    const name = isNew(this.draft) ? el("b", {}, say("new_title")) : plate(written?.value ?? passage.plate, written ? (written.country ?? null) : passage.country, "large");
    return el("header", { class: "card passage-head" },
      el("a", { class: "button", href: "#/" }, say("to_queue")), el("h2", {}, name),
      passage.lane ? el("span", {}, `${say("lane")} ${passage.lane}`) : null, el("span", {}, say(`direction_${passage.direction}`)),
      passage.state_word ? el("span", { class: "state" }, passage.state_word) : null, passage.level ? level(passage.level) : null,
      el("span", { class: "time" }, el("small", { class: "dim" }, say("in_the_post")), " ", timer));
  }

  private tick(): void {
    for (const { element, since, norm } of this.timers) {
      const ms = now() - since;
      text(element, norm === null ? span(ms) : ms > norm ? say("over_norm", { n: span(ms - norm) }) : say("within_norm", { n: span(norm - ms) }));
      element.classList.toggle("over", norm !== null && ms > norm);
    }
  }

  /** Draw a topic and put the hand on its first input. */
  show(topic: Topic): void {
    this.topic = topic;
    this.timers.splice(1);
    this.drawSteps();
    const body = el("form", { class: "card", novalidate: true, onsubmit: (event) => this.goOn(event) }, el("h2", { id: "topic", tabindex: "-1" }, say(`topic_${topic}`)));
    put(body, el("div", { class: "inside stack" }, ...this.body(topic)));
    this.page.replaceChildren(body);
    this.tick();
    const first = body.querySelector<HTMLElement>("input:not([type=file]), select") ?? body.querySelector<HTMLElement>("button.primary");
    first?.focus({ preventScroll: true });
  }

  private body(topic: Topic): Node[] {
    if (topic === "check") return [this.summary(), ...this.decisions(), this.signature()];
    if (topic === "decisions") return [...this.decisions(), this.onward()];
    if (topic === "findings") return [this.found(), this.photos(), this.onward()];
    const parts: Node[] = topic === "papers" ? [this.papers()] : [];
    if (topic === "conveyance" && isNew(this.draft)) parts.push(this.where());
    parts.push(...FIELDS[topic].map((name) => datum(this.draft, name, () => this.changed())));
    if (topic === "conveyance" || topic === "weight") parts.push(this.photos());
    return [...parts, this.onward()];
  }

  private changed(): void {
    this.desk.save(this.draft);
    this.drawSteps();
    const box = this.page.querySelector(".faults");
    if (box && !(box as HTMLElement).hidden) this.tell(box as HTMLElement);
  }

  private drawSteps(): void {
    const items = topicsOf(this.draft).map((topic) => {
      const state = stateOf(this.draft, topic);
      const link = el("a", { href: `#/${encodeURIComponent(this.draft.id)}/${topic}`, "aria-current": topic === this.topic ? "step" : null }, say(`topic_${topic}`));
      return el("li", { class: state }, topic === "check" ? null : el("span", { class: "sign", "aria-hidden": "true" }, SIGNS[state]), link, topic === "check" ? null : el("small", {}, say(`progress_${state}`)));
    });
    const focused = this.steps.contains(document.activeElement) ? [...this.steps.querySelectorAll("a")].indexOf(document.activeElement as HTMLAnchorElement) : -1;
    this.steps.replaceChildren(el("ol", {}, ...items));
    if (focused >= 0) this.steps.querySelectorAll("a")[focused]?.focus();
  }

  private onward(): HTMLElement {
    return el("p", { class: "row" }, el("button", { class: "primary" }, say("go_on")), el("button", { type: "button", onclick: () => this.desk.go("check") }, say("to_check")));
  }

  private async goOn(event: Event): Promise<void> {
    event.preventDefault();
    if (this.topic === "check") return this.sign();
    if (!this.draft.seen.includes(this.topic)) this.draft.seen.push(this.topic);
    this.desk.save(this.draft);
    const topics = topicsOf(this.draft), rest = topics.slice(topics.indexOf(this.topic) + 1);
    this.desk.go(rest.find((topic) => topic === "check" || stateOf(this.draft, topic) !== "done") ?? "check");
  }

  // --- topics ---
  private where(): HTMLElement {
    const { passage } = this.draft, name = fresh("direction");
    const ways = (["in", "out"] as const).map((way) =>
      el("label", { class: "option" }, el("input", { type: "radio", name, value: way, checked: passage.direction === way, onchange: () => { passage.direction = way; this.changed(); } }), el("span", {}, say(`direction_${way}`))));
    const lanes = choice(this.desk.lanes.map((each) => [each, each]), passage.lane, say("choose"), (value) => { passage.lane = value; this.changed(); });
    return el("div", { class: "line" }, field(say("lane"), lanes), el("fieldset", { class: "options flat" }, el("legend", {}, say("direction")), ...ways));
  }

  private papers(): HTMLElement {
    const { papers } = this.draft.passage;
    if (!papers.length) return el("p", { class: "note" }, say("no_papers"));
    return el("ul", { class: "plain" }, ...papers.map((paper) => el("li", {}, paper.word, " ", paper.url ? el("a", { href: paper.url, target: "_blank", rel: "noopener" }, paper.number) : paper.number)));
  }

  private found(): HTMLElement {
    const { findings, pictures } = this.draft.passage;
    const list = findings.map((each) => el("li", {}, level(each.level), " ", each.sentence, " ", el("small", { class: "dim" }, each.code)));
    const seen = pictures.map((each) => el("a", { href: each.url, target: "_blank", rel: "noopener" }, el("img", { src: each.url, alt: each.word, loading: "lazy" })));
    return el("div", { class: "stack" }, list.length ? el("ul", { class: "plain" }, ...list) : el("p", { class: "dim" }, say("no_findings")), seen.length ? el("div", { class: "shots" }, ...seen) : null);
  }

  private photos(): HTMLElement {
    const shots = el("ul", { class: "shots own" }), trouble = el("p", { class: "error", role: "alert", hidden: true });
    const input = el("input", { type: "file", accept: "image/*", capture: "environment", id: fresh("photo"), class: "only-read" });
    const draw = () => shots.replaceChildren(...this.draft.photos.map((photo) => this.shot(photo, draw)));
    input.onchange = async () => {
      trouble.hidden = true;
      for (const file of input.files ?? []) {
        if (this.draft.photos.length >= PHOTOS_MAX) break;
        try {
          const photo = await keep(this.desk.store, file, this.topic === "conveyance" ? "plate" : "vehicle");
          if (!this.draft.photos.some((each) => each.sha256 === photo.sha256)) this.draft.photos.push(photo);
          void place(photo).then((known) => known && this.desk.save(this.draft));
        } catch (wrong) {
          trouble.hidden = false;
          trouble.textContent = say(isFull(wrong) ? "not_kept" : "photo_unreadable");
        }
      }
      input.value = "";
      draw();
      this.changed();
    };
    draw();
    return el("section", { class: "photos" }, el("h3", {}, say("photos")), shots, trouble, input, el("label", { class: "button take", for: input.id }, say("photo_take")));
  }

  private shot(photo: Photo, draw: () => void): HTMLElement {
    const image = el("img", { alt: say(`of_${photo.of}`) });
    void address(this.desk.store, photo).then((url) => { if (url) image.src = url; });
    const of = choice(OF.map((each) => [each, say(`of_${each}`)]), photo.of, "", (value) => { photo.of = value as Photo["of"]; this.changed(); });
    of.setAttribute("aria-label", say("photo_of"));
    const away = () => {
      this.draft.photos = this.draft.photos.filter((each) => each !== photo);
      void this.desk.store.change({ kind: "photo", id: photo.sha256 });
      draw();
      this.changed();
    };
    const kb = say("kilobytes", { n: Math.ceil(photo.size / 1024) });
    return el("li", {}, image, of, el("small", { class: "dim" }, kb), el("button", { type: "button", onclick: away }, say("take_away")));
  }

  // --- decisions ---
  private decisions(): Node[] {
    const { passage } = this.draft;
    if (passage.procedure === false) return [el("p", { class: "note" }, say("no_procedure"))];
    const mine = due(passage).map((step) => this.decision(step));
    const others = passage.steps.filter((step) => step.due && !step.mine && !step.machine && !step.decided);
    const decided = passage.steps.filter((step) => step.mine && !step.machine && step.decided);
    const parts: Node[] = mine.length ? mine : [el("p", { class: "note" }, say("nothing_due"))];
    if (others.length) parts.push(el("p", { class: "note" }, `${say("others_due")}: ${others.map((step) => `${step.name} (${step.agency_word})`).join("; ")}`));
    if (decided.length) parts.push(el("details", { open: decided.some((step) => takenOf(this.draft, step.code)) }, el("summary", {}, say("decide_anew")), ...decided.map((step) => this.decision(step))));
    return parts;
  }

  private decision(step: Step): HTMLElement {
    const taken: Taken = takenOf(this.draft, step.code) ?? { step: step.code, outcome: "", remark: "", override: null, replaces: step.decided };
    const more = el("div", { class: "more" }), name = fresh("outcome");
    const keepIt = () => {
      setStep(this.draft, taken);
      this.changed();
    };
    const draw = () => more.replaceChildren(...this.reasons(step, taken, keepIt, draw));
    const options = step.outcomes.map((each) =>
      el("label", { class: "option" },
        el("input", { type: "radio", name, value: each.code, checked: taken.outcome === each.code, onchange: () => { taken.outcome = each.code; keepIt(); draw(); } }),
        el("span", {}, el("b", {}, each.name), " ", el("small", { class: "dim" }, each.effect_word))));
    draw();
    return el("fieldset", { class: "decision", "data-step": step.code }, el("legend", {}, step.name), this.about(step), el("div", { class: "options" }, ...options), more);
  }

  private about(step: Step): HTMLElement {
    const made = el("p", { class: "meta" }, el("span", {}, step.agency_word), step.decided_as ? el("span", {}, `${say("decided_as")}: ${step.decided_as}`) : null);
    for (const proof of step.proofs) put(made, proof.there ? el("span", {}, `✓ ${proof.word}`) : level("medium", `${proof.word}: ${say("missing")}`));
    if (step.norm_s !== null && step.asked_at !== null && !step.decided) {
      const timer = el("span", { class: "norm" });
      this.timers.push({ element: timer, since: step.asked_at, norm: step.norm_s * 1000 });
      put(made, timer);
    }
    return made;
  }

  private reasons(step: Step, taken: Taken, keepIt: () => void, draw: () => void): Node[] {
    const parts: Node[] = [];
    if (asksOverride(step, taken.outcome) || taken.override) {
      parts.push(field(say("override"), choice(Object.entries(start.overrides), taken.override ?? "", say("choose"), (value) => { taken.override = value || null; keepIt(); draw(); })));
    }
    const remark = el("input", { value: taken.remark ?? "", maxlength: REMARK_MAX, autocomplete: "off", oninput: () => { taken.remark = remark.value; keepIt(); } });
    if (asksRemark(step, taken)) parts.push(field(say("remark_wanted"), remark));
    else if (taken.outcome) parts.push(el("details", { open: Boolean(taken.remark) }, el("summary", {}, say("remark_add")), field(say("remark"), remark)));
    return parts;
  }

  // --- check and sign ---
  private summary(): HTMLElement {
    const { draft } = this, rows: Node[] = [];
    for (const topic of ["conveyance", "papers", "weight", "seals"] as const) {
      for (const name of FIELDS[topic]) {
        if (!fieldOf(draft.passage, name).claims.length && !noteOf(draft, name) && !["plate", "gross_kg", "seals"].includes(name)) continue;
        rows.push(el("dt", {}, say(`field_${name}`)), el("dd", {}, claims(draft, name), noted(draft, name), this.change(topic, say(`field_${name}`))));
      }
      if (topic === "papers") rows.push(el("dt", {}, say("topic_papers")), el("dd", {}, draft.passage.papers.length ? draft.passage.papers.map((each) => `${each.word} ${each.number}`).join("; ") : say("no_papers"), this.change(topic, say("topic_papers"))));
    }
    const worst = draft.passage.findings.map((each) => el("div", {}, level(each.level), " ", each.sentence));
    const photos = draft.photos.length ? el("div", {}, say("photos_n", { n: draft.photos.length })) : null;
    rows.push(el("dt", {}, say("topic_findings")), el("dd", {}, ...(worst.length ? worst : [say("no_findings")]), photos, this.change("findings", say("topic_findings"))));
    return el("dl", { class: "terms check" }, ...rows);
  }

  private change(topic: Topic, of: string): HTMLElement {
    return el("a", { class: "change", href: `#/${encodeURIComponent(this.draft.id)}/${topic}`, "aria-label": `${say("change")}: ${of}` }, say("change"));
  }

  private signature(): HTMLElement {
    const box = el("div", { class: "faults error", role: "alert", tabindex: "-1", hidden: true });
    return el("div", { class: "stack" }, box, el("p", { class: "row" }, el("button", { class: "primary sign-it" }, say("sign")), el("small", { class: "dim" }, say("sign_says", { login: start.login }))));
  }

  private tell(box: HTMLElement): Fault[] {
    const wrong = faults(this.draft);
    const told = wrong.map((fault) => el("li", {}, el("a", { href: `#/${encodeURIComponent(this.draft.id)}/${fault.topic}` }, `${this.nameOf(fault)}: ${say(`fault_${fault.why}`)}`)));
    box.replaceChildren(el("p", {}, say("faults")), el("ul", { class: "plain" }, ...told));
    box.hidden = wrong.length === 0;
    return wrong;
  }

  private nameOf(fault: Fault): string {
    if (fault.why === "nothing" && fault.topic === "conveyance") return say("topic_conveyance");
    if (fault.topic === "decisions") return this.draft.passage.steps.find((step) => step.code === fault.of)?.name ?? say("topic_decisions");
    return fault.of === "lane" ? say("lane") : say(`field_${fault.of}`);
  }

  private async sign(): Promise<void> {
    const box = this.page.querySelector<HTMLElement>(".faults");
    if (box && this.tell(box).length) return box.focus();
    const button = this.page.querySelector<HTMLButtonElement>(".sign-it");
    button?.setAttribute("disabled", "");
    try {
      await this.desk.sign(this.draft);
    } catch (wrong) {
      button?.removeAttribute("disabled");
      if (!box || !isFull(wrong)) throw wrong;
      box.replaceChildren(el("p", {}, say("not_kept")));
      box.hidden = false;
      box.focus();
    }
  }
}

/** Whether the device has no room left. */
function isFull(wrong: unknown): boolean {
  return wrong instanceof DOMException && wrong.name === "QuotaExceededError";
}

/** What of a passage a form shows, to tell whether it shows the latest. */
function known(passage: Passage): string {
  const steps = passage.steps.map((step) => [step.code, step.due, step.decided, step.proofs]);
  return JSON.stringify([passage.after, passage.fields, passage.papers, passage.findings, steps]);
}
