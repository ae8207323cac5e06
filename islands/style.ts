/** How the country looks: one MapLibre style in two palettes, drawn from local files only. */

import type { ExpressionSpecification, StyleSpecification } from "maplibre-gl";
import type { Language, Theme } from "./contract";

interface Palette {
  readonly beyond: string;
  readonly beyondDim: number;
  readonly land: string;
  readonly relief: number;
  readonly water: string;
  readonly river: string;
  readonly road: string;
  readonly roadCase: string;
  readonly border: string;
  readonly borderGlow: string;
  readonly borderFar: string;
  readonly province: string;
  readonly text: string;
  readonly textFar: string;
  readonly textWater: string;
  readonly halo: string;
}

const PALETTES: Readonly<Record<Theme, Palette>> = {
  dark: {
    beyond: "#0b131b",
    beyondDim: 0.62,
    land: "#24394a",
    relief: 0.85,
    water: "#0d4468",
    river: "#2f7096",
    road: "#b39b66",
    roadCase: "#131f2a",
    border: "#dfe9f1",
    borderGlow: "#63b3dd",
    borderFar: "#5b6d7c",
    province: "#7590a5",
    text: "#e8eff5",
    textFar: "#7f93a4",
    textWater: "#9fd4f5",
    halo: "#0e1a24",
  },
  light: {
    beyond: "#e3e7ea",
    beyondDim: 0.6,
    land: "#f4efe2",
    relief: 0.8,
    water: "#9cc9e6",
    river: "#6aa9d0",
    road: "#c0873c",
    roadCase: "#fffdf6",
    border: "#2b3b48",
    borderGlow: "#7fa7c0",
    borderFar: "#94a0aa",
    province: "#8b95a0",
    text: "#1b2833",
    textFar: "#6b7781",
    textWater: "#1f628f",
    halo: "#fbf8f0",
  },
};

/** The relief picture's corners, fixed by how it was made (basemap/SOURCES.md). */
const CORNERS: [[number, number], [number, number], [number, number], [number, number]] = [
  [66.2, 44.6],
  [82.0, 44.6],
  [82.0, 37.6],
  [66.2, 37.6],
];

const FILES = ["countries", "country_labels", "beyond", "borders", "admin1_lines", "lakes", "rivers", "roads_schematic", "places"];

/** MapLibre draws text from the machine's own fonts when a style has no glyph server. */
const FONT = ["Noto Sans", "DejaVu Sans", "sans-serif"];
const FONT_BOLD = ["Noto Sans Bold", "DejaVu Sans Bold", "sans-serif"];

type Layers = StyleSpecification["layers"];

function byZoom(far: number | ExpressionSpecification, near: number | ExpressionSpecification): ExpressionSpecification {
  return ["interpolate", ["linear"], ["zoom"], 5, far, 10, near];
}

function ground(paint: Palette): Layers {
  return [
    { id: "ground", type: "background", paint: { "background-color": paint.land } },
    { id: "land", type: "fill", source: "countries", paint: { "fill-color": paint.land } },
    {
      id: "relief",
      type: "raster",
      source: "relief",
      paint: { "raster-opacity": paint.relief, "raster-fade-duration": 0, "raster-contrast": 0.1 },
    },
  ];
}

function water(paint: Palette): Layers {
  return [
    {
      id: "rivers",
      type: "line",
      source: "rivers",
      filter: ["<=", ["get", "rank"], ["step", ["zoom"], 2, 6.6, 3, 8, 4]],
      layout: { "line-join": "round", "line-cap": "round" },
      paint: {
        "line-color": paint.river,
        "line-opacity": 0.75,
        "line-width": byZoom(["match", ["get", "rank"], 1, 1.1, 2, 0.7, 0.4], ["match", ["get", "rank"], 1, 3.5, 2, 2.2, 1.2]),
      },
    },
    { id: "lakes", type: "fill", source: "lakes", paint: { "fill-color": paint.water } },
    { id: "shore", type: "line", source: "lakes", paint: { "line-color": paint.river, "line-width": 0.8 } },
  ];
}

function lines(paint: Palette): Layers {
  const own: ExpressionSpecification = ["==", ["get", "kg"], true];
  const join = { "line-join": "round", "line-cap": "round" } as const;
  return [
    {
      id: "provinces",
      type: "line",
      source: "admin1_lines",
      filter: own,
      layout: join,
      paint: { "line-color": paint.province, "line-width": 0.9, "line-opacity": 0.55, "line-dasharray": [3, 3] },
    },
    { id: "road-case", type: "line", source: "roads_schematic", layout: join, paint: { "line-color": paint.roadCase, "line-opacity": 0.7, "line-width": byZoom(2.2, 7) } },
    {
      id: "roads",
      type: "line",
      source: "roads_schematic",
      layout: join,
      paint: { "line-color": paint.road, "line-opacity": 0.8, "line-width": byZoom(["match", ["get", "class"], "trunk", 1, 0.6], ["match", ["get", "class"], "trunk", 4, 2.4]) },
    },
    { id: "dim", type: "fill", source: "beyond", paint: { "fill-color": paint.beyond, "fill-opacity": paint.beyondDim, "fill-antialias": false } },
    { id: "far-borders", type: "line", source: "borders", filter: ["!", own], layout: join, paint: { "line-color": paint.borderFar, "line-width": byZoom(0.9, 1.6) } },
    { id: "glow", type: "line", source: "borders", filter: own, layout: join, paint: { "line-color": paint.borderGlow, "line-opacity": 0.35, "line-width": byZoom(7, 12), "line-blur": byZoom(6, 10) } },
    { id: "border", type: "line", source: "borders", filter: own, layout: join, paint: { "line-color": paint.border, "line-width": byZoom(1.4, 2.6) } },
  ];
}

function named(language: Language): ExpressionSpecification {
  return ["coalesce", ["get", `name_${language}`], ["get", "name_en"]];
}

/** Towns of the country by rank; abroad only the great ones, and dimmer. */
const SHOWN: ExpressionSpecification = [
  "any",
  ["all", ["==", ["get", "country"], "KG"], ["<=", ["get", "rank"], ["step", ["zoom"], 3, 7.2, 4, 8.2, 5]]],
  ["all", ["!=", ["get", "country"], "KG"], ["<=", ["get", "rank"], ["step", ["zoom"], 1, 7.2, 2, 8.2, 3]]],
];

function words(paint: Palette, language: Language): Layers {
  const home: ExpressionSpecification = ["==", ["get", "country"], "KG"];
  return [
    {
      id: "country-names",
      type: "symbol",
      source: "country_labels",
      filter: ["!=", ["get", "iso"], "KG"],
      layout: { "text-field": ["upcase", named(language)], "text-font": FONT_BOLD, "text-size": 13, "text-letter-spacing": 0.35 },
      paint: { "text-color": paint.textFar, "text-halo-color": paint.beyond, "text-halo-width": 1.2 },
    },
    {
      id: "lake-names",
      type: "symbol",
      source: "lakes",
      filter: ["<=", ["get", "rank"], ["step", ["zoom"], 1, 6.6, 2, 8, 4]],
      layout: { "text-field": named(language), "text-font": FONT, "text-size": 12, "text-max-width": 7, "text-letter-spacing": 0.06 },
      paint: { "text-color": paint.textWater, "text-halo-color": paint.water, "text-halo-width": 1 },
    },
    {
      id: "towns",
      type: "circle",
      source: "places",
      filter: SHOWN,
      paint: {
        "circle-radius": ["match", ["get", "rank"], 1, 3.4, 2, 2.8, 2],
        "circle-color": ["case", home, paint.text, paint.textFar],
        "circle-stroke-color": paint.halo,
        "circle-stroke-width": 1,
      },
    },
    {
      id: "town-names",
      type: "symbol",
      source: "places",
      filter: SHOWN,
      layout: {
        "text-field": named(language),
        "text-font": FONT,
        "text-size": ["match", ["get", "rank"], 1, 14, 2, 13, 11.5],
        "text-variable-anchor": ["left", "right", "top", "bottom"],
        "text-radial-offset": 0.55,
        "text-justify": "auto",
        "text-max-width": 20,
        "symbol-sort-key": ["get", "rank"],
      },
      paint: { "text-color": ["case", home, paint.text, paint.textFar], "text-halo-color": paint.halo, "text-halo-width": 1.3 },
    },
  ];
}

/** The whole picture for one theme and one language; `basemap` is the absolute address of the folder with the layers. */
export function styleFor(theme: Theme, language: Language, basemap: string): StyleSpecification {
  const paint = PALETTES[theme];
  const files = FILES.map((name) => [name, { type: "geojson", data: `${basemap}${name}.geojson` }] as const);
  return {
    version: 8,
    sources: { ...Object.fromEntries(files), relief: { type: "image", url: `${basemap}relief.webp`, coordinates: CORNERS } },
    layers: [...ground(paint), ...water(paint), ...lines(paint), ...words(paint, language)],
  };
}
