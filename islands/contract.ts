/** What the page tells the map: the one place where its words meet ours. islands/README.md says the same in prose. */

export const LEVELS = ["critical", "high", "medium", "low", "normal", "unknown"] as const;
export type Level = (typeof LEVELS)[number];
export type Language = "ky" | "ru" | "en";
export type Theme = "dark" | "light";
export type Mode = "road" | "rail" | "air";

/** What changes at a place from second to second. */
export interface PlaceNow {
  readonly id: string;
  readonly inside: number;
  readonly waiting: number;
  readonly level: Level;
  readonly name: string;
  /** False where nobody can tell how it stood: a picture of the past before the log had it. */
  readonly known?: boolean;
}

/** A place as the page first gives it: where it is, and where a click leads. */
export interface Place extends PlaceNow {
  readonly lat: number;
  readonly lon: number;
  readonly mode: Mode;
  readonly href: string;
}

/** The detail of a `beket:map` event. */
export interface MapUpdate {
  readonly places: readonly PlaceNow[];
  readonly at: number;
}

/** Every visible word of the island; the page takes them from its one catalogue. */
export interface Words {
  readonly map: string;
  readonly unavailable: string;
  readonly inside: string;
  readonly waiting: string;
  readonly not_known: string;
  readonly zoom_in: string;
  readonly zoom_out: string;
  readonly whole: string;
  readonly levels: Readonly<Record<Level, string>>;
}

export interface Start {
  readonly places: readonly Place[];
  readonly words: Words;
}

/** More than this many places is not a country's border but a mistake of the page. */
export const PLACES_MAX = 500;

/** A level we do not know is shown as "unknown", never as "all is well". */
export function asLevel(said: unknown): Level {
  return LEVELS.find((level) => level === said) ?? "unknown";
}

/** How bad a level is: 0 is the worst. */
export function rank(level: Level): number {
  return LEVELS.indexOf(level);
}

function asCount(said: unknown): number {
  return typeof said === "number" && Number.isFinite(said) && said >= 0 ? Math.floor(said) : 0;
}

function isRecord(said: unknown): said is Record<string, unknown> {
  return typeof said === "object" && said !== null;
}

/** Take from an event what can be trusted to be a place's state; the rest is left out, the map stays. */
export function readUpdate(detail: unknown): readonly PlaceNow[] {
  if (!isRecord(detail) || !Array.isArray(detail["places"])) return [];
  return detail["places"].slice(0, PLACES_MAX).flatMap((said: unknown) => {
    if (!isRecord(said) || typeof said["id"] !== "string") return [];
    return [
      {
        id: said["id"],
        inside: asCount(said["inside"]),
        waiting: asCount(said["waiting"]),
        level: asLevel(said["level"]),
        name: typeof said["name"] === "string" ? said["name"] : "",
        known: said["known"] !== false,
      },
    ];
  });
}

/** The page writes this itself (Django's json_script), so only its presence is checked. */
export function readStart(text: string | null | undefined): Start {
  if (!text) throw new Error("the map's data-checkpoints names no JSON script element");
  const start = JSON.parse(text) as Start;
  if (start.places.length > PLACES_MAX) throw new Error(`more than ${PLACES_MAX} places`);
  return start;
}
