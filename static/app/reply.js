// @ts-check
/**
 * The program inside a reply that is still being written, to be watched. A guess, on purpose: what counts in the end is the
 * server's own reading of the reply (its `program` event), which replaces this text. Pure.
 */

const FENCE = /^[ \t]*(`{3,}|~{3,})[ \t]*([\w.+-]*)[^\n]*\n/gm;
/** A reply that begins like this is a bare program; any other beginning is prose before one. */
const BARE = /^\s*(?:import\s|from\s+\w|#|"""|'''|def\s|async\s|class\s|@\w|\w[\w.]*\s*(?:=|\())/;

/**
 * @param {string} reply all of it so far
 * @returns {{program: string, thinking: boolean}}
 */
export function readPartialReply(reply) {
  const { text, thinking } = withoutThoughts(reply);
  return { program: openBlock(text) ?? (BARE.test(text) ? text.trimStart() : ""), thinking };
}

/** What is said so far, where words are wanted and no program. @param {string} reply @returns {{text: string, thinking: boolean}} */
export function withoutThoughts(reply) {
  const spoken = reply.replace(/<think(?:ing)?>[\s\S]*?<\/think(?:ing)?>/g, "");
  const thought = spoken.search(/<think(?:ing)?>/);
  return { text: thought < 0 ? spoken : spoken.slice(0, thought), thinking: thought >= 0 };
}

/** The last fenced block, whether it is closed or not. @param {string} text */
function openBlock(text) {
  /** @type {string | null} */
  let block = null;
  FENCE.lastIndex = 0;
  for (let fence = FENCE.exec(text); fence; fence = FENCE.exec(text)) {
    const start = fence.index + fence[0].length;
    const end = text.indexOf(`\n${fence[1]}`, start - 1);
    const inside = text.slice(start, end < 0 ? undefined : end + 1);
    const language = fence[2]?.toLowerCase() ?? "";
    if (["", "python", "py", "python3"].includes(language)) block = inside;
    if (end < 0) break;
    FENCE.lastIndex = text.indexOf("\n", end + 1) < 0 ? text.length : text.indexOf("\n", end + 1);
  }
  return block;
}
