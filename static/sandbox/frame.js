// @ts-check
/**
 * The bootstrap of the worker's frame: an opaque-origin document that holds nothing but this script, inlined under its hash.
 *
 * It makes no request. It waits for one message from the page around it, starts a worker from the bytes it was given, and
 * passes the page's port on to that worker. From then on the page and the worker talk directly; removing the frame ends both.
 *
 * Or it is given WebAssembly to keep compiled and runs none of it: engines share the machine code of equal bytes between the
 * documents of a process, as long as somebody holds it, so that later interpreters need not compile what earlier ones did.
 */
(() => {
  /** Held for as long as this document lives. @type {Promise<WebAssembly.Module>[]} */
  let kept = [];

  /** @param {MessageEvent<{scripts: BlobPart[]} | {keep: ArrayBuffer[]}>} event */
  const start = (event) => {
    if (event.source !== parent) return;
    const [port, faults] = event.ports;
    removeEventListener("message", start);
    if ("keep" in event.data) {
      kept = event.data.keep.map((bytes) => WebAssembly.compile(bytes));
      Promise.allSettled(kept).then(() => port?.postMessage("kept"));
      return;
    }
    if (!port || !faults) return;
    faults.postMessage("started");
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
