// @ts-check
/**
 * Writes an interactive figure into one HTML file: its data, the pinned renderer, its fonts, and the sealed frame that it is drawn in. The file
 * opens from a disk or from any server, needs no network, and its policy lets it have none. What a program wrote is in it as text and as
 * JSON, never as markup.
 *
 * @import {FigureFace, InteractiveFigure} from "../shared/protocol.js"
 * @import {SandboxConfig} from "./sandbox.js"
 */

import { digestOf } from "./digest.js";
import { rendererOf } from "./figure-frame.js";
import { language, t } from "./language.js";
import { base64Of } from "./svg-fonts.js";

/** Of this page: what draws in the frame, and what runs in the file around it. */
const BOOTSTRAP = new URL("../sandbox/render/figure.js", import.meta.url);
const PLAYER = new URL("saved-figure.js", import.meta.url);

const STYLE =
  "body{margin:0 auto;max-width:72rem;padding:1rem;font:1rem/1.5 system-ui,sans-serif;color-scheme:light dark}" +
  "h1{font-size:1.25rem}figure{margin:0}iframe{display:block;width:100%;height:450px;border:0;background:#fff;color-scheme:light}" +
  "figcaption,footer{margin-top:.5rem;font-size:.875rem}";

/**
 * @param {InteractiveFigure} figure
 * @param {{title: string, description: string, faces: FigureFace[], config: SandboxConfig}} about `faces`: what it is written in
 * @returns {Promise<Blob>}
 */
export async function makeFigureFile({ kind, spec }, { title, description, faces, config }) {
  const [renderer, bootstrap, player] = await Promise.all([
    rendererOf(kind, config),
    textOf(BOOTSTRAP),
    textOf(PLAYER),
  ]);
  const [drawer, starter, runner] = await Promise.all(
    [renderer, bootstrap, player].map(async (text) => `'${await digestOf(new TextEncoder().encode(text))}'`),
  );
  const looks = "style-src 'unsafe-inline'; img-src data: blob:; font-src data:; form-action 'none'; base-uri 'none'";
  const inside = `default-src 'none'; script-src ${starter} ${drawer}; ${looks}`;
  // The frame inherits this policy and adds its own: so it names the frame's scripts too. `frame-src` is where the frame may go.
  const outside = `default-src 'none'; script-src ${runner} ${starter} ${drawer}; frame-src 'none'; ${looks}`;
  const frame = `<!doctype html>${policy(inside)}<script>${bootstrap}</script>`;
  // No `<` in it: nothing can end the element.
  const data = JSON.stringify({
    kind,
    spec,
    renderer,
    faces: faces.map((face) => ({ ...face, bytes: base64Of(face.bytes) })),
    frame,
    failed: t("figure.not_drawn", { message: "" }),
    name: t("figure.scrolls", { name: title }),
  }).replaceAll("<", "\\u003c");
  return new Blob(
    [
      `<!doctype html>\n<html lang="${language()}">\n<head>\n<meta charset="utf-8">\n${policy(outside)}\n`,
      '<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="referrer" content="no-referrer">\n',
      `<title>${escaped(title)}</title>\n<style>${STYLE}</style>\n</head>\n<body>\n<main>\n<h1>${escaped(title)}</h1>\n`,
      `<figure><p role="status"></p><figcaption>${escaped(description)}</figcaption></figure>\n</main>\n`,
      `<footer>${escaped(t("file.footer"))}</footer>\n`,
      `<script type="application/json" id="figure">${data}</script>\n<script>${player}</script>\n</body>\n</html>\n`,
    ],
    { type: "text/html" },
  );
}

/** @param {string} content */
function policy(content) {
  return `<meta http-equiv="Content-Security-Policy" content="${content}">`;
}

/** @param {string} text @returns {string} in an element or in an attribute between quotes */
export function escaped(text) {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}

/** @param {URL} url */
async function textOf(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(t("file.unfetched", { status: String(response.status) }));
  return response.text();
}
