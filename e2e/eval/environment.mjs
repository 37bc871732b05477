// What a measured server is started with, and what is said of its seconds. Apart from the run, so that it can be tested without one.
import { mkdir, mkdtemp, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cacheFolder } from "../model-server.mjs";

/** How people reach their models: keys, addresses, limits; and where the weights of one in the server come from. */
const PASSED_ON = /^(OPENAI|ANTHROPIC|OLLAMA)_|^SANDPLOT_|^(HF_ENDPOINT|PIP_INDEX_URL)$/;

/**
 * Of this process's environment, what the server shall have.
 * @param {Record<string, string | undefined>} environment
 */
export function passedOn(environment) {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => PASSED_ON.test(name)));
}

/**
 * An empty data folder whose models are those of the cache folder: a gigabyte is fetched once and not for each run.
 * @param {Record<string, string | undefined>} environment
 */
export async function dataFolder(environment) {
  const models = join(cacheFolder(environment), "models");
  await mkdir(models, { recursive: true });
  const folder = await mkdtemp(join(tmpdir(), "sandplot-eval-"));
  await symlink(models, join(folder, "models"));
  return folder;
}

/**
 * The seconds of all questions, and apart of those that were done at once and those that were repaired.
 * @param {{seconds: number, repairs: number}[]} results
 */
export function secondsOf(results) {
  const line = (/** @type {string} */ title, /** @type {{seconds: number}[]} */ some) => {
    if (some.length === 0) return [];
    const seconds = some.map((result) => result.seconds).sort((one, other) => one - other);
    const [median, longest] = [seconds[seconds.length >> 1] ?? 0, seconds.at(-1) ?? 0];
    return [`${title} (${some.length}): median ${median.toFixed(1)}, longest ${longest.toFixed(1)}`];
  };
  return [
    ...line("seconds a question", results),
    ...line(
      "  on the first try",
      results.filter(({ repairs }) => repairs === 0),
    ),
    ...line(
      "  after repair",
      results.filter(({ repairs }) => repairs > 0),
    ),
  ];
}
