/**
 * The shapes of the three files a bundle passes through (wanted.json, manifest.json, dist/runtime.json), and where things lie on
 * this machine. Reading only: pin.mjs writes the manifest, bundle.mjs writes dist/ and the snapshot's digest.
 */

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * Where the bytes of an input may come from, tried in order. `distribution`: a name under the manifest's distribution URL;
 * `archive`: a member of another input; `pip`: a requirement for `pip download`; `npm`: a path inside an installed package.
 *
 * @typedef {{distribution: string} | {archive: string, member: string} | {pip: string} | {npm: string, path: string}} Source
 * @typedef {{name: string, bytes: number, sha256: string, sources: Source[]}} Input
 * @typedef {{version: string, input: string, depends: string[], base: boolean}} PinnedPackage
 * @typedef {{contains: string, package: string}} Hint a program that holds this text needs this package, though it never imports it
 * @typedef {{file: string, module: string, version: string, package: string}} Renderer
 * A font as its maker gives it, in all weights, becomes files of one weight each. The font of `latin` is there at every start, the
 * others follow when they are of use.
 *
 * @typedef {{member: string, weight: number, name: string}} FontFace `name`: of the file that is made
 * @typedef {{input: string, licence: string, faces: FontFace[]}} Font `licence`: a member of the input, as the faces are
 * @typedef {"latin" | "han" | "kana" | "hangul"} Script
 * @typedef {object} Manifest
 * @property {string} runtime
 * @property {string} python
 * @property {string} abi
 * @property {string} distribution
 * @property {Input[]} inputs
 * @property {Record<string, PinnedPackage>} packages
 * @property {Record<string, string>} imports top-level module -> package
 * @property {Hint[]} hints
 * @property {Record<string, Renderer>} renderers
 * @property {Record<Script, Font>} fonts
 * @property {{inputs: string, sha256: string}} [snapshot] what the memory snapshot is made from, and what comes out; bundle.mjs
 *   writes it down
 */

const here = dirname(fileURLToPath(import.meta.url));

export const bundleFolder = dirname(here);
export const nodeModules = join(dirname(bundleFolder), "node_modules");
export const manifestPath = join(bundleFolder, "manifest.json");
export const wantedPath = join(bundleFolder, "wanted.json");

/** Where an interpreter has its packages. */
export const SITE_PACKAGES = "/lib/python3.14/site-packages";

/** Outside the clone, so that a fresh clone starts with everything an older one fetched and built. */
export function cacheFolder() {
  const base = process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache");
  return join(base, "sandplot", "bundle");
}

/**
 * @param {string} path
 * @returns {Manifest}
 */
export function readManifest(path = manifestPath) {
  return JSON.parse(readFileSync(path, "utf8"));
}

/** @param {Uint8Array | string} bytes */
export function sha256(bytes) {
  return createHash("sha256").update(bytes).digest("hex");
}
