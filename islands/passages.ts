/**
 * The inspector's desk: the queue of a post, the form of a conveyance, and what is signed and not yet sent.
 *
 * It works without a line for a shift. What a person does is kept on the device before anything is sent, sealed with a key
 * that only their PIN gives; what is signed leaves the device when the house says that the log has it.
 */
import type { Answer, Passage, Queue, Record } from "./passages-contract";
import { conflict } from "./passages-conflict";
import { type Draft, draftOf, draftOfNew, firstTopic, isTouched, noteOf, recordOf, type Topic, topicsOf } from "./passages-draft";
import { el, level, plate, put, text } from "./passages-dom";
import { Form } from "./passages-form";
import { enter, lock, prove } from "./passages-gate";
import { formIs, formNow, look, tell } from "./passages-line";
import { Outbox, type Entry } from "./passages-outbox";
import { QueueView } from "./passages-queue";
import { slip } from "./passages-slip";
import { clockIs, moment, now, say, span, start } from "./passages-start";
import { drop, type Store } from "./passages-store";

const CACHE = "beket-passages-1"; // also in passages-worker.ts
const LOOK_MS = 4_000;
const LOOK_MS_HIDDEN = 30_000;
const LOOK_SHARE = 3; // a line that carries the picture slowly is left free three quarters of the time
const PICTURE_MS = 20_000;
const OLD_MS = 60_000; // a picture older than this is said to be old
const SAVE_MS = 250; // a hand that types fast is written down once

const host = document.getElementById("passages") as HTMLElement;
const banner = document.getElementById("passages-banner") as HTMLElement;

class Desk {
  private queue: Queue | null = null;
  private linked = false;
  private signedOut = false;
  private readonly drafts = new Map<string, Draft>();
  private readonly outbox: Outbox;
  private form: Form | null = null;
  private list: QueueView | null = null;
  private saving = 0;
  private unsaved: Draft | null = null;
  private looking = 0;
  private proving = false; // somebody is at the desk who may be asked
  private proved = false;
  private picture = { is: "", at: 0 };

  constructor(private readonly store: Store) {
    this.outbox = new Outbox(store, (passage) => this.heard(passage));
  }

  async begin(): Promise<void> {
    this.queue = (await this.store.get<Queue>("queue", start.place)) ?? null;
    for (const draft of await this.store.all<Draft>("draft")) this.drafts.set(draft.id, draft);
    await this.outbox.read();
    addEventListener("hashchange", () => void this.route());
    addEventListener("online", () => void this.refresh());
    addEventListener("offline", () => { this.linked = false; this.drawBanner(); });
    addEventListener("pagehide", () => void this.save());
    document.addEventListener("visibilitychange", () => void (document.hidden ? this.save() : this.refresh()));
    for (const form of document.querySelectorAll<HTMLFormElement>('form[action="/sign-out"]')) form.addEventListener("submit", (event) => this.leave(event, form));
    setInterval(() => this.drawBanner(), 1000);
    await this.route();
    await this.refresh();
  }

  // --- what the house says ---
  private async refresh(): Promise<void> {
    clearTimeout(this.looking);
    const began = performance.now();
    await this.look();
    const pause = Math.max(document.hidden ? LOOK_MS_HIDDEN : LOOK_MS, LOOK_SHARE * (performance.now() - began));
    if (this.linked && this.outbox.waiting && !this.outbox.wanted) await this.outbox.now();
    this.looking = window.setTimeout(() => void this.refresh(), pause);
  }

  private async look(): Promise<void> {
    const heard = await look<Queue>(`/passages/${start.place}.json`);
    this.linked = heard.kind !== "down";
    this.signedOut = heard.kind === "sign_in";
    if (heard.kind === "ok" && heard.body.me.login !== start.login) return location.reload(); // another officer signed in
    if (heard.kind === "ok") {
      this.queue = heard.body;
      clockIs(heard.body.at);
      formIs(heard.body.form);
      this.list?.draw(this.queue);
      const shown = this.form && this.passageOf(this.form.draft.id);
      if (shown) this.form?.news(shown);
      await this.keepPicture(this.queue);
    }
    this.drawBanner();
  }

  /** A picture is written down when it is another one, or so old that its age would be wrong. */
  private async keepPicture(queue: Queue): Promise<void> {
    const picture = JSON.stringify(queue.passages);
    if (picture === this.picture.is && queue.at - this.picture.at < PICTURE_MS) return;
    this.picture = { is: picture, at: queue.at };
    await this.store.change({ kind: "queue", id: start.place, value: queue });
  }

  private heard(passage: Passage | null): void {
    if (passage) this.know(passage);
    if (this.queue) this.list?.draw(this.queue);
    this.drawBanner();
    const shown = location.hash.slice(2).split("/")[0] ?? "";
    if (shown === "outbox" || shown === "slip") void this.route();
    if (this.outbox.wanted?.ask === "presence" && !document.hidden && this.proving) void this.prove();
  }

  /** A passage stands otherwise than the picture has it. */
  private know(passage: Passage): void {
    if (!this.queue) return;
    this.queue.passages = this.queue.passages.map((each) => (each.id === passage.id ? passage : each));
  }

  private passageOf(id: string): Passage | undefined {
    return this.queue?.passages.find((each) => each.id === id);
  }

  // --- pages ---
  private async route(): Promise<void> {
    await this.save();
    this.form?.end();
    this.list?.end();
    this.form = this.list = null;
    const [first = "", second = ""] = location.hash.slice(2).split("/").map(decodeURIComponent);
    if (first === "outbox") this.draw(this.outboxPage());
    else if (first === "slip") this.draw(this.slipPage(second));
    else if (first === "conflict") this.draw(this.conflictPage(second));
    else if (first) await this.open(first, second as Topic);
    else this.queuePage();
    this.drawBanner();
  }

  private draw(page: HTMLElement): void {
    host.replaceChildren(page);
    page.querySelector<HTMLElement>("#topic")?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }

  private queuePage(): void {
    this.list = new QueueView((passage) => {
      const entry = this.outbox.of(passage.id);
      return { waiting: entry?.sending === "waiting", conflict: entry !== undefined && entry.sending !== "waiting", begun: this.isBegun(passage.id) };
    });
    const begun = [...this.drafts.values()].filter((draft) => isTouched(draft) && !this.passageOf(draft.id));
    const unsigned = begun.map((draft) => el("li", {}, el("a", { href: `#/${encodeURIComponent(draft.id)}` }, plate(noteOf(draft, "plate")?.value ?? draft.passage.plate, null)), " ", el("small", { class: "dim" }, moment(draft.began_at))));
    const seen = el("button", { type: "button", class: "new", onclick: () => this.openNew() }, say("new"));
    this.draw(el("div", { class: "stack" }, el("p", { class: "row" }, seen), this.list.element, unsigned.length ? el("section", { class: "card" }, el("h2", {}, say("begun_not_signed")), el("ul", { class: "plain inside" }, ...unsigned)) : null));
    if (this.queue) this.list.draw(this.queue);
  }

  private isBegun(id: string): boolean {
    const draft = this.drafts.get(id);
    return draft !== undefined && isTouched(draft);
  }

  private openNew(): void {
    const like = this.queue?.passages.find((passage) => passage.steps.some((step) => step.mine && !step.machine)) ?? this.queue?.passages[0];
    const draft = draftOfNew(like);
    draft.passage.lane = localStorage.getItem(`beket:lane:${start.place}`) ?? "";
    this.drafts.set(draft.id, draft);
    location.hash = `#/${draft.id}`;
  }

  private async open(id: string, topic: Topic): Promise<void> {
    const entry = this.outbox.of(id);
    if (entry) return void location.replace(entry.sending === "conflict" ? `#/conflict/${entry.record.id}` : `#/slip/${entry.record.id}`);
    let draft = this.drafts.get(id);
    const passage = this.passageOf(id);
    if (!draft && !passage) return this.draw(this.message("passage_gone"));
    const refused = passage && (await this.take(passage));
    if (refused && (this.linked || !draft)) return this.draw(refused);
    const fresh = this.passageOf(id);
    if (draft && fresh && !isTouched(draft) && !topic) draft = undefined; // nothing was written: begin from what is known now
    if (!draft && fresh) draft = draftOf(fresh);
    if (!draft) return this.draw(this.message("passage_gone"));
    this.drafts.set(id, draft);
    this.form = new Form(draft, {
      store: this.store, lanes: this.queue?.lanes ?? [],
      save: (changed) => this.later(changed),
      sign: (signed) => this.sign(signed),
      go: (to) => { location.hash = `#/${encodeURIComponent(id)}/${to}`; },
      back: () => { location.hash = "#/"; },
    });
    host.replaceChildren(this.form.element);
    this.form.show(topicsOf(draft).includes(topic) ? topic : firstTopic(draft));
    scrollTo(0, 0);
  }

  /** Take a passage, or say why it cannot be recorded here now. */
  private async take(passage: Passage): Promise<HTMLElement | null> {
    if (passage.taken_by === start.login) return null;
    const heard = await tell<Answer>(`/passages/${start.place}/take`, { crossing: passage.id, seen: null });
    if (heard.kind === "ok" || heard.kind === "refused") {
      if (heard.body.passage) this.know(heard.body.passage);
      if (heard.kind === "ok") return null;
      return this.takenBy(heard.body.passage ?? passage, heard.body.said);
    }
    if (heard.kind === "presence") {
      const proof = await prove(heard.password, heard.said);
      const again = proof && (await tell<Answer>(`/passages/${start.place}/take`, { crossing: passage.id, seen: null }, proof));
      if (again?.kind !== "ok") return this.message("passage_not_taken");
      if (again.body.passage) this.know(again.body.passage);
      return null;
    }
    if (heard.kind === "sign_in") this.signedOut = true;
    if (heard.kind === "down") this.linked = false;
    return this.message(heard.kind === "unfit" ? heard.said : heard.kind === "sign_in" ? "signed_out" : "only_taken_offline");
  }

  private takenBy(passage: Passage, said: string): HTMLElement {
    const over = async () => {
      const heard = await tell<Answer>(`/passages/${start.place}/take`, { crossing: passage.id, seen: passage.taken_by });
      if (heard.kind === "ok" && heard.body.passage) this.know(heard.body.passage);
      if (heard.kind === "ok" || heard.kind === "refused") void this.route();
    };
    return el("section", { class: "card narrow" }, el("h2", { id: "topic", tabindex: "-1" }, say("taken_title"), " ", plate(passage.plate, passage.country)), el("div", { class: "inside stack" }, el("p", {}, said || say("taken_by", { login: passage.taken_by ?? "" })), el("p", { class: "row" }, el("button", { type: "button", class: "primary", onclick: () => void over() }, say("take_over")), el("a", { class: "button", href: "#/" }, say("to_queue")))));
  }

  private message(key: string): HTMLElement {
    return el("section", { class: "card narrow" }, el("h2", { id: "topic", tabindex: "-1" }, say(key)), el("p", { class: "inside" }, el("a", { class: "button", href: "#/" }, say("to_queue"))));
  }

  // --- drafts and signing ---
  private later(draft: Draft): void {
    this.unsaved = draft;
    clearTimeout(this.saving);
    this.saving = window.setTimeout(() => void this.save(), SAVE_MS);
  }

  private async save(): Promise<void> {
    clearTimeout(this.saving);
    const draft = this.unsaved;
    this.unsaved = null;
    if (draft) await this.store.change({ kind: "draft", id: draft.id, value: draft });
  }

  private async sign(draft: Draft): Promise<void> {
    clearTimeout(this.saving);
    this.unsaved = null;
    const written = noteOf(draft, "plate"), { passage } = draft;
    const entry: Entry = {
      record: recordNow(draft, !this.linked), place: start.place, passage, plate: written?.value ?? passage.plate ?? "", country: written?.country ?? passage.country,
      sending: "waiting", said: "", answer: null,
    };
    await this.outbox.sign(entry, draft.id);
    this.drafts.delete(draft.id);
    location.hash = `#/slip/${entry.record.id}`;
    this.proving = true; // who just signed is at the desk: ask at once if the house asks
    await this.outbox.now();
    this.proving = false;
    void this.look();
  }

  private async prove(): Promise<void> {
    const { wanted } = this.outbox;
    if (wanted?.ask !== "presence") return;
    this.proving = false;
    const proof = await prove(wanted.password, this.proved ? wanted.said : "");
    this.proved = proof !== null; // asked again after that, it was not the right one
    if (!proof) return;
    this.proving = true;
    await this.outbox.flush(proof);
    this.proving = this.proved = false;
  }

  // --- what was signed ---
  private outboxPage(): HTMLElement {
    const rows = this.outbox.entries.map((entry) => el("tr", {}, el("td", {}, plate(entry.plate, entry.country)), el("td", {}, moment(entry.record.signed_at)), el("td", {}, sending(entry), entry.said ? el("div", { class: "dim" }, entry.said) : null), el("td", {}, ...this.acts(entry))));
    const done = [...this.outbox.done].reverse().map((each) => el("tr", {}, el("td", {}, plate(each.plate, each.country)), el("td", {}, moment(each.record.signed_at)), el("td", {}, say("in_the_log")), el("td", {}, el("a", { class: "button", href: `/crossings/${each.crossing}/slip`, target: "_blank", rel: "noopener" }, say("slip")))));
    const heads = ["plate", "signed", "state", "act"].map((name) => el("th", { scope: "col" }, say(`column_${name}`)));
    return el("div", { class: "stack" }, el("p", { class: "row" }, el("a", { class: "button", href: "#/" }, say("to_queue"))), el("section", { class: "card" }, el("h2", { id: "topic", tabindex: "-1" }, say("outbox")),
      rows.length + done.length ? el("div", { class: "scroll" }, el("table", {}, el("thead", {}, el("tr", {}, ...heads)), el("tbody", {}, ...rows, ...done))) : el("p", { class: "empty" }, say("outbox_empty"))));
  }

  private acts(entry: Entry): HTMLElement[] {
    const paper = el("a", { class: "button", href: `#/slip/${entry.record.id}` }, say("slip"));
    if (entry.sending === "conflict") return [el("a", { class: "button", href: `#/conflict/${entry.record.id}` }, say("settle")), paper];
    if (entry.sending === "unfit") return [el("button", { type: "button", onclick: () => void this.reopen(entry) }, say("open_again")), paper];
    return [paper];
  }

  /** What the house does not take becomes a draft again, beside what stands there now. */
  private async reopen(entry: Entry): Promise<void> {
    const { record } = entry, passage = entry.answer?.passage ?? entry.passage, id = record.crossing ?? passage.id;
    const draft: Draft = { id, passage, began_at: record.began_at, seen: [], notes: record.notes, photos: record.photos, steps: record.steps };
    this.drafts.set(id, draft);
    await this.store.change({ kind: "draft", id, value: draft });
    await this.outbox.instead(entry, null);
    location.hash = `#/${encodeURIComponent(id)}/check`;
  }

  private conflictPage(id: string): HTMLElement {
    const entry = this.outbox.entries.find((each) => each.record.id === id);
    if (!entry) return this.outboxPage();
    return conflict(entry, { settle: (record) => this.settle(entry, record), reopen: () => this.reopen(entry) });
  }

  private async settle(entry: Entry, record: Record | null): Promise<void> {
    const passage = entry.answer?.passage ?? entry.answer?.candidates.find((each) => each.id === record?.crossing) ?? entry.passage;
    await this.outbox.instead(entry, record && { ...entry, record, passage, sending: "waiting", said: "", answer: null });
    location.hash = record ? `#/slip/${record.id}` : "#/outbox";
    this.proving = true;
    await this.outbox.now();
    this.proving = false;
  }

  private slipPage(id: string): HTMLElement {
    const entry = this.outbox.entries.find((each) => each.record.id === id), done = this.outbox.done.find((each) => each.record.id === id);
    const back = el("a", { class: "button", href: "#/" }, say("to_queue"));
    if (done) {
      const paper = el("a", { class: "button primary", href: `/crossings/${done.crossing}/slip`, target: "_blank", rel: "noopener" }, say("slip"));
      return el("section", { class: "card narrow" }, el("h2", { id: "topic", tabindex: "-1" }, say("signed_title"), " ", plate(done.plate, done.country)), el("div", { class: "inside stack" }, el("p", { role: "status" }, level("normal", say("in_the_log"))), el("p", { class: "row" }, paper, back)));
    }
    if (!entry) return this.message("passage_gone");
    if (entry.sending === "conflict") queueMicrotask(() => location.replace(`#/conflict/${id}`));
    const print = el("button", { type: "button", class: "primary", onclick: () => window.print() }, say("print"));
    return el("section", { class: "card narrow" }, el("h2", { id: "topic", tabindex: "-1" }, say("signed_title"), " ", plate(entry.plate, entry.country)), el("div", { class: "inside stack" }, el("p", { role: "status" }, sending(entry), entry.said ? ` ${entry.said}` : ""), el("p", { class: "row" }, print, back), slip(entry.record, entry.passage, entry.plate, entry.country)));
  }

  // --- the banner, and leaving ---
  private drawBanner(): void {
    document.documentElement.dataset["link"] = this.linked ? "on" : "off";
    const age = this.queue ? now() - this.queue.at : 0, conflicts = this.outbox.entries.filter((entry) => entry.sending !== "waiting").length;
    if (!banner.firstChild) put(banner, el("span", { class: "link", role: "status" }), el("a", { class: "unsent", href: "#/outbox" }), el("span", { class: "age" }), el("span", { class: "asks" }));
    const [link, unsent, old, asks] = [...banner.children] as [HTMLElement, HTMLElement, HTMLElement, HTMLElement];
    link.dataset["state"] = this.linked ? "on" : "off";
    text(link, say(this.linked ? "link_on" : "link_off"));
    text(unsent, conflicts ? say("waiting_conflicts", { n: this.outbox.waiting, m: conflicts }) : say("waiting", { n: this.outbox.waiting }));
    unsent.dataset["some"] = String(this.outbox.waiting > 0);
    text(old, this.queue ? say("picture_age", { n: span(age) }) : say("picture_none"));
    old.dataset["old"] = String(age > OLD_MS);
    const wanted = this.signedOut ? "sign_in" : (this.outbox.wanted?.ask ?? "");
    if (asks.dataset["ask"] === wanted) return;
    asks.dataset["ask"] = wanted;
    const next = encodeURIComponent(location.pathname);
    asks.replaceChildren(wanted === "sign_in" ? el("a", { class: "button", href: `/sign-in?next=${next}` }, say("sign_in")) : wanted === "presence" ? el("button", { type: "button", onclick: () => void this.prove() }, say("prove_send")) : "");
  }

  /** Signing out: desk.js has warned of what is not sent; with nothing left, nothing stays on the device.
   *  Without a line nobody can be signed out: the work is locked, and the PIN is asked for anew. */
  private leave(event: Event, form: HTMLFormElement): void {
    if (event.defaultPrevented) return;
    event.preventDefault();
    if (!this.linked) return void this.save().then(() => lock()).then(() => location.reload());
    const left = this.outbox.waiting > 0 || [...this.drafts.values()].some(isTouched);
    const token = form.elements.namedItem("csrfmiddlewaretoken");
    if (token instanceof HTMLInputElement) token.value = formNow(); // the page may be the one that was kept
    void this.save().then(() => lock()).then(() => (left ? undefined : drop(start.login))).then(() => form.submit());
  }
}

function recordNow(draft: Draft, offline: boolean): Record {
  const record = recordOf(draft, offline);
  return { ...record, notes: record.notes.map((note) => ({ ...note })), steps: record.steps.map((taken) => ({ ...taken })) };
}

function sending(entry: Entry): HTMLElement {
  if (entry.sending === "conflict") return level("high", say("mark_conflict"));
  return entry.sending === "unfit" ? level("high", say("mark_unfit")) : level("low", say("mark_waiting"));
}

/** Lay this page and its files down, so that it opens without a line even before the worker has seen them pass. */
async function layDown(): Promise<void> {
  const cache = await caches.open(CACHE);
  const named = [...document.querySelectorAll<HTMLLinkElement | HTMLScriptElement>("link[href], script[src]")].map((each) => new URL("href" in each ? each.href : each.src).pathname);
  for (const path of [location.pathname, ...named]) {
    if (await cache.match(path)) continue;
    const answer = await fetch(path, { redirect: "manual" }).catch(() => null);
    if (answer?.ok) await cache.put(path, answer);
  }
}

/** A page that was kept may be another officer's than who signed in since: the house's own is asked for then. */
async function isMine(): Promise<void> {
  const heard = await look<Queue>(`/passages/${start.place}.json`);
  if (heard.kind === "ok" && heard.body.me.login !== start.login) location.reload();
}

async function main(): Promise<void> {
  if (!("serviceWorker" in navigator) || !globalThis.crypto?.subtle || !navigator.locks) {
    host.replaceChildren(el("p", { class: "error", role: "alert" }, say("no_https")));
    return;
  }
  void navigator.serviceWorker.register("/passages/worker.js", { scope: "/passages" }).catch(() => undefined);
  void navigator.storage?.persist?.();
  void isMine();
  const store = await enter(host);
  void layDown();
  await new Desk(store).begin();
}

void main();
