// A large CSV as people have them, made where it is needed: orders of a shop, about a hundred bytes a row, each run the same.

import { once } from "node:events";
import { createWriteStream } from "node:fs";

const COUNTRIES = ["Austria", "Brazil", "Canada", "Denmark", "Egypt", "France", "Germany", "India", "Japan", "Kenya"];
const STATES = ["new", "paid", "shipped", "returned"];
const WORDS = "quick brown fox jumps over lazy dog while seven wizards brew amber tea near quiet harbour walls".split(
  " ",
);
const HEADER = "order_id,ordered_at,country,postcode,state,units,price,discount,weight_kg,express,remark\n";
const ROWS_A_BLOCK = 5_000;

/**
 * @param {string} path
 * @param {number} bytes it grows to at least
 * @returns {Promise<number>} its rows
 */
export async function writeBigTable(path, bytes) {
  const file = createWriteStream(path);
  file.write(HEADER);
  let rows = 0;
  let state = 42;
  /** Numbers that look random and are the same each time: Numerical Recipes' generator. @param {number} below */
  const random = (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  for (let written = 0; written < bytes; ) {
    let block = "";
    for (let i = 0; i < ROWS_A_BLOCK; i += 1, rows += 1) {
      const when = new Date(Date.UTC(2019, 0, 1) + rows * 157_000).toISOString().slice(0, 19).replace("T", " ");
      const price = (random(90_000) + 99) / 100;
      // A gap now and then.
      const weight = random(50) === 0 ? "" : (random(30_000) / 1000).toFixed(3);
      const remark = Array.from({ length: 3 + random(4) }, () => WORDS[random(WORDS.length)]).join(" ");
      block +=
        `${10_000_000 + rows},${when},${COUNTRIES[random(COUNTRIES.length)]},${String(random(99_999)).padStart(5, "0")},` +
        `${STATES[random(STATES.length)]},${1 + random(12)},${price.toFixed(2)},${random(30)},${weight},` +
        `${random(5) === 0 ? "yes" : "no"},${remark}\n`;
    }
    written += block.length;
    if (!file.write(block)) await once(file, "drain");
  }
  file.end();
  await once(file, "close");
  return rows;
}
