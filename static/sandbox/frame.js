// @ts-check
/**
 * The bootstrap of the worker's frame: an opaque-origin document that holds nothing but this script, inlined under its hash.
 *
 * It makes no request. It waits for one message from the page around it, starts a worker from the bytes it was given, and
 * passes the page's port on to that worker. From then on the page and the worker talk directly; removing the frame ends both.
 */
(() => {
  /** @param {MessageEvent<{scripts: BlobPart[]}>} event */
  const start = (event) => {
    if (event.source !== parent) return;
    removeEventListener("message", start);
    const [port, faults] = event.ports;
    if (!port || !faults) return;
    const url = URL.createObjectURL(new Blob(event.data.scripts, { type: "text/javascript" }));
    const worker = new Worker(url);
    worker.onerror = (error) => {
      error.preventDefault();
      faults.postMessage(String(error.message || "the worker could not be started"));
    };
    worker.onmessageerror = () => faults.postMessage("a message could not be read");
    worker.postMessage(null, [port]);
  };
  addEventListener("message", start);
})();
