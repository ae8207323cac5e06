/** Talks with the house: every answer is one of a few things that may follow. */
import type { Asked } from "./passages-contract";
import { start } from "./passages-start";

const ANSWER_MS = 20_000; // a line of 256 kbit/s carries an answer in this many times over
const PHOTO_MS = 120_000;
const IS_ASKING = new Set([401, 403]);
const IS_REFUSED = 409;
const IS_WAITING = new Set([408, 425, 429]);

/** What came of asking. `down`: the house did not answer, or could not; `unfit`: it never will, as this stands. */
export type Heard<T> =
  | { kind: "ok" | "refused"; body: T }
  | { kind: "sign_in" | "down" }
  | { kind: "presence"; password: boolean; said: string }
  | { kind: "unfit"; said: string };

/** Proof of presence that goes with one request: a header and what it says, percent-encoded. */
export type Proof = [name: "X-Proof-Password" | "X-Proof-Passkey", value: string];

let form = start.form;

/** The token of forms as the house gave it last. */
export function formIs(given: string): void {
  form = given;
}

export function formNow(): string {
  return form;
}

/** Look something up. */
export function look<T>(path: string): Promise<Heard<T>> {
  return ask(path, {}, ANSWER_MS);
}

/** Hand something over. */
export function tell<T>(path: string, body: unknown, proof: Proof | null = null): Promise<Heard<T>> {
  const headers: { [name: string]: string } = { "Content-Type": "application/json", "X-CSRFToken": form };
  if (proof) headers[proof[0]] = proof[1];
  return ask(path, { method: "POST", headers, body: JSON.stringify(body) }, ANSWER_MS);
}

/** Hand a photograph over. */
export function show<T>(path: string, jpeg: ArrayBuffer): Promise<Heard<T>> {
  return ask(path, { method: "POST", headers: { "Content-Type": "image/jpeg", "X-CSRFToken": form }, body: jpeg }, PHOTO_MS);
}

async function ask<T>(path: string, how: RequestInit, ms: number): Promise<Heard<T>> {
  try {
    const headers = { ...how.headers, Accept: "application/json" };
    const answer = await fetch(path, { ...how, headers, redirect: "manual", credentials: "same-origin", signal: AbortSignal.timeout(ms) });
    if (answer.type === "opaqueredirect") return { kind: "sign_in" }; // the desk leads to its door
    return await understood<T>(answer);
  } catch {
    return { kind: "down" };
  }
}

async function understood<T>(answer: Response): Promise<Heard<T>> {
  const body = (await answer.json().catch(() => undefined)) as unknown;
  if (answer.ok) return body === undefined ? { kind: "down" } : { kind: "ok", body: body as T };
  if (answer.status === IS_REFUSED && body !== undefined) return { kind: "refused", body: body as T };
  if (IS_ASKING.has(answer.status)) return asking(answer.status, body as Partial<Asked> | undefined);
  if (answer.status >= 500 || IS_WAITING.has(answer.status)) return { kind: "down" };
  return { kind: "unfit", said: (body as Partial<Asked> | undefined)?.said ?? String(answer.status) };
}

function asking<T>(status: number, body: Partial<Asked> | undefined): Heard<T> {
  if (body?.ask === "presence") return { kind: "presence", password: body.password === true, said: body.said ?? "" };
  if (body?.ask === "duty") return { kind: "unfit", said: body.said ?? String(status) }; // coming again changes nothing
  if (status === 401 || body?.ask === "sign_in") return { kind: "sign_in" };
  return { kind: "down" }; // a form's token that is too old: the next look at the queue brings another
}
