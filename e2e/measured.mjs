/**
 * Draws interactive figures as a figure's frame does, with the real renderers of the bundle, and gives what was measured of them. For tests
 * of what counts as unreadable, which need many figures and no server.
 */

import { readFileSync } from "node:fs";
import { brotliDecompressSync } from "node:zlib";
import { parseFromFigure } from "../static/shared/protocol.js";
import { figureFaces } from "./figure-faces.mjs";

const root = new URL("../", import.meta.url);
const dist = new URL("pyodide-bundle/dist/", root);

const { renderers } = JSON.parse(readFileSync(new URL("runtime.json", dist), "utf8"));

/** @param {"plotly" | "vega"} kind */
function rendererOf(kind) {
  return brotliDecompressSync(readFileSync(new URL(`files/${renderers[kind].file}.br`, dist))).toString();
}

/**
 * @param {import("@playwright/test").Page} page whose document becomes that of the figures, one after the other
 * @param {"plotly" | "vega"} kind
 */
export async function openMeasuring(page, kind) {
  await page.goto("about:blank");
  await page.addScriptTag({ content: readFileSync(new URL("static/sandbox/render/figure.js", root), "utf8") });
  const port = await page.evaluateHandle(() => {
    const { port1, port2 } = new MessageChannel();
    // The document is its own parent here.
    postMessage(null, "*", [port2]);
    return port1;
  });
  const written = figureFaces().map((face) => ({
    ...face,
    bytes: Buffer.from(face.bytes).toString("base64"),
  }));
  const faces = await page.evaluateHandle(
    (written) =>
      written.map((face) => ({
        ...face,
        bytes: Uint8Array.from(atob(face.bytes), (letter) => letter.charCodeAt(0)).buffer,
      })),
    written,
  );
  // Evaluated once: it stays for the next figure.
  let renderer = rendererOf(kind);

  /** @param {object} spec */
  return async (spec) => {
    const message = { type: "draw", kind, renderer, spec: JSON.stringify(spec), name: "figure" };
    renderer = "";
    const said = await port.evaluate(
      (port, { draw, faces }) =>
        new Promise((resolve) => {
          document.body.replaceChildren();
          port.onmessage = ({ data }) => {
            // A figure before may still be told to have another size.
            if (data.type !== "resized") resolve(data);
          };
          port.postMessage({ ...draw, faces });
        }),
      { draw: message, faces },
    );
    const drawn = parseFromFigure(said);
    if (drawn.type !== "drawn") throw new Error(`the figure was not drawn: ${JSON.stringify(drawn)}`);
    return drawn.measured;
  };
}
