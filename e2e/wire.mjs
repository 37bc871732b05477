// Counts what comes over the wire, whatever the browser, and can keep a file from arriving.
import { startProxy } from "./proxy.mjs";

/** @param {string} target the server */
export async function startWire(target) {
  let bytes = 0;
  /** @type {string | null} */
  let refused = null;
  const proxy = await startProxy(target, {
    answers(request) {
      const isRefused = refused !== null && (request.url ?? "").endsWith(`/${refused}`);
      if (isRefused) request.socket.destroy();
      return isRefused;
    },
    onPiece(piece) {
      bytes += piece.length;
    },
  });
  return {
    ...proxy,
    /** Bytes of bodies, as they were sent, since it was last asked. */
    taken() {
      const since = bytes;
      bytes = 0;
      return since;
    },
    /** @param {string | null} name of the file that does not arrive from now on */
    refuse(name) {
      refused = name;
    },
  };
}
