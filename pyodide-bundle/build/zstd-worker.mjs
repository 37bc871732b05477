/** One thread that compresses what it is sent, for compress.mjs: WebAssembly's zstd would stand in the way of everything else. */
import { parentPort } from "node:worker_threads";
import { Zstd } from "@hpcc-js/wasm-zstd";

parentPort?.on("message", async (/** @type {{bytes: Uint8Array, level: number}} */ { bytes, level }) => {
  const zstd = await Zstd.load();
  parentPort?.postMessage(zstd.compress(bytes, level));
});
