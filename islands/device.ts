/**
 * One device's page: its health as curves, and bytes that light up together with what they mean.
 *
 * The table under the curves says the same; without this script nothing but the curves is missing.
 */

/** What we use of uPlot: the page loads the package's own file, which leaves the library in a global. */
interface Plot {
  setData(data: Columns): void;
  setSize(size: { width: number; height: number }): void;
  destroy(): void;
}
type Columns = [number[], ...(number | null)[][]];
declare const uPlot: new (options: object, data: Columns, target: HTMLElement) => Plot;

/** The server's curve (gathered_equipment.curve): instants in seconds, and a value or null for each. */
type Curve = Record<string, (number | null)[]> & { at: number[] };

/** Which lines stand in one picture, with the shape that tells them apart where colour does not. */
const PICTURES: { lines: string[]; dash: number[][] }[] = [
  { lines: ["messages", "refused"], dash: [[], [6, 4]] },
  { lines: ["drift_s"], dash: [[]] },
  { lines: ["unread_pct"], dash: [[]] },
  { lines: ["zero_kg"], dash: [[]] },
  { lines: ["gamma", "neutron"], dash: [[], [6, 4]] },
];
const HEIGHT = 150;
const AGAIN_MS = 60_000; // a line comes every five minutes
const COLOURS = ["--link", "--no"];

interface Drawn {
  lines: string[];
  plot: Plot;
  box: HTMLElement;
}

/** Not every browser knows the figures of Kyrgyz; they are written as in Russian. */
const LANGUAGE = document.documentElement.lang === "ky" ? "ru" : document.documentElement.lang || "en";
const FIGURES = new Intl.NumberFormat(LANGUAGE, { maximumFractionDigits: 2 });

const host = document.getElementById("curves");
const words = read<Record<string, string>>(host?.dataset["words"]) ?? {};
const zone = host?.dataset["zone"] ?? "UTC";
let drawn: Drawn[] = [];
let curve = read<Curve>(host?.dataset["first"]);

function read<T>(id: string | undefined): T | undefined {
  const text = id && document.getElementById(id)?.textContent;
  return text ? (JSON.parse(text) as T) : undefined;
}

function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function clock(seconds: number, withDay: boolean): string {
  const parts: Intl.DateTimeFormatOptions = { timeZone: zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  if (withDay) Object.assign(parts, { day: "2-digit", month: "2-digit" });
  return new Intl.DateTimeFormat(LANGUAGE, parts).format(seconds * 1000);
}

function figure(value: number | null): string {
  return value === null ? "–" : FIGURES.format(value);
}

function columns(from: Curve, lines: string[]): Columns {
  return [from.at, ...lines.map((line) => from[line] ?? [])];
}

function options(title: string, lines: string[], dash: number[][], width: number, long: boolean): object {
  const axis = { stroke: colour("--dim"), grid: { stroke: colour("--line"), width: 1 }, ticks: { stroke: colour("--line"), width: 1 } };
  return {
    width,
    height: HEIGHT,
    cursor: { drag: { x: false, y: false } },
    legend: { live: true },
    scales: { x: { time: false }, y: { range: (_: Plot, least: number, most: number) => span(least, most) } },
    axes: [
      { ...axis, space: long ? 110 : 70, values: (_: Plot, at: number[]) => at.map((each) => clock(each, long)) },
      { ...axis, size: 58, values: (_: Plot, at: number[]) => at.map(figure) },
    ],
    series: [
      { label: words["time"] ?? "", value: (_: Plot, at: number | null) => (at === null ? "–" : clock(at, true)) },
      ...lines.map((line, at) => ({
        label: words[line] ?? line,
        stroke: colour(COLOURS[at] ?? "--link"),
        width: 2,
        dash: dash[at] ?? [],
        spanGaps: false,
        points: { show: (curve?.at.length ?? 0) < 60, size: 5 },
        value: (_: Plot, value: number | null) => figure(value),
      })),
    ],
    title: undefined,
    ariaLabel: title,
  };
}

/** A flat line lies in the middle, not on an edge. */
function span(least: number, most: number): [number, number] {
  if (!Number.isFinite(least) || !Number.isFinite(most)) return [0, 1];
  const room = Math.max((most - least) * 0.12, Math.abs(most) * 0.04, 0.5);
  return [least >= 0 ? Math.max(0, least - room) : least - room, most + room];
}

function draw(): void {
  if (!host || !curve) return;
  for (const one of drawn) one.plot.destroy();
  drawn = [];
  host.replaceChildren();
  host.hidden = false;
  const from = curve;
  if (from.at.length === 0) {
    const nothing = document.createElement("p");
    nothing.className = "nothing";
    nothing.textContent = words["none"] ?? "";
    host.append(nothing);
    return;
  }
  const long = (from.at.at(-1) ?? 0) - (from.at[0] ?? 0) > 86_400;
  for (const picture of PICTURES) {
    const lines = picture.lines.filter((line) => from[line]?.some((value) => value !== null));
    if (lines.length) drawn.push(plot(from, lines, picture.dash, long));
  }
}

function plot(from: Curve, lines: string[], dash: number[][], long: boolean): Drawn {
  const box = document.createElement("div");
  const title = lines.map((line) => words[line] ?? line).join(", ");
  const heading = document.createElement("h3");
  heading.textContent = title;
  const canvas = document.createElement("div");
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", title);
  box.append(heading, canvas);
  host?.append(box);
  const made = new uPlot(options(title, lines, dash, Math.max(200, box.clientWidth), long), columns(from, lines), canvas);
  return { lines, plot: made, box };
}

async function again(): Promise<void> {
  const source = host?.dataset["source"];
  if (!source || document.hidden) return;
  const answer = await fetch(source, { headers: { accept: "application/json" } }).catch(() => undefined);
  if (!answer?.ok) return; // the page says itself when it is not live
  const fresh = (await answer.json()) as Curve;
  if (fresh.at.at(-1) === curve?.at.at(-1) && fresh.at.length === curve?.at.length) return;
  const redraw = !curve || curve.at.length === 0 || curve.at.length < 60 !== fresh.at.length < 60;
  curve = fresh;
  if (redraw) draw();
  else for (const one of drawn) one.plot.setData(columns(fresh, one.lines));
}

/** Light up a byte range together with its line in the table. */
function light(event: Event): void {
  const pointed = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-mark]") : null;
  for (const lit of document.querySelectorAll(".lit")) lit.classList.remove("lit");
  const number = pointed?.dataset["mark"];
  if (!number) return;
  for (const each of pointed.closest(".message")?.querySelectorAll(`[data-mark="${number}"]`) ?? []) each.classList.add("lit");
}

if (host) {
  draw();
  setInterval(() => void again(), AGAIN_MS);
  const repaint = () => draw();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint);
  new MutationObserver(repaint).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  new ResizeObserver(() => {
    for (const one of drawn) one.plot.setSize({ width: Math.max(200, one.box.clientWidth), height: HEIGHT });
  }).observe(host);
}
document.getElementById("messages")?.addEventListener("pointerover", light);
document.getElementById("messages")?.addEventListener("focusin", light);
