// A certificate for one test run: Node can make keys and sign, but has no word for X.509, and openssl need not be there.
import { generateKeyPairSync, randomBytes, sign } from "node:crypto";

const [INTEGER, BITS, OCTETS, IDENTIFIER, TEXT, TIME, SEQUENCE, SET] = [2, 3, 4, 6, 12, 24, 48, 49];
const TRUE = Buffer.from([1, 1, 255]);
const ECDSA_SHA256 = "2a8648ce3d040302";
const COMMON_NAME = "550403";
const BASIC_CONSTRAINTS = "551d13";
const ALTERNATIVE_NAME = "551d11";

/**
 * A key, and a certificate of it for a name, signed by itself.
 * @param {string} name
 * @returns {{key: string, cert: string}} both as PEM
 */
export function makeCertificate(name) {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const algorithm = der(SEQUENCE, der(IDENTIFIER, hex(ECDSA_SHA256)));
  const called = der(
    SEQUENCE,
    der(SET, der(SEQUENCE, der(IDENTIFIER, hex(COMMON_NAME)), der(TEXT, Buffer.from(name)))),
  );
  const now = Date.now();
  const extensions = der(
    SEQUENCE,
    der(SEQUENCE, der(IDENTIFIER, hex(BASIC_CONSTRAINTS)), TRUE, der(OCTETS, der(SEQUENCE, TRUE))),
    der(SEQUENCE, der(IDENTIFIER, hex(ALTERNATIVE_NAME)), der(OCTETS, der(SEQUENCE, der(0x82, Buffer.from(name))))),
  );
  const content = der(
    SEQUENCE,
    der(0xa0, der(INTEGER, Buffer.from([2]))),
    // The first bit of a number is its sign.
    der(INTEGER, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    algorithm,
    called,
    der(SEQUENCE, time(now - 3_600_000), time(now + 86_400_000)),
    called,
    publicKey.export({ type: "spki", format: "der" }),
    der(0xa3, extensions),
  );
  const signature = sign("sha256", content, privateKey);
  const certificate = der(SEQUENCE, content, algorithm, der(BITS, Buffer.from([0]), signature));
  const lines = certificate.toString("base64").replace(/.{64}/g, "$&\n");
  return {
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
  };
}

/** @param {number} tag @param {...Buffer} parts */
function der(tag, ...parts) {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

/** @param {string} digits */
function hex(digits) {
  return Buffer.from(digits, "hex");
}

/** @param {number} milliseconds */
function time(milliseconds) {
  const text = new Date(milliseconds).toISOString().replace(/[-:T]|\.\d+/g, "");
  return der(TIME, Buffer.from(text));
}
