// @ts-check
/**
 * Fetches tables that this server has: the samples, and files that an address names. From no other server: a link to this page must
 * not make it ask one.
 *
 * @import {Sample} from "./wire.js"
 * @import {Table} from "./tables.js"
 */

import { t } from "./language.js";
import { size } from "./words.js";

/** @param {Sample} sample @returns {Promise<Table>} */
export async function fetchSample(sample) {
  const response = await fetch(sample.url).catch(() => null);
  if (!response?.ok) throw new Error(t("data.no_sample", { name: sample.name }));
  return { name: sample.name, blob: await response.blob(), sample };
}

/**
 * @param {string} address
 * @param {number} most bytes
 * @returns {Promise<Table>}
 */
export async function fetchTable(address, most) {
  const url = URL.parse(address, location.origin);
  if (!url || url.origin !== location.origin) {
    throw new Error(t("data.elsewhere", { address }));
  }
  // Not followed elsewhere: a redirect could lead to another server.
  const response = await fetch(url, { redirect: "error" }).catch(() => null);
  if (!response) throw new Error(t("data.unreachable", { address }));
  if (!response.ok) throw new Error(t("data.refused", { address, status: String(response.status) }));
  const announced = Number(response.headers.get("content-length"));
  if (announced > most) {
    throw new Error(t("data.too_large_there", { address, size: size(announced), most: size(most) }));
  }
  const path = decodeURIComponent(url.pathname);
  return { name: path.slice(path.lastIndexOf("/") + 1) || "table", blob: await response.blob(), sample: null };
}
