/** The map island: mounts on #map, draws the country once, and keeps every checkpoint's badge true. See README.md. */

import type { Map as MapLibre } from "maplibre-gl";
import { readStart, readUpdate, type Language, type Start, type Theme } from "./contract";
import { arrange, type Box, type Spot } from "./layout";
import { drawLeaders, Marker } from "./marker";
import { styleFor } from "./style";

type Corners = [[number, number], [number, number]];

/** Kyrgyzstan, and how far beyond it one may look: the layers end there. */
const COUNTRY: Corners = [
  [69.2, 39.15],
  [80.3, 43.3],
];
const LAYERS_END: Corners = [
  [62, 34],
  [86, 48],
];
const MIDDLE: [number, number] = [74.8, 41.4];
/** Free space around the country, as a part of the view's height. */
const PADDING = 0.035;
const ZOOM_MIN = 4;
const ZOOM_MAX = 11;

/** Below this width there is no room for every name; the counts stay, and the names of those in trouble. */
const NAMES_NEED_PX = 720;

/** Credits that the layers' licences ask for; names of sources, the same in every language. */
const CREDITS = "Natural Earth · GeoNames CC BY 4.0 · GEBCO 2023";

/** Towns whose names the badges keep clear of: [lon, lat, half width in px of the widest of its three names]. */
const TOWNS: readonly (readonly [number, number, number])[] = [
  [74.59, 42.87, 30],
  [72.8, 40.53, 14],
  [75.99, 41.43, 24],
  [78.39, 42.49, 30],
  [72.24, 42.52, 22],
  [70.82, 40.06, 24],
  [76.19, 42.46, 30],
  [73.0, 40.93, 52],
  [69.53, 39.84, 46],
];

interface Stage {
  readonly root: HTMLElement;
  readonly start: Start;
  readonly layer: HTMLElement;
  readonly markers: ReadonlyMap<string, Marker>;
}

function languageOf(page: HTMLElement): Language {
  const said = page.lang.slice(0, 2);
  return said === "ky" || said === "en" ? said : "ru";
}

/** The nearest data-theme wins; without one, the machine's own preference. */
function themeOf(root: HTMLElement): Theme {
  const said = root.closest<HTMLElement>("[data-theme]")?.dataset["theme"];
  if (said === "dark" || said === "light") return said;
  return window.matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark";
}

/** Asked before the library is fetched: it is large, and useless without. */
function canDraw(): boolean {
  return document.createElement("canvas").getContext("webgl2") !== null;
}

function element(kind: string, text = ""): HTMLDivElement {
  const made = document.createElement("div");
  made.className = kind;
  made.textContent = text;
  return made;
}

function unavailable(root: HTMLElement, words: string): void {
  root.dataset["state"] = "unavailable";
  const note = element("bm-unavailable", words);
  note.setAttribute("role", "status");
  root.replaceChildren(note);
}

function prepare(root: HTMLElement, start: Start): Stage {
  root.replaceChildren(element("bm-canvas"), element("bm-layer"), element("bm-credits", CREDITS));
  root.classList.add("bm");
  root.setAttribute("role", "region");
  root.setAttribute("aria-label", start.words.map);
  const layer = root.children[1] as HTMLElement;
  const markers = new Map(start.places.map((place) => [place.id, new Marker(place, start.words)]));
  layer.append(drawLeaders(markers.values()), ...[...markers.values()].map((marker) => marker.element));
  return { root, start, layer, markers };
}

async function drawCountry(stage: Stage): Promise<MapLibre> {
  const { Map: MapLibreMap, setWorkerUrl } = await import("maplibre-gl");
  setWorkerUrl(new URL("../vendor/maplibre-gl-worker.js", import.meta.url).href);
  const { root } = stage;
  return new MapLibreMap({
    container: root.firstElementChild as HTMLElement,
    style: styleFor(themeOf(root), languageOf(document.documentElement), basemapOf(root)),
    bounds: COUNTRY,
    fitBoundsOptions: home(root),
    maxBounds: LAYERS_END,
    minZoom: ZOOM_MIN,
    maxZoom: ZOOM_MAX,
    interactive: root.dataset["interactive"] !== "false",
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    renderWorldCopies: false,
    fadeDuration: 0,
    locale: { "Map.Title": stage.start.words.map },
  });
}

function home(root: HTMLElement): { padding: number; animate: boolean } {
  return { padding: Math.round(root.clientHeight * PADDING), animate: false };
}

function basemapOf(root: HTMLElement): string {
  return new URL(root.dataset["basemap"] ?? "../basemap/", root.dataset["basemap"] ? document.baseURI : import.meta.url).href;
}

function follow(map: MapLibre, stage: Stage): void {
  for (const marker of stage.markers.values()) {
    const at = map.project([marker.place.lon, marker.place.lat]);
    marker.moveTo(at.x, at.y);
  }
}

function townBoxes(map: MapLibre): Box[] {
  return TOWNS.map(([lon, lat, half]) => {
    const at = map.project([lon, lat]);
    return { x: at.x - half, y: at.y - 9, w: half * 3.4, h: 18 };
  });
}

/** Find every badge its place, the old one where that will do; what has its point out of sight goes out of sight. */
function settle(map: MapLibre, stage: Stage, asBefore = false): void {
  const { clientWidth: width, clientHeight: height } = stage.root;
  stage.root.classList.toggle("bm-narrow", width < NAMES_NEED_PX);
  const shown: { marker: Marker; spot: Spot }[] = [];
  for (const marker of stage.markers.values()) {
    const at = map.project([marker.place.lon, marker.place.lat]);
    const inView = at.x >= 0 && at.y >= 0 && at.x <= width && at.y <= height;
    marker.appear(inView);
    if (inView) shown.push({ marker, spot: { x: at.x, y: at.y, w: marker.badge.offsetWidth, h: marker.badge.offsetHeight } });
  }
  const middle = map.project(MIDDLE);
  const before = asBefore ? shown.map((one) => one.marker.offset) : [];
  const offsets = arrange(shown.map((one) => one.spot), townBoxes(map), { width, height, middle }, before);
  shown.forEach((one, i) => one.marker.lean(offsets[i] ?? { dx: 0, dy: 0 }));
}

function listen(map: MapLibre, stage: Stage): void {
  const { root } = stage;
  let moved = false;
  map.on("move", () => follow(map, stage));
  map.on("moveend", () => settle(map, stage));
  map.on("dragstart", () => (moved = true));
  map.on("zoomstart", (change) => (moved ||= Boolean(change.originalEvent)));
  map.on("resize", () => {
    if (!moved) map.fitBounds(COUNTRY, home(stage.root));
    follow(map, stage);
    settle(map, stage);
  });
  const hear = (event: Event): void => {
    const resized = readUpdate((event as CustomEvent<unknown>).detail).map((now) => stage.markers.get(now.id)?.update(now) ?? false);
    if (resized.includes(true)) settle(map, stage, true);
  };
  root.addEventListener("panel", hear);
  document.addEventListener("beket:map", hear);
  const repaint = (): void => void map.setStyle(styleFor(themeOf(root), languageOf(document.documentElement), basemapOf(root)));
  new MutationObserver(repaint).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
  window.matchMedia("(prefers-color-scheme: light)").addEventListener("change", repaint);
  if (root.dataset["interactive"] !== "false") root.append(zoomButtons(map, stage, () => (moved = false)));
}

/** What dragging and pinching do, for those who do neither. */
function zoomButtons(map: MapLibre, stage: Stage, goneHome: () => void): HTMLElement {
  const { words } = stage.start;
  const bar = element("bm-zoom");
  const whole = (): void => {
    goneHome();
    map.fitBounds(COUNTRY, home(stage.root));
  };
  const acts: [string, string, () => void][] = [
    ["+", words.zoom_in, () => map.zoomIn()],
    ["−", words.zoom_out, () => map.zoomOut()],
    ["⌂", words.whole, whole],
  ];
  for (const [sign, label, act] of acts) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = sign;
    button.title = label;
    button.setAttribute("aria-label", label);
    button.addEventListener("click", act);
    bar.append(button);
  }
  return bar;
}

/** Bring the map to life; whatever fails, the page says so and its table goes on. */
async function mount(root: HTMLElement): Promise<void> {
  const start = readStart(document.getElementById(root.dataset["checkpoints"] ?? "")?.textContent);
  if (!canDraw()) return unavailable(root, start.words.unavailable);
  const stage = prepare(root, start);
  root.dataset["state"] = "loading";
  try {
    const map = await drawCountry(stage);
    follow(map, stage);
    settle(map, stage);
    listen(map, stage);
    void document.fonts.ready.then(() => settle(map, stage));
    await map.once("idle");
    root.dataset["state"] = "ready";
    performance.mark("beket:map-ready");
  } catch (trouble) {
    console.error("map", trouble);
    unavailable(root, start.words.unavailable);
  }
}

const root = document.getElementById("map");
if (root) void mount(root);
