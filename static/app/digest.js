// @ts-check
/** Digests in the form that `integrity` attributes and content security policies share: `sha256-` and base64. */

/** Only a secure context can make them: not a page that came from another machine over plain HTTP. */
export function canDigest() {
  return globalThis.crypto?.subtle !== undefined;
}

/** @param {BufferSource} bytes */
export async function digestOf(bytes) {
  return sourceOf(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
}

/** @param {string} hex a digest as manifests write it */
export function digestFromHex(hex) {
  return sourceOf(Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16)));
}

/** @param {Uint8Array} digest */
function sourceOf(digest) {
  return `sha256-${btoa(String.fromCharCode(...digest))}`;
}
