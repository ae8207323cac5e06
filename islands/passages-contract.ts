/* What the house and the inspector's desk say to each other (web/pages/passages.py says the other half).
   Instants are whole milliseconds of UTC; a reference is "seq.index" of an entry of the place's log. */

export type FieldName = "plate" | "trailer" | "container" | "vin" | "seals" | "gross_kg" | "packages" | "persons";
/** What an inspector notes of a conveyance; the first four and the mass are a machine's to read. */

export type Source = "camera" | "scale" | "reader" | "seal" | "paper" | "noted";
/** Who said a value: a machine, a paper, or an officer in an earlier record. */

export type Why = "unread" | "device_failed" | "wrong" | "other";
/** Why an officer writes what a machine reads: it could not, it was out of order, it read wrongly. */

export interface Claim {
  source: Source;
  by: string; // the device, the paper's kind and number, or the officer
  at: number;
  value: string;
  country: string | null;
  machine: boolean;
}

export interface Field {
  name: FieldName;
  value: string; // what is shown first: a machine's word, else the last record's, else a paper's; "" when nobody told
  country: string | null;
  claims: Claim[]; // all who told it, that one first; values that differ are shown beside each other
}

export interface Outcome {
  code: string;
  name: string;
  effect: "clears" | "clears_with_conditions" | "diverts" | "holds" | "refuses" | "detains";
  effect_word: string;
}

export interface Step {
  code: string;
  name: string;
  agency: string;
  agency_word: string;
  state: string;
  state_word: string;
  level: string;
  machine: boolean;
  mine: boolean; // this officer's agency decides it
  due: boolean; // its turn has come
  outcomes: Outcome[];
  proofs: { word: string; there: boolean }[];
  decided: string | null; // the entry that decided it: what a new decision names as `replaces`
  decided_as: string;
  norm_s: number | null;
  asked_at: number | null;
}

export interface Recorded {
  ref: string;
  by: string;
  at: number;
  signed_at: number;
  offline: boolean;
  notes: Note[];
  photos: Photo[];
}

export interface Passage {
  id: string;
  plate: string | null;
  country: string | null;
  lane: string;
  direction: "in" | "out";
  opened_at: number;
  procedure: boolean; // false: none is in force for it, so that nothing is decided and what is noted is all
  state: string;
  state_word: string;
  proven: boolean;
  level: string; // of its worst finding; "" when there is none
  taken_by: string | null;
  after: string | null; // its last record: what a new one names as `after`
  fields: Field[];
  papers: { word: string; number: string; url: string }[];
  findings: { level: string; sentence: string; code: string }[];
  pictures: { url: string; word: string }[];
  steps: Step[];
  records: Recorded[];
}

/** GET /passages/PLACE.json: the passages of a checkpoint that are not over, in the order in which they came. */
export interface Queue {
  place: string;
  place_name: string;
  zone: string;
  at: number;
  me: { login: string; agency: string };
  form: string; // to be sent back as X-CSRFToken
  lanes: string[];
  passages: Passage[];
}

export interface Note {
  field: FieldName;
  value: string;
  country?: string | null;
  why?: Why | null; // needed where it is a machine's to read
}

export interface Photo {
  sha256: string;
  size: number;
  media_type: "image/jpeg";
  of: "vehicle" | "plate" | "seal" | "goods" | "document" | "other";
  taken_at: number;
  latitude?: number | null;
  longitude?: number | null;
}

export interface Taken {
  step: string;
  outcome: string;
  remark?: string;
  override?: string | null; // decided without its proof: device_failed, paper_elsewhere, ordered, emergency, other
  replaces?: string | null;
}

/** POST /passages/PLACE/record. `id` (32 hexadecimal digits) is made by the browser: sent twice, it is recorded once.
 *  `crossing` is null for a conveyance that was met without the house: it is then found by its plate and time. */
export interface Record {
  id: string;
  crossing: string | null;
  lane: string | null;
  after: string | null;
  began_at: number;
  signed_at: number;
  offline: boolean;
  notes: Note[];
  photos: Photo[];
  steps: Taken[];
}

/** What became of a record (200 done or awaited, 409 refused), or of taking a passage (POST /passages/PLACE/take
 *  {crossing, seen}: `seen` is who had it, as far as the taker knows). `passage` is how it stands now; `candidates` are
 *  those it may be of, where none was named and not exactly one fits. */
export interface Answer {
  outcome: "done" | "awaited" | string;
  said: string; // in the language of the desk
  passage: Passage | null;
  candidates: Passage[];
}

/** POST /passages/PLACE/photos, the bytes of one JPEG of at most 300 KB as the body; the same bytes are kept once. */
export interface Kept {
  sha256: string;
  size: number;
}

/** 401: the session is over. 403: the decision waits for who takes it to show that it is them (send the same again with
 *  X-Proof-Password, or X-Proof-Passkey with what the authenticator answered to /passkeys/challenge; both
 *  percent-encoded), or the form's token is too old (`form`: fetch the queue anew),
 *  or none of the person's duties lets them (`duty`). 404: there is no such checkpoint, or none for them (`gone`). 422: what was sent is not as above;
 *  `said` names what and where. Everything is asked with Accept: application/json. */
export interface Asked {
  ask: "sign_in" | "presence" | "form" | "duty" | "gone" | "mended";
  password: boolean;
  said: string;
}
