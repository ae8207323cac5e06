/**
 * Makes every file the browser gets from here: copies of the pinned npm packages, and our own island, compiled.
 *
 * The result is committed, so running Beket needs no Node; the same input gives the same bytes, and CI holds the two together.
 */
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const HERE = dirname(fileURLToPath(import.meta.url));
const STATIC = join(HERE, "..", "src", "beket", "web", "static");
const VENDOR = join(STATIC, "vendor");
const ISLANDS = join(STATIC, "islands");
const TEST_VENDOR = join(HERE, "..", "tests", "web", "vendor");

/** What is taken from where. `to` ends in .js because some servers do not know .mjs as script. */
const SHIPPED = [
  { of: "htmx.org", from: "dist/htmx.min.js", to: "htmx.min.js", licence: "LICENSE" },
  { of: "idiomorph", from: "dist/idiomorph-ext.min.js", to: "idiomorph-ext.min.js", licence: "LICENSE" },
  { of: "uplot", from: "dist/uPlot.iife.min.js", to: "uplot.min.js", licence: "LICENSE" },
  { of: "uplot", from: "dist/uPlot.min.css", to: "uplot.min.css", licence: "LICENSE" },
  { of: "maplibre-gl", from: "dist/maplibre-gl.mjs", to: "maplibre-gl.js", licence: "LICENSE.txt" },
  { of: "maplibre-gl", from: "dist/maplibre-gl-worker.mjs", to: "maplibre-gl-worker.js", licence: "LICENSE.txt" },
];
const TESTED_WITH = [{ of: "axe-core", from: "axe.min.js", to: "axe.min.js", licence: "LICENSE" }];

const NOTICE = "Compiled from islands/ by islands/build.mjs; do not edit.";

function packageFile(name, path) {
  return join(HERE, "node_modules", name, path);
}

/** The maps are not shipped, and Django's hashed storage refuses a reference to a file that is not there. */
function withoutSourceMap(text) {
  return text.replace(/\n?\/\/# sourceMappingURL=\S+\s*$/, "\n");
}

function sha256(text) {
  return createHash("sha256").update(text).digest("hex");
}

function copyOne(entry, folder) {
  const text = withoutSourceMap(readFileSync(packageFile(entry.of, entry.from), "utf8"));
  writeFileSync(join(folder, entry.to), text);
  const manifest = JSON.parse(readFileSync(packageFile(entry.of, "package.json"), "utf8"));
  const licence = manifest.license;
  if (!licence) throw new Error(`${entry.of} does not say its licence`);
  return `| ${entry.to} | ${entry.of} | ${manifest.version} | ${licence} | ${entry.from} | \`${sha256(text)}\` |`;
}

function copyLicence(entry, folder) {
  const text = readFileSync(packageFile(entry.of, entry.licence), "utf8");
  writeFileSync(join(folder, `LICENSE.${entry.of}.txt`), text.replace(/\r\n/g, "\n").trimEnd() + "\n");
}

/** The packages whose code MapLibre's own build has inside it, each with its licence text. */
function copyBundledLicences() {
  const names = Object.keys(JSON.parse(readFileSync(packageFile("maplibre-gl", "package.json"), "utf8")).dependencies).sort();
  const texts = names.filter((name) => !name.startsWith("@types/")).map((name) => `${name}\n${"=".repeat(name.length)}\n\n${licenceOf(name)}\n`);
  writeFileSync(join(VENDOR, "LICENSE.inside-maplibre-gl.txt"), texts.join("\n\n"));
}

function licenceOf(name) {
  const file = readdirSync(packageFile(name, "")).find((each) => /^licen[cs]e/i.test(each));
  if (file) return readFileSync(packageFile(name, file), "utf8").replace(/\r\n/g, "\n").trimEnd();
  const manifest = JSON.parse(readFileSync(packageFile(name, "package.json"), "utf8"));
  return `${manifest.license} (the package names its licence and carries no text)`;
}

function vendor(entries, folder) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const rows = entries.map((entry) => copyOne(entry, folder));
  entries.forEach((entry) => copyLicence(entry, folder));
  const page = [
    "# Vendored browser libraries",
    "",
    "Copies from npm packages, pinned in `islands/package-lock.json` and laid down by `islands/build.mjs`; do not edit them here.",
    "Only the comment that points to a source map is taken off. The licence texts stand beside the files.",
    "",
    "| file | package | version | licence | path in the package | sha256 of the file here |",
    "| --- | --- | --- | --- | --- | --- |",
    ...rows,
    "",
  ];
  writeFileSync(join(folder, "VENDORED.md"), page.join("\n"));
}

/** The map library stays the package's own file: it can be compared with npm's, and is fetched only where there is a map. */
const takeMapLibreFromVendor = {
  name: "maplibre-from-vendor",
  setup(plan) {
    plan.onResolve({ filter: /^maplibre-gl$/ }, () => ({ path: "../vendor/maplibre-gl.js", external: true }));
  },
};

async function compile() {
  rmSync(ISLANDS, { recursive: true, force: true });
  await build({
    entryPoints: [join(HERE, "map.ts"), join(HERE, "map.css"), join(HERE, "device.ts"), join(HERE, "passages.ts"), join(HERE, "passages-worker.ts"), join(HERE, "passages.css")],
    outdir: ISLANDS,
    absWorkingDir: HERE,
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    charset: "utf8",
    legalComments: "none",
    plugins: [takeMapLibreFromVendor],
    banner: { js: `// ${NOTICE}`, css: `/* ${NOTICE} */` },
  });
}

vendor(SHIPPED, VENDOR);
vendor(TESTED_WITH, TEST_VENDOR);
copyBundledLicences();
await compile();
