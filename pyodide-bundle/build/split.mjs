/**
 * Code that a start compiles, and code that it does not. Of Python's own module and its libraries a usual chart calls a fifth; engines
 * that compile a module whole let the person wait for all of it. So the build watches which functions are called, and makes two modules
 * of each:
 *
 * - The first holds what was called. Each other function that can be reached is a few bytes long: it makes sure that the second module
 *   is there and calls what is in its own slot of the table, which is the function itself then.
 * - The second holds the whole code over the same memory, tables and globals, in the same order, and puts its functions into the slots.
 *   What the first one has of it is left out of its file, and put in again by ../core/restore.js: no byte is sent twice. Within it
 *   functions call each other directly, as ever.
 *
 * Both number functions, types and globals as the original does, so that no body has to be rewritten, or understood. Where the slots are
 * and which modules there are is code.mjs's to say.
 */

import {
  FUNCTION_REFERENCE,
  FUNCTION_TYPE,
  I32,
  KIND,
  largeSection,
  NO_RESULT,
  OP,
  PREAMBLE,
  Reader,
  SECTION,
  sectionsOf,
  signed,
  text,
  unsigned,
} from "./wasm.mjs";

/** Of what the second module takes from the first; no name of C begins with it. */
const OWN = "~";
/** Of the first: not 0 once the second one is there. */
const WHOLE = `${OWN}whole`;
/** Of a watched module: a table that holds each function that was called. */
const CALLED = `${OWN}called`;

/** In which sections follow one another; those of others stand before or after all of them. */
const ORDER = [
  SECTION.type,
  SECTION.import,
  SECTION.function,
  SECTION.table,
  SECTION.memory,
  SECTION.tag,
  SECTION.global,
  SECTION.export,
  SECTION.start,
  SECTION.element,
  SECTION.dataCount,
  SECTION.code,
  SECTION.data,
];
/** Sections whose definitions the second module takes from the first. Of globals it takes those that can change. */
const SHARED = /** @type {const} */ ([
  [SECTION.table, KIND.table, "table"],
  [SECTION.memory, KIND.memory, "memory"],
  [SECTION.tag, KIND.tag, "tag"],
]);
/** Bytes of a function that is compiled at the start though it was not called, since one is there that calls it. */
const LARGEST_CALLEE = 2000;
/** Bytes of one that is compiled in any case: many are such, what would stand in for it is not much shorter, and garbage is looked for by them. */
const SMALLEST = 100;

const ACTIVE = 0;
const DECLARED = 3;
const FUNCTIONS = 0;
const MUTABLE = 1;

/**
 * @param {Uint8Array} bytes
 * @returns {Buffer} a module that does the same, and exports a table in which each of its own functions stands once it was called
 */
export function watchCalls(bytes) {
  const module = dissect(bytes);
  const { bodies, functions, imported, entries } = module;
  const first = imported.function;
  const table = imported.table + entries(SECTION.table).length;
  const calledTable = [FUNCTION_REFERENCE, 0, ...unsigned(bodies.length)];
  const all = bodies.flatMap((_, number) => unsigned(first + number));
  const watched = bodies.map((body, number) => {
    const mark = [
      OP.i32Const,
      ...signed(number),
      OP.refFunc,
      ...unsigned(first + number),
      OP.tableSet,
      ...unsigned(table),
    ];
    const start = endOfLocals(body);
    return sized(Buffer.concat([body.subarray(0, start), Buffer.from(mark), body.subarray(start)]));
  });
  if (functions.length !== first + bodies.length) throw new Error("there are not as many functions as bodies");
  return module.build({
    [SECTION.table]: [...entries(SECTION.table), Buffer.from(calledTable)],
    [SECTION.export]: [...entries(SECTION.export), exportOf(CALLED, KIND.table, table)],
    [SECTION.element]: [
      ...entries(SECTION.element),
      Buffer.from([DECLARED, FUNCTIONS, ...unsigned(bodies.length), ...all]),
    ],
    [SECTION.code]: watched,
  });
}

/** @param {Record<string, unknown>} exports of a module */
export function isWatched(exports) {
  return Object.hasOwn(exports, CALLED);
}

/**
 * @param {Record<string, unknown>} exports of a watched module
 * @returns {number[]} functions that were called, by their numbers among those that it defines
 */
export function calledFunctions(exports) {
  const table = /** @type {{length: number, get(at: number): unknown}} */ (exports[CALLED]);
  return Array.from({ length: table.length }, (_, number) => number).filter((number) => table.get(number) !== null);
}

/**
 * @param {Uint8Array} bytes
 * @param {Iterable<number>} called functions, by their numbers among those that it defines
 * @param {{firstSlot: number, loader: number, number: number}} place `firstSlot`: of the table's that are free for it; `loader`: the slot
 *   of a function that has the second module put there, and is given `number`
 * @returns {{start: Buffer, rest: Buffer, slots: number}} the first module; the second without what the first has of it; how many slots
 *   it takes
 */
export function splitModule(bytes, called, { firstSlot, loader, number }) {
  const module = dissect(bytes);
  const { types, functions, bodies, imported, entries } = module;
  const first = imported.function;
  const kept = withCallees(module, module.started >= first ? [...called, module.started - first] : called);
  const reached = reachedFrom(module, kept);
  const stubs = bodies.map((_, at) => at).filter((at) => !kept.has(at) && reached.has(first + at));
  const slotOf = new Map(stubs.map((at, index) => [at, firstSlot + index]));

  const givesNumber = String.fromCharCode(FUNCTION_TYPE, 1, I32, 0);
  const givesNothing = String.fromCharCode(FUNCTION_TYPE, 0, 0);
  const moreTypes = [givesNumber, givesNothing].filter((type) => !types.includes(type));
  const allTypes = [...types, ...moreTypes];
  const whole = imported.global + entries(SECTION.global).length;
  const ensure = first + bodies.length;
  const ensured = [
    0,
    ...[OP.globalGet, ...unsigned(whole), OP.if, NO_RESULT, OP.return, OP.end],
    ...[OP.i32Const, ...signed(number), OP.i32Const, ...signed(loader)],
    ...[OP.callIndirect, ...unsigned(allTypes.indexOf(givesNumber)), 0, OP.end],
  ];
  /** @param {number} at @param {number} slot */
  const stub = (at, slot) => {
    const type = functions[first + at] ?? 0;
    const parameters = Array.from({ length: allTypes[type]?.charCodeAt(1) ?? 0 }, (_, local) => local);
    return [
      0,
      ...[OP.call, ...unsigned(ensure)],
      ...parameters.flatMap((local) => [OP.localGet, ...unsigned(local)]),
      ...[OP.i32Const, ...signed(slot), OP.callIndirect, ...unsigned(type), 0, OP.end],
    ];
  };
  const nothing = Buffer.from([0, OP.unreachable, OP.end]);
  const shared = sharedOf(module);

  const start = module.build({
    [SECTION.type]: [...entries(SECTION.type), ...moreTypes.map((type) => Buffer.from(type, "latin1"))],
    [SECTION.function]: [...entries(SECTION.function), Buffer.from(unsigned(allTypes.indexOf(givesNothing)))],
    [SECTION.global]: [...entries(SECTION.global), Buffer.from([I32, MUTABLE, OP.i32Const, 0, OP.end])],
    [SECTION.export]: [
      ...entries(SECTION.export),
      ...shared.map(({ name, kind, at }) => exportOf(name, kind, at)),
      exportOf(WHOLE, KIND.global, whole),
    ],
    [SECTION.code]: [
      ...bodies.map((body, at) => {
        const slot = slotOf.get(at);
        return sized(kept.has(at) ? body : slot === undefined ? nothing : Buffer.from(stub(at, slot)));
      }),
      sized(Buffer.from(ensured)),
    ],
  });

  const puts = [ACTIVE, OP.i32Const, ...signed(firstSlot), OP.end, ...unsigned(stubs.length)];
  const rest = module.build(
    {
      [SECTION.import]: [
        ...entries(SECTION.import),
        ...shared.map(({ name, kind, type }) => Buffer.from([...text(OWN), ...text(name), kind, ...type])),
      ],
      ...Object.fromEntries(SHARED.map(([section]) => [section, []])),
      [SECTION.global]: entries(SECTION.global).slice(shared.filter(({ kind }) => kind === KIND.global).length),
      [SECTION.export]: [],
      [SECTION.start]: [],
      [SECTION.element]: [
        ...entries(SECTION.element),
        Buffer.from([...puts, ...stubs.flatMap((at) => unsigned(first + at))]),
      ],
      [SECTION.dataCount]: [],
      // No body is as short as that.
      [SECTION.code]: bodies.map((body, at) => (kept.has(at) ? Buffer.from([0]) : sized(body))),
      [SECTION.data]: [],
    },
    { others: false },
  );
  return { start, rest, slots: stubs.length };
}

/**
 * These and what they call, and what that calls, unless it is large: so a rarer case of what was called finds what it needs, mostly. What
 * is called by way of the table is not among them.
 *
 * @param {Anatomy} module
 * @param {Iterable<number>} called
 * @returns {Set<number>} by their numbers among those that the module defines
 */
function withCallees({ bodies, imported }, called) {
  const kept = new Set(called);
  // What is added while this goes on is visited too.
  for (const at of kept) {
    for (const number of mentioned(bodies[at] ?? new Uint8Array(), OP.call)) {
      const callee = number - imported.function;
      const { length } = bodies[callee] ?? { length: Number.POSITIVE_INFINITY };
      if (length <= LARGEST_CALLEE) kept.add(callee);
    }
  }
  for (const [at, { length }] of bodies.entries()) if (length <= SMALLEST) kept.add(at);
  return kept;
}

/**
 * Functions that others than those put off may call: from the table, as exports, or from a body.
 *
 * @param {Anatomy} module
 * @param {Set<number>} kept
 * @returns {Set<number>} by their numbers among all functions
 */
function reachedFrom({ bodies, exported, inTable }, kept) {
  const reached = new Set([...exported, ...inTable]);
  for (const at of kept) {
    const body = bodies[at] ?? new Uint8Array();
    for (const op of [OP.call, OP.tailCall, OP.refFunc]) for (const number of mentioned(body, op)) reached.add(number);
  }
  return reached;
}

/**
 * What may be the operand of such an instruction. Bodies are not decoded: whatever looks like one counts, so that there are a few too
 * many and none too few.
 *
 * @param {Uint8Array} body
 * @param {number} op
 * @returns {number[]}
 */
function mentioned(body, op) {
  const numbers = [];
  for (let at = body.indexOf(op); at >= 0; at = body.indexOf(op, at + 1)) {
    let number = 0;
    for (let next = at + 1, scale = 1; next < body.length && scale < 2 ** 35; next += 1, scale *= 128) {
      const part = body[next] ?? 0;
      number += (part & 0x7f) * scale;
      if (part < 0x80) break;
    }
    numbers.push(number);
  }
  return numbers;
}

/**
 * @param {Anatomy} module
 * @returns {{name: string, kind: number, at: number, type: Uint8Array}[]} what the second module takes from the first, by kinds, each in
 *   its order
 */
function sharedOf({ imported, entries }) {
  const shared = SHARED.flatMap(([section, kind, word]) =>
    entries(section).map((type, number) => ({
      name: `${OWN}${word}${number}`,
      kind,
      at: imported[word] + number,
      type,
    })),
  );
  const globals = entries(SECTION.global);
  const last = globals.findLastIndex((entry) => entry[1] === MUTABLE);
  for (const [number, entry] of globals.slice(0, last + 1).entries()) {
    shared.push({
      name: `${OWN}global${number}`,
      kind: KIND.global,
      at: imported.global + number,
      type: entry.subarray(0, 2),
    });
  }
  return shared;
}

/**
 * @typedef {object} Anatomy of a module
 * @property {string[]} types of functions: bytes as text
 * @property {number[]} functions their types' numbers: of the imported ones, then of the others
 * @property {Record<"function" | "table" | "memory" | "global" | "tag", number>} imported how many
 * @property {number} started the function that is called when it is loaded, or -1
 * @property {Set<number>} exported functions
 * @property {Set<number>} inTable functions
 * @property {Uint8Array[]} bodies of the functions that are not imported
 * @property {(section: number) => Uint8Array[]} entries of a section, as they stand there
 * @property {(changed: Record<number, Uint8Array[]>, options?: {others: boolean}) => Buffer} build the module with other entries in some
 *   sections; without the sections of others, if they are not wanted
 */

/**
 * @param {Uint8Array} bytes
 * @returns {Anatomy}
 */
function dissect(bytes) {
  /** @type {Map<number, {from: number, content: number, to: number}>} */
  const sections = new Map();
  /** Of others, before the first and after it. @type {[Uint8Array[], Uint8Array[]]} */
  const others = [[], []];
  for (const place of sectionsOf(bytes)) {
    if (place.id !== SECTION.custom) sections.set(place.id, place);
    else others[sections.size === 0 ? 0 : 1].push(bytes.subarray(place.from, place.to));
  }
  /** @template T @param {number} id @param {(section: Reader) => T} read @returns {T[]} */
  const list = (id, read) => {
    const place = sections.get(id);
    if (!place) return [];
    const section = new Reader(bytes, place.content);
    const all = section.list(() => read(section));
    if (section.at !== place.to) throw new Error(`section ${id} is not read to its end`);
    return all;
  };
  /** @param {number} id @param {(section: Reader) => unknown} skip */
  const slices = (id, skip) =>
    list(id, (section) => {
      const { at } = section;
      skip(section);
      return bytes.subarray(at, section.at);
    });

  const types = list(SECTION.type, (section) => section.functionType());
  const imports = list(SECTION.import, (section) => section.imported());
  const count = (/** @type {number} */ kind) => imports.filter((entry) => entry.kind === kind).length;
  const imported = {
    function: count(KIND.function),
    table: count(KIND.table),
    memory: count(KIND.memory),
    global: count(KIND.global),
    tag: count(KIND.tag),
  };
  const functions = imports.flatMap(({ kind, type }) => (kind === KIND.function ? [type] : []));
  functions.push(...list(SECTION.function, (section) => section.unsigned()));
  const exports = list(SECTION.export, (section) => section.exported());
  const elements = (/** @type {Reader} */ section) => {
    if (section.unsigned() !== ACTIVE) throw new Error("a segment of elements is of an unknown kind");
    section.initial();
    return section.list(() => section.unsigned());
  };
  const startsWith = sections.get(SECTION.start);
  const entryOf = {
    [SECTION.type]: (/** @type {Reader} */ section) => section.functionType(),
    [SECTION.import]: (/** @type {Reader} */ section) => section.imported(),
    [SECTION.function]: (/** @type {Reader} */ section) => section.unsigned(),
    [SECTION.table]: (/** @type {Reader} */ section) => section.typed(KIND.table),
    [SECTION.memory]: (/** @type {Reader} */ section) => section.typed(KIND.memory),
    [SECTION.tag]: (/** @type {Reader} */ section) => section.typed(KIND.tag),
    [SECTION.global]: (/** @type {Reader} */ section) => {
      section.typed(KIND.global);
      section.initial();
    },
    [SECTION.export]: (/** @type {Reader} */ section) => section.exported(),
    [SECTION.element]: elements,
  };
  const entries = (/** @type {number} */ id) => {
    const read = entryOf[id];
    if (!read) throw new Error(`the entries of section ${id} are not known`);
    return slices(id, read);
  };
  return {
    types,
    functions,
    imported,
    started: startsWith ? new Reader(bytes, startsWith.content).unsigned() : -1,
    exported: new Set(exports.filter(({ kind }) => kind === KIND.function).map(({ number }) => number)),
    inTable: new Set(list(SECTION.element, elements).flat()),
    bodies: list(SECTION.code, (section) => section.sized()),
    entries,
    build(changed, { others: wanted } = { others: true }) {
      const parts = ORDER.flatMap((id) => {
        const content = changed[id];
        if (content) return content.length > 0 ? [largeSection(id, content)] : [];
        const place = sections.get(id);
        return place ? [bytes.subarray(place.from, place.to)] : [];
      });
      const [before, after] = wanted ? others : [[], []];
      return Buffer.concat([Buffer.from(PREAMBLE), ...before, ...parts, ...after]);
    },
  };
}

/** Of a function's body: where its code begins. @param {Uint8Array} body */
function endOfLocals(body) {
  const reader = new Reader(body);
  reader.list(() => {
    reader.unsigned();
    reader.byte();
  });
  return reader.at;
}

/** @param {Uint8Array} body */
function sized(body) {
  return Buffer.concat([Buffer.from(unsigned(body.length)), body]);
}

/** @param {string} name @param {number} kind @param {number} number */
function exportOf(name, kind, number) {
  return Buffer.from([...text(name), kind, ...unsigned(number)]);
}
