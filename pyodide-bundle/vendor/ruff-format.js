/**
 * The formatter of programs, for static/app/format-worker.js. Its WebAssembly is a file beside it: see build/vendor.mjs.
 */

export { default as init, format } from "@wasm-fmt/ruff_fmt/web";
