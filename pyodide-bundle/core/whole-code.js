// @ts-check
/**
 * The second halves of code: of Python's own module and its libraries only the functions are compiled at first that charts usually
 * call. Calls of others lead here; then all of a module is compiled, over the same memory and table, and its functions take their
 * places. How a module is made two is ../build/split.mjs's, and written there; when one is loaded at first is restore.js's.
 */

/**
 * @param {Map<number, Uint8Array<ArrayBuffer>>} rests second modules, by their numbers, without the functions that the first ones have
 */
globalThis.createWholeCode = function createWholeCode(rests) {
  const CODE_SECTION = 10;
  /** What a second module takes from the first one has names that begin so, and comes from a module of that name. */
  const OWN = "~";
  const WHOLE = `${OWN}whole`;
  /** `\0asm` and the version. */
  const PREAMBLE = 8;

  /**
   * Those of which only the first halves are there, by numbers: the second one, compiled or yet to be made.
   * @type {Map<number, {code: WebAssembly.Module | (() => Uint8Array<ArrayBuffer>), imports: WebAssembly.Imports,
   *   exports: WebAssembly.Exports}>}
   */
  const begun = new Map();

  /**
   * @param {number} number by which its functions ask for the second one
   * @param {Uint8Array} bytes of a first module
   * @param {WebAssembly.Imports} imports what it was given
   * @param {WebAssembly.Exports} exports
   */
  function begin(number, bytes, imports, exports) {
    const rest = rests.get(number);
    if (rest && WHOLE in exports) begun.set(number, { code: () => putTogether(bytes, rest), imports, exports });
  }

  /** Has all of a module take the place of its first half. Called in the middle of whatever Python does. @param {number} number */
  function load(number) {
    const half = begun.get(number);
    if (!half) throw new Error(`there is no second half of ${number}`);
    const { code, imports, exports } = half;
    const module = typeof code === "function" ? new WebAssembly.Module(code()) : code;
    new WebAssembly.Instance(module, { ...imports, [OWN]: exports });
    /** @type {WebAssembly.Global} */ (exports[WHOLE]).value = 1;
    begun.delete(number);
  }

  /** While nobody waits for it. */
  async function compile() {
    for (const half of begun.values()) {
      if (typeof half.code === "function") half.code = await WebAssembly.compile(half.code());
    }
  }

  /**
   * @param {Uint8Array} first
   * @param {Uint8Array} rest
   * @returns {Uint8Array<ArrayBuffer>} the second module, with the first one's functions where it has none
   */
  function putTogether(first, rest) {
    const given = codeOf(first);
    const { from, to, bodies } = codeOf(rest);
    const whole = bodies.map(([start, end], number) => {
      const [other, otherEnd] = given.bodies[number] ?? [0, 0];
      return end - start > 1 ? rest.subarray(start, end) : first.subarray(other, otherEnd);
    });
    const count = unsigned(bodies.length);
    const length = whole.reduce((sum, body) => sum + body.length, count.length);
    const head = [CODE_SECTION, ...unsigned(length), ...count];
    const bytes = new Uint8Array(from + head.length + (length - count.length) + (rest.length - to));
    let at = 0;
    for (const part of [rest.subarray(0, from), head, ...whole, rest.subarray(to)]) {
      bytes.set(part, at);
      at += part.length;
    }
    return bytes;
  }

  /**
   * @param {Uint8Array} bytes of a module
   * @returns {{from: number, to: number, bodies: [from: number, to: number][]}} where its section of code is, and in it each function's
   *   body, with its length before it
   */
  function codeOf(bytes) {
    let at = PREAMBLE;
    const next = () => {
      for (let value = 0, scale = 1; ; scale *= 128) {
        const byte = bytes[at];
        if (byte === undefined) throw new Error("the module ends early");
        at += 1;
        value += (byte % 128) * scale;
        if (byte < 128) return value;
      }
    };
    for (;;) {
      const from = at;
      const section = next();
      const length = next();
      const to = at + length;
      if (section !== CODE_SECTION) {
        at = to;
        continue;
      }
      const bodies = Array.from({ length: next() }, () => {
        const start = at;
        const size = next();
        at += size;
        return /** @type {[number, number]} */ ([start, at]);
      });
      return { from, to, bodies };
    }
  }

  /** @param {number} value @returns {number[]} */
  function unsigned(value) {
    return value < 128 ? [value] : [(value % 128) + 128, ...unsigned(Math.floor(value / 128))];
  }

  return { begin, load, compile };
};
