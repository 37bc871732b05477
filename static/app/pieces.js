// @ts-check
/**
 * The pieces of a file that is being read, for somebody who may not be there yet: until then they are kept, from then on they are
 * passed on as they come. What is read, and how it is checked, is runtime-worker.js's.
 */
export class Pieces {
  /** @type {ArrayBuffer[]} */
  #waiting = [];
  /** @type {(piece: ArrayBuffer) => void} */
  #give = (piece) => this.#waiting.push(piece);

  /** @param {(give: (piece: ArrayBuffer) => void) => Promise<boolean>} work reads them; its answer is whether that was the whole file */
  constructor(work) {
    /** @type {Promise<boolean>} */
    this.ended = work((piece) => this.#give(piece));
  }

  /**
   * @param {(piece: ArrayBuffer) => void} give
   * @returns {Promise<boolean>} whether it was given the whole file
   */
  to(give) {
    for (const piece of this.#waiting.splice(0)) give(piece);
    this.#give = give;
    return this.ended;
  }
}
