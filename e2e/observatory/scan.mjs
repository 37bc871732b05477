// Runs the Observatory unchanged against a name that leads to ports of this machine, and writes what it says to standard output:
//   node scan.mjs NAME HTTP_PORT HTTPS_PORT
// A process of its own, because trust in a certificate is given to Node when it starts.
import { existsSync, writeFileSync } from "node:fs";
import { Socket } from "node:net";
import { scan } from "@mdn/mdn-http-observatory";

const [name, http, https] = process.argv.slice(2);
const ports = new Map([
  ["80", Number(http)],
  ["443", Number(https)],
]);

// Only root may listen at the ports that the Observatory knows, so its connections are led elsewhere.
const { connect } = Socket.prototype;
Socket.prototype.connect = function (...given) {
  const options = Array.isArray(given[0]) ? given[0][0] : given[0];
  if (options.host !== name) throw new Error(`a connection to ${options.host}`);
  options.port = ports.get(String(options.port));
  options.host = "127.0.0.1";
  return connect.apply(this, given);
};

// The names that browsers know to be https only. The package's install script would fetch them all; this one entry of theirs is
// what a server gets for a name under .app.
const list = new URL("../conf/hsts-preload.json", import.meta.resolve("@mdn/mdn-http-observatory"));
if (!existsSync(list)) {
  const entry = { includeSubDomains: true, includeSubDomainsForPinning: true, mode: "force-https", pinned: false };
  writeFileSync(list, JSON.stringify({ app: entry }));
}

process.stdout.write(JSON.stringify(await scan(name)));
