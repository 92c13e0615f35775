// Builds build/static/: bundled modules and styles with hashed names, the icon sprite, and manifest.json, which
// archive_service/web/assets.py reads. No page loads anything from elsewhere: county networks are closed.
import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const out = path.join(root, "build", "static");
const pages = ["app", "capture", "charts", "inspection", "paper", "review", "search", "tray"];
const target = ["chrome91", "firefox90", "safari15"];

const common = {
  absWorkingDir: root,
  bundle: true,
  minify: true,
  metafile: true,
  legalComments: "linked",
  outdir: out,
  entryNames: "[name]-[hash]",
  chunkNames: "chunk-[hash]",
  assetNames: "[name]-[hash]",
  target,
};

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });

const results = await Promise.all([
  esbuild.build({
    ...common,
    entryPoints: pages.map((name) => `frontend/js/${name}.js`),
    format: "esm",
    splitting: true,
    sourcemap: true,
  }),
  // Runs before the first paint, so that neither theme nor rail jumps; a module would come too late.
  esbuild.build({ ...common, entryPoints: ["frontend/js/early.js"], format: "iife" }),
  esbuild.build({ ...common, entryPoints: ["frontend/css/app.css"], loader: { ".svg": "file" } }),
]);

const manifest = {
  "icons.svg": await writeHashed("icons.svg", await spriteOf(JSON.parse(await source("icons.json")))),
  "favicon.svg": await writeHashed("favicon.svg", await source("favicon.svg")),
};
for (const { metafile } of results) {
  for (const [file, { entryPoint }] of Object.entries(metafile.outputs)) {
    if (entryPoint) manifest[path.basename(entryPoint)] = path.basename(file);
  }
}
await writeFile(path.join(out, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
console.log(`built ${Object.keys(manifest).length} assets`);

function source(name) {
  return readFile(path.join(root, "frontend", name), "utf8");
}

async function writeHashed(name, text) {
  const digest = createHash("sha256").update(text).digest("hex").slice(0, 8).toUpperCase();
  const { name: stem, ext } = path.parse(name);
  await writeFile(path.join(out, `${stem}-${digest}${ext}`), text);
  return `${stem}-${digest}${ext}`;
}

async function spriteOf(names) {
  await refuseUnlistedIcons(new Set(names));
  const symbols = await Promise.all(names.map(symbolOf));
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>`;
}

async function symbolOf(name) {
  const file = path.join(root, "node_modules/@tabler/icons/icons/outline", `${name}.svg`);
  const source = await readFile(file, "utf8");
  const shapes = source.slice(source.indexOf(">", source.indexOf("<svg")) + 1, source.lastIndexOf("</svg>"));
  return `<symbol id="${name}" viewBox="0 0 24 24">${shapes.replace(/\s*\n\s*/g, "")}</symbol>`;
}

// A template that asks for an icon outside the sprite would show nothing; better the build says so.
async function refuseUnlistedIcons(listed) {
  const folder = path.join(root, "templates");
  const files = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith(".html"));
  const missing = new Set();
  for (const name of files) {
    const text = await readFile(path.join(folder, name), "utf8");
    for (const [, icon] of text.matchAll(/\bicon\("([a-z0-9-]+)"/g)) if (!listed.has(icon)) missing.add(icon);
  }
  if (missing.size) throw new Error(`icons used but not in frontend/icons.json: ${[...missing].join(", ")}`);
}
