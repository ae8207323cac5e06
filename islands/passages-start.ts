/** What the page was given when the server drew it: place, person, words. It is all the island knows before it hears from the house. */

export interface Start {
  place: string;
  place_name: string;
  zone: string;
  zone_word: string;
  login: string;
  form: string;
  words: { [key: string]: string };
  overrides: { [code: string]: string };
  countries: string[];
  alike: { [sign: string]: string }; // Cyrillic capitals and the Latin ones that look like them
  provinces: string; // first signs of Chinese plates
  preliminary: string[]; // the word a slip bears until the log has the record, in each language
}

export const start = JSON.parse(document.getElementById("passages-start")?.textContent ?? "{}") as Start;

/** Not every browser knows the dates of Kyrgyz; they are written as in Russian. */
const LANGUAGE = document.documentElement.lang === "ky" ? "ru" : document.documentElement.lang === "en" ? "en-GB" : "ru";

/** A text of the desk in the language of the page; `{name}` in it is filled in. */
export function say(key: string, given: { [name: string]: string | number } = {}): string {
  return (start.words[key] ?? key).replace(/\{(\w+)\}/g, (_, name: string) => String(given[name] ?? ""));
}

let ahead = Number(localStorage.getItem("beket:ahead") ?? 0);

/** This instant on the clock of the house, as far as the device knows it. */
export function now(): number {
  return Math.round(Date.now() + ahead);
}

/** Learn how far the clock of the house is ahead of the device's. */
export function clockIs(at: number): void {
  ahead = at - Date.now();
  localStorage.setItem("beket:ahead", String(ahead));
}

/** Hour and minute at the post, with the zone's name. */
export function clock(at: number): string {
  const written = new Intl.DateTimeFormat(LANGUAGE, { timeZone: start.zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(at);
  return `${written} ${start.zone_word}`;
}

/** Day, hour and minute at the post. */
export function moment(at: number): string {
  const day = new Intl.DateTimeFormat(LANGUAGE, { timeZone: start.zone, day: "2-digit", month: "2-digit", year: "numeric" }).format(at);
  return `${day} ${clock(at)}`;
}

/** A length of time as a clock shows it: 4:05, 1:04:05. */
export function span(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000));
  const two = (n: number) => String(n).padStart(2, "0");
  const [h, m] = [Math.floor(s / 3600), Math.floor(s / 60) % 60];
  return h ? `${h}:${two(m)}:${two(s % 60)}` : `${m}:${two(s % 60)}`;
}

/** A number as people read it; what is no number stays as it was said. */
export function figure(value: string): string {
  const number = Number(value.replace(",", "."));
  return value && Number.isFinite(number) ? new Intl.NumberFormat(LANGUAGE, { maximumFractionDigits: 3 }).format(number) : value;
}

/** A new name that no other device makes: 32 hexadecimal digits. */
export function newId(): string {
  return crypto.randomUUID().replaceAll("-", "");
}
