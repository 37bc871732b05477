/** The MDN HTTP Observatory against the server as its README says to publish it: behind a proxy with TLS, with an access token. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { promisify } from "node:util";
import { ALL_RESULTS } from "@mdn/mdn-http-observatory/src/constants.js";
import { getScoreModifier } from "@mdn/mdn-http-observatory/src/grader/grader.js";
import { startServer } from "../server.mjs";
import { makeCertificate } from "./certificate.mjs";
import { startProxy } from "./proxy.mjs";

const TOKEN = "a-token-for-the-observatory";

/**
 * What the Observatory says of a server under a name, as somebody who is logged in or as a stranger sees it.
 * @param {string} name
 * @param {boolean} isLoggedIn
 */
async function observe(name, isLoggedIn) {
  const env = { SANDPLOT_PUBLIC_URL: `https://${name}`, SANDPLOT_ACCESS_TOKEN: TOKEN };
  const server = await startServer({ env });
  const certificate = makeCertificate(name);
  const proxy = await startProxy(server.url, certificate, isLoggedIn ? await logIn(server.url) : undefined);
  const folder = await mkdtemp(join(tmpdir(), "sandplot-observatory-"));
  try {
    const trusted = join(folder, "certificate.pem");
    await writeFile(trusted, certificate.cert);
    const script = new URL("scan.mjs", import.meta.url).pathname;
    const words = [script, name, `${proxy.ports.http}`, `${proxy.ports.https}`];
    const options = { env: { ...process.env, NODE_EXTRA_CA_CERTS: trusted }, maxBuffer: 1 << 24 };
    return JSON.parse((await promisify(execFile)(process.execPath, words, options)).stdout);
  } finally {
    proxy.stop();
    await server.stop();
    await rm(folder, { recursive: true });
  }
}

/** @param {string} url */
async function logIn(url) {
  const body = new URLSearchParams({ token: TOKEN });
  const response = await fetch(`${url}/login`, { method: "POST", body, redirect: "manual" });
  assert.equal(response.status, 303);
  return response.headers.getSetCookie()[0].split(";")[0];
}

test("the app page has the highest grade and every bonus there is", async () => {
  const { scan, tests } = await observe("sandplot.app", true);
  assert.equal(scan.statusCode, 200);
  assert.deepEqual([scan.grade, scan.testsFailed], ["A+", 0]);
  for (const { name, possibleResults } of ALL_RESULTS) {
    const most = Math.max(...possibleResults.map((result) => getScoreModifier(result)));
    assert.equal(tests[name].scoreModifier, most, `${name}: ${tests[name].result}`);
  }
});

test("a stranger at any name is sent to a login page of the highest grade", async () => {
  const { scan } = await observe("charts.example", false);
  assert.equal(scan.statusCode, 200);
  assert.deepEqual([scan.grade, scan.testsFailed], ["A+", 0]);
});
