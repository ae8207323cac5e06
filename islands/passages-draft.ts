/** What an officer makes of one conveyance before signing, and what is still wanting. Nothing here touches the page. */
import type { Claim, Field, FieldName, Note, Passage, Photo, Record, Step, Taken } from "./passages-contract";
import { newId, now } from "./passages-start";

export const TOPICS = ["conveyance", "papers", "weight", "seals", "findings", "decisions", "check"] as const;
export type Topic = (typeof TOPICS)[number];
export type TopicState = "none" | "begun" | "done" | "second";

export const FIELDS: { [topic in "conveyance" | "papers" | "weight" | "seals"]: FieldName[] } = {
  conveyance: ["plate", "trailer", "container", "vin", "persons"],
  papers: ["packages"],
  weight: ["gross_kg"],
  seals: ["seals"],
};
/** What a machine reads: written by hand only with a reason and a photograph (reference 01 §7.4). */
export const READ: ReadonlySet<FieldName> = new Set<FieldName>(["plate", "trailer", "container", "gross_kg"]);
const CLEARING = new Set(["clears", "clears_with_conditions", "diverts"]);
const AMISS = new Set(["medium", "high", "critical"]);
const MASS_SHARE = 0.02; // a scale errs by up to 1 %, a paper is rounded
const KG_BOX = /^([0-9A-Z]{2})KG([0-9A-Z]{5,6})$/;
const VIN = /^[A-HJ-NPR-Z0-9]{17}$/;
const NUMBER = /^\d{1,7}([.,]\d{1,3})?$/;
const COUNT = /^\d{1,9}$/;
export const NEW = "new-"; // what the house did not see has a name of the device's own until then

export interface Draft {
  id: string; // of the passage, or NEW and a name of its own
  passage: Passage; // as it stood when the form was opened: what the form is filled from
  began_at: number;
  seen: Topic[];
  notes: Note[];
  photos: Photo[];
  steps: Taken[];
}

export interface Fault {
  topic: Topic;
  of: string; // a field, a step, or what is wanting as such
  why: "no_why" | "no_photo" | "no_outcome" | "no_override" | "no_remark" | "bad_vin" | "bad_number" | "bad_count" | "no_plate" | "no_lane" | "nothing";
}

/** The pages of a form: where no procedure is in force nothing is decided. A draft that was kept before had one. */
export function topicsOf(draft: Draft): Topic[] {
  return TOPICS.filter((topic) => topic !== "decisions" || draft.passage.procedure !== false);
}

/** Begin with what the house knows. */
export function draftOf(passage: Passage): Draft {
  return { id: passage.id, passage, began_at: now(), seen: [], notes: [], photos: [], steps: [] };
}

/** A conveyance that the house did not see: its steps are those that others here go through. */
export function draftOfNew(like: Passage | undefined): Draft {
  const steps = (like?.steps ?? []).filter((step) => step.mine && !step.machine).map(asNew);
  const passage: Passage = {
    id: NEW + newId(), plate: null, country: null, lane: "", direction: like?.direction ?? "in", opened_at: now(), procedure: like?.procedure ?? true, state: "", state_word: "", proven: false,
    level: "", taken_by: null, after: null, fields: [], papers: [], findings: [], pictures: [], steps, records: [],
  };
  return draftOf(passage);
}

function asNew(step: Step): Step {
  return { ...step, due: true, state: "pending", state_word: "", level: "", proofs: [], decided: null, decided_as: "", asked_at: null };
}

export function isNew(draft: Draft): boolean {
  return draft.id.startsWith(NEW);
}

/** Whether anything was done that would be lost. */
export function isTouched(draft: Draft): boolean {
  return draft.notes.length + draft.photos.length + draft.steps.length > 0;
}

export function fieldOf(passage: Passage, name: FieldName): Field {
  return passage.fields.find((each) => each.name === name) ?? { name, value: "", country: null, claims: [] };
}

export function noteOf(draft: Draft, name: FieldName): Note | undefined {
  return draft.notes.find((each) => each.field === name);
}

/** What a value is compared by: some cameras read the KG of a Kyrgyz plate's box along (words/plates.py). */
function key(name: FieldName, value: string): string {
  return name === "plate" || name === "trailer" ? value.replace(KG_BOX, "$1$2") : value;
}

/** Whether somebody told what is shown first. */
export function agrees(field: Field, claim: Claim): boolean {
  return key(field.name, claim.value) === key(field.name, field.value);
}

/** Those who told something else. */
export function others(field: Field): Claim[] {
  return field.claims.filter((claim) => !agrees(field, claim));
}

/** Those of them who disagree: a mass may be off by what papers are rounded to; the house's findings say the rest. */
export function differing(field: Field): Claim[] {
  if (field.name !== "gross_kg") return others(field);
  return others(field).filter((claim) => !(Math.abs(Number(claim.value) - Number(field.value)) <= MASS_SHARE * Number(field.value)));
}

/** Steps of this officer's agency whose turn it is. */
export function due(passage: Passage): Step[] {
  return passage.steps.filter((step) => step.mine && step.due && !step.machine && !step.decided);
}

/** What is written, set or taken back: a note without a value is none. */
export function setNote(draft: Draft, note: Note): void {
  draft.notes = draft.notes.filter((each) => each.field !== note.field);
  if (note.value.trim()) draft.notes.push({ ...note, value: note.value.trim() });
}

export function setStep(draft: Draft, taken: Taken): void {
  draft.steps = draft.steps.filter((each) => each.step !== taken.step);
  if (taken.outcome) draft.steps.push(taken);
}

export function takenOf(draft: Draft, code: string): Taken | undefined {
  return draft.steps.find((each) => each.step === code);
}

/** Whether an outcome lets the conveyance go on. */
export function clears(step: Step, outcome: string): boolean {
  return CLEARING.has(step.outcomes.find((each) => each.code === outcome)?.effect ?? "");
}

/** Whether a reason is asked for: it clears, and its proof is missing; what is noted takes no proof's place. */
export function asksOverride(step: Step, outcome: string): boolean {
  return clears(step, outcome) && step.proofs.some((proof) => !proof.there);
}

/** Whether somebody must say in words why: what stops a conveyance, and a reason that is none of the list. */
export function asksRemark(step: Step, taken: Taken): boolean {
  return taken.outcome !== "" && (!clears(step, taken.outcome) || taken.override === "other");
}

/** What is wanting before this can be signed. */
export function faults(draft: Draft): Fault[] {
  const found = [...draft.notes.flatMap((note) => faultsOf(draft, note)), ...draft.steps.flatMap((taken) => faultsOfStep(draft, taken))];
  if (isNew(draft) && !noteOf(draft, "plate")) found.unshift({ topic: "conveyance", of: "plate", why: "no_plate" });
  if (isNew(draft) && !draft.passage.lane) found.unshift({ topic: "conveyance", of: "lane", why: "no_lane" });
  if (!isTouched(draft)) found.push({ topic: draft.passage.procedure === false ? "conveyance" : "decisions", of: "record", why: "nothing" });
  return found;
}

export function topicOf(name: FieldName): Topic {
  return (Object.keys(FIELDS) as (keyof typeof FIELDS)[]).find((topic) => FIELDS[topic].includes(name)) ?? "conveyance";
}

function faultsOf(draft: Draft, note: Note): Fault[] {
  const topic = topicOf(note.field), of = note.field, found: Fault[] = [];
  if (note.field === "vin" && !VIN.test(note.value)) found.push({ topic, of, why: "bad_vin" });
  if (note.field === "gross_kg" && !(NUMBER.test(note.value) && Number(note.value.replace(",", ".")) > 0)) found.push({ topic, of, why: "bad_number" });
  if ((note.field === "packages" || note.field === "persons") && !COUNT.test(note.value)) found.push({ topic, of, why: "bad_count" });
  if (READ.has(note.field) && !note.why) found.push({ topic, of, why: "no_why" });
  if (READ.has(note.field) && draft.photos.length === 0) found.push({ topic, of, why: "no_photo" });
  return found;
}

function faultsOfStep(draft: Draft, taken: Taken): Fault[] {
  const step = draft.passage.steps.find((each) => each.code === taken.step);
  if (!step) return [];
  if (asksOverride(step, taken.outcome) && !taken.override) return [{ topic: "decisions", of: step.code, why: "no_override" }];
  if (asksRemark(step, taken) && !taken.remark?.trim()) return [{ topic: "decisions", of: step.code, why: "no_remark" }];
  return [];
}

/** Whether something about a topic asks for a look: a disagreement, a finding, nothing known where something must be. */
export function isAmiss(draft: Draft, topic: Topic): boolean {
  const { passage } = draft;
  if (topic === "findings") return passage.findings.some((each) => AMISS.has(each.level));
  if (topic === "papers" && passage.papers.length === 0) return true;
  if (topic === "decisions" || topic === "check") return false;
  const told = FIELDS[topic].map((name) => fieldOf(passage, name));
  if (topic === "conveyance" && !told.some((each) => each.name === "plate" && each.value) && !noteOf(draft, "plate")) return true;
  if (topic === "weight" && !told.some((each) => each.value) && !noteOf(draft, "gross_kg")) return true;
  return told.some((each) => differing(each).length > 0 && !noteOf(draft, each.name));
}

/** How far a topic has come. */
export function stateOf(draft: Draft, topic: Topic): TopicState {
  const wanting = faults(draft).filter((fault) => fault.topic === topic && fault.why !== "nothing");
  if (topic === "decisions") return stateOfDecisions(draft, wanting.length > 0);
  if (topic === "check") return "none";
  if (wanting.length) return "begun";
  return draft.seen.includes(topic) || !isAmiss(draft, topic) ? "done" : "none";
}

function stateOfDecisions(draft: Draft, wanting: boolean): TopicState {
  const steps = due(draft.passage);
  if (wanting) return "begun";
  if (steps.some((step) => !takenOf(draft, step.code))) return draft.steps.length ? "begun" : "none";
  return draft.passage.steps.some((step) => step.due && !step.mine && !step.machine && !step.decided) ? "second" : "done";
}

/** The page a form opens on: the check at once where all is known and agrees, else the first topic that asks for a look. */
export function firstTopic(draft: Draft): Topic {
  if (isNew(draft)) return "conveyance";
  return topicsOf(draft).find((topic) => topic !== "check" && topic !== "decisions" && stateOf(draft, topic) !== "done") ?? "check";
}

/** What is signed. */
export function recordOf(draft: Draft, offline: boolean): Record {
  const made = isNew(draft);
  return {
    id: newId(), crossing: made ? null : draft.id, lane: made ? draft.passage.lane : null, after: draft.passage.after,
    began_at: draft.began_at, signed_at: now(), offline, notes: draft.notes, photos: draft.photos, steps: draft.steps,
  };
}
