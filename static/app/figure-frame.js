// @ts-check
/**
 * Draws a plotly or vega figure in a sealed frame of its own, from data. Which figure goes where is figures.js's.
 *
 * @import {FigureFace, FigurePicture, InteractiveFigure, Measured} from "../shared/protocol.js"
 * @import {SandboxConfig} from "./sandbox.js"
 */

import { ProtocolError, parseFromFigure } from "../shared/protocol.js";
import { facesFor } from "./figure-fonts.js";
import { SandboxError, sealedFrame } from "./interpreter.js";
import { t } from "./language.js";
import { RefusedFigure } from "./refused-figure.js";
import { runtimeFiles } from "./runtime.js";

/** Seconds that a figure may take to be drawn. */
const DRAW_SECONDS = 60;
/** Messages a frame may send in its life: a size for each step of a window that is dragged, and some pictures. */
const MESSAGES = 10_000;

/**
 * @param {HTMLElement} container
 * @param {InteractiveFigure} figure
 * @param {SandboxConfig} config
 * @returns {Promise<{remove(): void, picture(wanted: FigurePicture): Promise<Blob>, width: () => number, faces: FigureFace[],
 *   measured: Measured}>} settled when the figure is on the screen; `picture` and what was `measured` are as hostile as the figure,
 *   its `faces` are the page's own
 */
export async function drawInteractive(container, figure, config) {
  const frame = sealedFrame(config.sandbox.figureFrame);
  frame.title = figure.facts.title || t("figure.interactive");
  const loaded = new Promise((resolve) => frame.addEventListener("load", resolve, { once: true }));
  container.append(frame);
  const [renderer, faces] = await Promise.all([
    rendererOf(figure.kind, config),
    facesFor(figure.spec, config),
    loaded,
  ]).catch((error) => {
    frame.remove();
    throw error;
  });

  const { port1: port, port2 } = new MessageChannel();
  /** @type {Map<number, {resolve: (picture: Blob) => void, reject: (error: Error) => void}>} */
  const pictures = new Map();
  let messages = 0;
  let nextId = 1;
  const remove = () => {
    port.close();
    frame.remove();
    for (const { reject } of pictures.values()) reject(new SandboxError("stopped", t("figure.removed")));
    pictures.clear();
  };

  /** @type {Measured} */
  const measured = await new Promise((resolve, reject) => {
    const clock = setTimeout(
      () => fail(new SandboxError("timeout", t("figure.late", { seconds: DRAW_SECONDS }))),
      DRAW_SECONDS * 1000,
    );
    /** @param {Error} error */
    const fail = (error) => {
      clearTimeout(clock);
      remove();
      reject(error);
    };
    port.onmessage = ({ data }) => {
      try {
        messages += 1;
        if (messages > MESSAGES) throw new ProtocolError("it sent too many messages");
        const message = parseFromFigure(data);
        switch (message.type) {
          case "drawn":
            clearTimeout(clock);
            frame.style.height = `${message.height}px`;
            return resolve(message.measured);
          case "resized":
            frame.style.height = `${message.height}px`;
            return;
          case "image":
            pictures
              .get(message.id)
              ?.resolve(
                message.png === null
                  ? new Blob([message.svg ?? ""], { type: "image/svg+xml" })
                  : new Blob([message.png], { type: "image/png" }),
              );
            pictures.delete(message.id);
            return;
          case "refused":
            pictures.get(message.id)?.reject(new Error(message.message));
            pictures.delete(message.id);
            return;
          case "failed":
            return fail(new RefusedFigure(figure.kind, message.message));
        }
      } catch (error) {
        if (!(error instanceof ProtocolError)) throw error;
        fail(new SandboxError("flood", t("figure.closed", { message: error.message })));
      }
    };
    frame.contentWindow?.postMessage(null, "*", [port2]);
    const name = t("figure.scrolls", { name: frame.title });
    port.postMessage({ type: "draw", kind: figure.kind, renderer, spec: figure.spec, faces, name });
  });

  return {
    remove,
    faces,
    width: () => frame.clientWidth,
    measured,
    picture: (wanted) =>
      new Promise((resolve, reject) => {
        const id = nextId++;
        pictures.set(id, { resolve, reject });
        port.postMessage({ type: "image", id, ...wanted });
      }),
  };
}

/**
 * @param {"plotly" | "vega"} kind
 * @param {SandboxConfig} config
 */
export function rendererOf(kind, config) {
  return runtimeFiles(config).text(config.runtime.renderers[kind].file);
}
