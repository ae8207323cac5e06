/** What is signed and waits to be sent. An entry leaves the outbox only when the house said that the log has it. */
import type { Answer, Kept, Passage, Photo, Record } from "./passages-contract";
import { type Heard, type Proof, show, tell } from "./passages-line";
import type { Store } from "./passages-store";
import { now } from "./passages-start";

const AGAIN_MS = 2_000; // first pause after the house did not answer
const AGAIN_MS_MAX = 60_000;
const READ_MS = 300;
const DONE_MAX = 50; // slips of this shift that may be printed again

/** `waiting`: to be sent; `conflict`: another record or another conveyance stands there; `unfit`: the house cannot read it. */
export type Sending = "waiting" | "conflict" | "unfit";

export interface Entry {
  record: Record;
  place: string;
  passage: Passage; // as it stood when it was signed
  plate: string;
  country: string | null;
  sending: Sending;
  said: string;
  answer: Answer | null;
}

/** What stays of an entry once the log has it. */
export interface Done {
  record: Record;
  passage: Passage;
  plate: string;
  country: string | null;
  crossing: string;
  at: number;
}

/** What sending waits for, other than a line. */
export type Wanted = { ask: "sign_in" } | { ask: "presence"; password: boolean; said: string } | null;

export class Outbox {
  entries: Entry[] = [];
  done: Done[] = [];
  wanted: Wanted = null;
  private pause = AGAIN_MS;
  private timer = 0;
  private reading = 0;
  private readonly tabs = new BroadcastChannel("beket-outbox");

  /** `changed` is told after each entry, with the passage as it stands now where the house said it. */
  constructor(private readonly store: Store, private readonly changed: (passage: Passage | null) => void) {
    this.tabs.onmessage = () => {
      clearTimeout(this.reading); // another tab that sends a shift's work says so hundreds of times
      this.reading = window.setTimeout(() => void this.read().then(() => this.changed(null)), READ_MS);
    };
  }

  /** Read what is kept, as another tab may have left it. */
  async read(): Promise<void> {
    [this.entries, this.done] = await Promise.all([this.store.all<Entry>("out"), this.store.all<Done>("done")]);
    this.settle(this.entries);
  }

  private settle(entries: Entry[]): void {
    this.entries = entries.sort((one, other) => one.record.signed_at - other.record.signed_at);
    localStorage.setItem(`beket:unsent:${this.store.login}`, String(entries.length));
  }

  private put(entry: Entry): void {
    this.settle([...this.entries.filter((each) => each.record.id !== entry.record.id), entry]);
  }

  private without(id: string): void {
    this.settle(this.entries.filter((each) => each.record.id !== id));
  }

  of(crossing: string): Entry | undefined {
    return this.entries.find((entry) => entry.record.crossing === crossing);
  }

  get waiting(): number {
    return this.entries.length;
  }

  /** Put a signed record in, and take the draft out, in one. */
  async sign(entry: Entry, draft: string): Promise<void> {
    await this.store.change({ kind: "out", id: entry.record.id, value: entry }, { kind: "draft", id: draft });
    this.put(entry);
    this.tell();
  }

  /** Put another record in an entry's place, or nothing. */
  async instead(old: Entry, entry: Entry | null): Promise<void> {
    const gone = { kind: "out" as const, id: old.record.id };
    await this.store.change(gone, ...(entry ? [{ kind: "out" as const, id: entry.record.id, value: entry }] : []));
    this.without(old.record.id);
    if (entry) this.put(entry);
    this.tell();
  }

  private tell(passage: Passage | null = null): void {
    this.tabs.postMessage("changed");
    this.changed(passage);
  }

  /** Send what waits; one tab does it for all. Gives what sending waits for. */
  async flush(proof: Proof | null = null): Promise<void> {
    clearTimeout(this.timer);
    await navigator.locks.request(`beket-outbox:${this.store.login}`, { ifAvailable: true }, async (lock) => {
      if (lock) await this.sendAll(proof);
    });
  }

  private async sendAll(proof: Proof | null): Promise<void> {
    await this.read();
    this.wanted = null;
    for (const entry of this.entries.filter((each) => each.sending === "waiting")) {
      const heard = await this.send(entry, proof);
      proof = null; // it was shown; the house remembers it for the next ones
      if (!(await this.took(entry, heard))) return;
    }
    this.pause = AGAIN_MS;
  }

  private async send(entry: Entry, proof: Proof | null): Promise<Heard<Answer>> {
    for (const photo of [...entry.record.photos].sort((one, other) => one.size - other.size)) {
      const heard = await this.sendPhoto(entry, photo);
      if (heard && heard.kind !== "ok") return heard as Heard<Answer>;
    }
    return tell<Answer>(`/passages/${entry.place}/record`, entry.record, proof);
  }

  /** A photograph goes before the record that names it, and leaves the device once the house has it. */
  private async sendPhoto(entry: Entry, photo: Photo): Promise<Heard<Kept> | null> {
    const bytes = await this.store.bytes("photo", photo.sha256);
    if (!bytes) return null;
    const heard = await show<Kept>(`/passages/${entry.place}/photos`, bytes);
    if (heard.kind === "ok") await this.store.change({ kind: "photo", id: photo.sha256 });
    return heard;
  }

  /** Whether to go on with the next one. */
  private async took(entry: Entry, heard: Heard<Answer>): Promise<boolean> {
    if (heard.kind === "ok" && heard.body.outcome !== "awaited") return this.isDone(entry, heard.body);
    if (heard.kind === "refused") return this.keep({ ...entry, sending: "conflict", said: heard.body.said, answer: heard.body });
    if (heard.kind === "unfit") return this.keep({ ...entry, sending: "unfit", said: heard.said });
    if (heard.kind === "presence") this.wanted = { ask: "presence", password: heard.password, said: heard.said };
    else if (heard.kind === "sign_in") this.wanted = { ask: "sign_in" };
    else this.later();
    this.changed(null);
    return false;
  }

  private async isDone(entry: Entry, answer: Answer): Promise<boolean> {
    const { record, passage, plate, country } = entry;
    const done: Done = { record, passage: { ...passage, pictures: [] }, plate, country, crossing: answer.passage?.id ?? record.crossing ?? "", at: now() };
    const old = this.done.slice(0, Math.max(0, this.done.length + 1 - DONE_MAX));
    await this.store.change(
      { kind: "out", id: record.id },
      { kind: "done", id: record.id, value: done },
      ...old.map((each) => ({ kind: "done" as const, id: each.record.id })),
    );
    this.without(record.id);
    this.done = [...this.done.slice(old.length), done];
    this.tell(answer.passage);
    return true;
  }

  private async keep(entry: Entry): Promise<boolean> {
    await this.store.change({ kind: "out", id: entry.record.id, value: entry });
    this.put(entry);
    this.tell();
    return true;
  }

  /** The house did not answer: try again, each time a little later, and not all tablets at once. */
  private later(): void {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.flush(), this.pause * (0.75 + Math.random() / 2));
    this.pause = Math.min(AGAIN_MS_MAX, this.pause * 2);
  }

  /** The line is back: do not wait for the pause to end. */
  async now(): Promise<void> {
    this.pause = AGAIN_MS;
    await this.flush();
  }
}
