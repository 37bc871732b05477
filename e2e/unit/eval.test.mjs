// What the eval starts its server with, and how it sums up its seconds.
import assert from "node:assert/strict";
import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { dataFolder, passedOn, secondsOf } from "../eval/environment.mjs";

test("the server gets what it needs to reach a model and its weights, and nothing else", () => {
  const given = {
    HF_ENDPOINT: "https://hub.example",
    PIP_INDEX_URL: "https://index.example/simple",
    OPENAI_API_KEY: "k",
    OLLAMA_HOST: "box",
    SANDPLOT_MODEL_THREADS: "1",
  };
  assert.deepEqual(passedOn({ ...given, HOME: "/home/ada", PIP_INDEX_URL_OLD: "x", MY_OPENAI_KEY: "y" }), given);
});

test("weights in the cache folder are there, and stay when the data folder goes", async () => {
  const cache = await mkdtemp(join(tmpdir(), "sandplot-cache-"));
  const first = await dataFolder({ XDG_CACHE_HOME: cache });
  await writeFile(join(first, "models", "m.gguf"), "weights");
  await rm(first, { recursive: true });
  const second = await dataFolder({ XDG_CACHE_HOME: cache });
  assert.deepEqual(await readdir(join(second, "models")), ["m.gguf"]);
  assert.ok((await stat(join(cache, "sandplot", "models", "m.gguf"))).isFile());
  await rm(second, { recursive: true });
  await rm(cache, { recursive: true });
});

test("seconds are told apart by whether a repair was needed", () => {
  const results = [
    { seconds: 4, repairs: 0 },
    { seconds: 30, repairs: 2 },
    { seconds: 2, repairs: 0 },
    { seconds: 3, repairs: 0 },
  ];
  assert.deepEqual(secondsOf(results), [
    "seconds a question (4): median 4.0, longest 30.0",
    "  on the first try (3): median 3.0, longest 4.0",
    "  after repair (1): median 30.0, longest 30.0",
  ]);
  assert.deepEqual(secondsOf([]), []);
});
