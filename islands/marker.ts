/** One checkpoint on the map: a dot where it is, a badge with its shape, name and count, a line between them. */

import { rank, type Level, type Mode, type Place, type PlaceNow, type Words } from "./contract";
import type { Offset } from "./layout";

const SVG = "http://www.w3.org/2000/svg";
/** How long a place that got worse draws the eye. */
const NEW_MS = 10_000;

/** The shape beside the colour, for those who do not see the colour. */
const SHAPES: Readonly<Record<Level, readonly string[]>> = {
  critical: ["M8 0.8 15.4 14.6H0.6Z", "M8 5.2 11.6 12.2H4.4Z"],
  high: ["M8 1.4 15 14.4H1Z"],
  medium: ["M8 0.8 15.2 8 8 15.2 0.8 8Z"],
  low: ["M8 2A6 6 0 1 1 8 14 6 6 0 1 1 8 2Z"],
  normal: ["M8 3A5 5 0 1 1 8 13 5 5 0 1 1 8 3Z"],
  unknown: ["M1.5 4H14.5V12H1.5Z", "M4 12 8 4M8 12 12 4"],
};

/** What moves there, where it is not the road. */
const MODES: Readonly<Record<Mode, string>> = {
  road: "",
  rail: "M4 1.5H12V10.5L10.5 12 12.5 14.5M4 1.5V10.5L5.5 12 3.5 14.5M4 7H12M5.5 12H10.5",
  air: "M8 1.2C8.9 1.2 9 2.6 9 3.4V6.2L14.6 9.6V11L9 9.4V12.4L10.6 13.6V14.8L8 14.1 5.4 14.8V13.6L7 12.4V9.4L1.4 11V9.6L7 6.2V3.4C7 2.6 7.1 1.2 8 1.2Z",
};

function draw(paths: readonly string[], kind: string): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", kind);
  for (const d of paths) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", d);
    svg.append(path);
  }
  return svg;
}

function span(kind: string): HTMLSpanElement {
  const made = document.createElement("span");
  made.className = kind;
  return made;
}

export class Marker {
  readonly element = document.createElement("div");
  readonly badge = document.createElement("a");
  /** Lies in a drawing of all leaders, under every badge. */
  readonly leader = document.createElementNS(SVG, "line");
  /** Where the badge stands. */
  offset: Offset = { dx: 0, dy: 0 };
  readonly #name = span("bm-name");
  readonly #count = span("bm-count");
  #shape = draw(SHAPES.unknown, "bm-shape");
  #now: PlaceNow;
  #calm = 0;

  constructor(
    readonly place: Place,
    readonly words: Words,
  ) {
    this.#now = place;
    this.element.className = "bm-place";
    this.badge.className = "bm-badge";
    this.badge.href = place.href;
    this.badge.append(this.#shape, ...this.#mode(), this.#name, " ", this.#count);
    this.element.append(span("bm-dot"), this.badge);
    this.#show(place);
  }

  #mode(): SVGSVGElement[] {
    const path = MODES[this.place.mode];
    return path ? [draw([path], `bm-mode bm-${this.place.mode}`)] : [];
  }

  /** Show what is so now; a place that got worse is marked as new for a while. Says whether the badge changed its size. */
  update(now: PlaceNow): boolean {
    const before = this.#now;
    this.#now = now.name ? now : { ...now, name: before.name };
    if (rank(now.level) < rank(before.level) && now.level !== "normal") this.#markNew();
    this.#show(this.#now);
    const [was, is] = [before, this.#now].map((each) => `${each.name} ${each.level} ${Math.max(String(each.inside).length, 2)}`);
    return was !== is;
  }

  #markNew(): void {
    this.element.classList.add("bm-new");
    window.clearTimeout(this.#calm);
    this.#calm = window.setTimeout(() => this.element.classList.remove("bm-new"), NEW_MS);
  }

  #show(now: PlaceNow): void {
    const { words } = this;
    if (this.element.dataset["level"] !== now.level) {
      const shape = draw(SHAPES[now.level], "bm-shape");
      this.#shape.replaceWith(shape);
      this.#shape = shape;
      this.element.dataset["level"] = now.level;
    }
    const known = now.known !== false;
    this.element.classList.toggle("bm-empty", now.inside === 0);
    this.#name.textContent = now.name;
    this.#count.textContent = known ? String(now.inside) : "–";
    const figures = `${now.name} ${now.inside} ${words.inside}; ${words.waiting} ${now.waiting}; ${words.levels[now.level]}`;
    const said = known ? figures : `${now.name}: ${words.not_known}`;
    this.badge.setAttribute("aria-label", said);
    this.badge.title = said;
  }

  /** Put the dot on its point. */
  moveTo(x: number, y: number): void {
    this.element.style.transform = `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px)`;
    this.leader.setAttribute("transform", `translate(${x.toFixed(1)} ${y.toFixed(1)})`);
  }

  /** Show it or take it away. */
  appear(seen: boolean): void {
    this.element.hidden = !seen;
    this.leader.toggleAttribute("hidden", !seen);
  }

  /** Put the badge beside it, with a line when it stands apart. */
  lean(offset: Offset): void {
    this.badge.style.transform = `translate(-50%, -50%) translate(${Math.round(offset.dx)}px, ${Math.round(offset.dy)}px)`;
    this.offset = offset;
    this.leader.setAttribute("x2", offset.dx.toFixed(1));
    this.leader.setAttribute("y2", offset.dy.toFixed(1));
  }
}

/** The drawing that holds the lines of all markers. */
export function drawLeaders(markers: Iterable<Marker>): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "bm-leaders");
  svg.setAttribute("aria-hidden", "true");
  svg.append(...[...markers].map((marker) => marker.leader));
  return svg;
}
