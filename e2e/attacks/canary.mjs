// The listener that no program may reach: HTTP, WebSocket, raw TCP and TLS, UDP (STUN, QUIC) and DNS. Whatever arrives is written
// down whole, and belongs to the vector whose token is in it, or to whose address or port it came.
import { createHash } from "node:crypto";
import { createSocket } from "node:dgram";
import { createServer } from "node:http";
import { createServer as createTcpServer } from "node:net";

/** The domain all tokens live under; the canary answers every name there with an address of the token's own. */
export const DOMAIN = "canary.test";

/**
 * @typedef {{kind: "http" | "websocket" | "tcp" | "udp" | "dns", token: string | null, text: string, at: number}} Hit
 */

/** Queries that browsers make on their own, whatever page is open. */
const BACKGROUND =
  /(^|\.)(mozilla\.(com|net|org)|firefox\.com|google\.com|googleapis\.com|gstatic\.com|gvt1\.com|digicert\.com|detectportal\.|example\.org|local|arpa|localhost)\.?$/i;

/** @param {{dns: boolean}} options `dns` where port 53 and all addresses are ours, see namespace.mjs */
export async function startCanary({ dns }) {
  /** @type {Hit[]} */
  const hits = [];
  /** @type {Map<string, string>} address -> token */
  const addresses = new Map();
  /** @type {Map<string, {port: number, close: () => void}>} */
  const datagrams = new Map();
  /** @type {string[]} */
  const background = [];
  let nextAddress = 1;

  /** @param {Hit["kind"]} kind @param {string} text @param {string} [address] */
  const note = (kind, text, address = "") => {
    const token = tokenIn(text) ?? addresses.get(address.replace("::ffff:", "")) ?? null;
    hits.push({ kind, token, text: text.slice(0, 4000), at: Date.now() });
  };

  const web = createServer((request, response) => {
    const chunks = /** @type {Buffer[]} */ ([]);
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => {
      const head = `${request.method} ${request.url}\n${JSON.stringify(request.headers)}\n`;
      note("http", head + Buffer.concat(chunks).toString("latin1"), request.socket.localAddress);
      answer(request.url ?? "/", response, request.headers.origin);
    });
    request.on("error", () => {});
  });
  web.on("upgrade", (request, socket) => {
    note("websocket", `${request.url}\n${JSON.stringify(request.headers)}`, socket.localAddress);
    const accept = createHash("sha1")
      .update(`${request.headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
      .digest("base64");
    const protocol = request.headers["sec-websocket-protocol"];
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n` +
        `${protocol ? `Sec-WebSocket-Protocol: ${String(protocol).split(",")[0]}\r\n` : ""}\r\n`,
    );
    socket.on("error", () => {});
    setTimeout(() => socket.destroy(), 3000).unref();
  });
  await listen(web);

  // Everything that is not HTTP: TLS (the name stands in its first message) and whatever else speaks first, or says nothing.
  const raw = createTcpServer((socket) => {
    let said = "";
    const end = () => {
      note("tcp", said || "connected and said nothing", socket.localAddress);
      socket.destroy();
    };
    const clock = setTimeout(end, 700);
    socket.on("data", (data) => {
      said += data.toString("latin1");
      clearTimeout(clock);
      end();
    });
    socket.on("error", () => {});
  });
  await listen(raw);

  const resolver = dns ? await startDns() : null;

  async function startDns() {
    const socket = createSocket("udp4");
    socket.on("message", (query, from) => {
      const { name, type, end } = readQuestion(query);
      if (!name.includes(DOMAIN) && BACKGROUND.test(name)) background.push(name);
      else note("dns", name);
      socket.send(reply(query, end, type === 1 ? addressOf(name) : null), from.port, from.address);
    });
    await new Promise((resolve, reject) => {
      socket.once("error", reject);
      socket.bind(53, "127.0.0.1", () => resolve(undefined));
    });
    return socket;
  }

  /** @param {string} name */
  function addressOf(name) {
    const token = tokenIn(`.${name}`);
    if (!token) return "127.9.9.9";
    for (const [address, owner] of addresses) if (owner === token) return address;
    const n = nextAddress++;
    const address = `127.77.${n >> 8}.${n & 255}`;
    addresses.set(address, token);
    return address;
  }

  return {
    hits,
    background,
    port: portOf(web),
    rawPort: portOf(raw),
    hasDns: dns,
    addressOf,
    /** A port for datagrams that belongs to one token. @param {string} token */
    async datagramPort(token) {
      const known = datagrams.get(token);
      if (known) return known.port;
      const socket = createSocket("udp4");
      socket.on("message", (data) => note("udp", `${token} ${data.length} bytes`));
      await new Promise((resolve) => socket.bind(0, "0.0.0.0", () => resolve(undefined)));
      const entry = { port: socket.address().port, close: () => socket.close() };
      datagrams.set(token, entry);
      return entry.port;
    },
    /** @param {string} token @returns {Hit[]} */
    of: (token) => hits.filter((hit) => hit.token === token),
    close() {
      web.closeAllConnections();
      web.close();
      raw.close();
      resolver?.close();
      for (const { close } of datagrams.values()) close();
    },
  };
}

/** Tokens are `a` (attack) or `c` (control), the number of the vector, and a tail that no other text has. @param {string} text */
export function tokenIn(text) {
  return /(?:^|[^a-z0-9])([ac]\d{3}zq[a-z0-9]{6})(?![a-z0-9])/i.exec(text)?.[1]?.toLowerCase() ?? null;
}

/** @param {string} url @param {import("node:http").ServerResponse} response @param {string | undefined} origin */
function answer(url, response, origin) {
  response.setHeader("Access-Control-Allow-Origin", origin ?? "*");
  response.setHeader("Access-Control-Allow-Credentials", "true");
  response.setHeader("Access-Control-Allow-Headers", "*, content-type, x-secret");
  response.setHeader("Access-Control-Allow-Private-Network", "true");
  response.setHeader("Access-Control-Allow-Local-Network", "true");
  response.setHeader("Timing-Allow-Origin", "*");
  const type = /[?&]type=([^&]+)/.exec(url)?.[1];
  response.setHeader("Content-Type", type ? decodeURIComponent(type) : "text/plain");
  response.end(type?.includes("json") ? "[]" : type?.includes("event-stream") ? "data: x\n\n" : "a,b\n1,2\n");
}

/** @param {Buffer} query */
function readQuestion(query) {
  const labels = [];
  let at = 12;
  while (at < query.length && query[at] !== 0) {
    const size = query[at] ?? 0;
    labels.push(query.toString("latin1", at + 1, at + 1 + size));
    at += size + 1;
  }
  return { name: labels.join(".").toLowerCase(), type: query.readUInt16BE(at + 1), end: at + 5 };
}

/** @param {Buffer} query @param {number} end of the question @param {string | null} address */
function reply(query, end, address) {
  const head = Buffer.from(query.subarray(0, end));
  head.writeUInt16BE(0x8180, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(address ? 1 : 0, 6);
  head.writeUInt32BE(0, 8);
  if (!address) return head;
  const record = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, ...address.split(".").map(Number)]);
  return Buffer.concat([head, record]);
}

/** @param {import("node:net").Server} server */
function listen(server) {
  return new Promise((resolve) => server.listen(0, "0.0.0.0", () => resolve(undefined)));
}

/** @param {import("node:net").Server} server */
function portOf(server) {
  const address = server.address();
  return typeof address === "object" && address ? address.port : 0;
}
