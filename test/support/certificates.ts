/** Certificates for tests, written in DER by hand: neither a binary nor a library is needed, and each takes a millisecond. */
import { createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";
import { isIPv4 } from "node:net";

/** A certificate and its key, as files hold them. */
export interface MadeCertificate {
  readonly cert: string;
  readonly key: string;
}

/** What a certificate says. */
export interface CertificateWish {
  readonly name: string;
  /** Subject alternative names: URIs, IPv4 addresses, or else DNS names. */
  readonly names?: readonly string[];
  readonly validForMs?: number;
}

const TAG = {
  integer: 0x02,
  bits: 0x03,
  octets: 0x04,
  oid: 0x06,
  utf8: 0x0c,
  time: 0x18,
  sequence: 0x30,
  set: 0x31,
};
const OID = {
  ecdsaWithSha256: [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02],
  commonName: [0x55, 0x04, 0x03],
  basicConstraints: [0x55, 0x1d, 0x13],
  subjectAltName: [0x55, 0x1d, 0x11],
};
const DAY_MS = 86_400_000;

function der(tag: number, ...parts: readonly (Uint8Array | readonly number[])[]): Buffer {
  const content = Buffer.concat(parts.map((part) => Buffer.from(part)));
  const { length } = content;
  const lengthBytes =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...lengthBytes]), content]);
}

const ALGORITHM = der(TAG.sequence, der(TAG.oid, OID.ecdsaWithSha256));
const nameOf = (text: string): Buffer =>
  der(
    TAG.sequence,
    der(TAG.set, der(TAG.sequence, der(TAG.oid, OID.commonName), der(TAG.utf8, Buffer.from(text)))),
  );
const timeOf = (ms: number): Buffer =>
  der(TAG.time, Buffer.from(`${new Date(ms).toISOString().replace(/[-:T]|\.\d+Z$/g, "")}Z`));
const pem = (label: string, bytes: Buffer): string =>
  `-----BEGIN ${label}-----\n${bytes.toString("base64").replace(/.{64}/g, "$&\n").trimEnd()}\n-----END ${label}-----\n`;

function alternativeName(name: string): Buffer {
  if (name.includes("://")) return der(0x86, Buffer.from(name));
  if (isIPv4(name)) return der(0x87, name.split(".").map(Number));
  return der(0x82, Buffer.from(name));
}

function certify(
  wish: CertificateWish,
  publicKey: KeyObject,
  issuer: { readonly name: string; readonly key: KeyObject; readonly isAuthority: boolean },
): string {
  const extension = (oid: readonly number[], value: Buffer): Buffer =>
    der(TAG.sequence, der(TAG.oid, oid), der(TAG.octets, value));
  const names = wish.names ?? [];
  const extensions = [
    ...(issuer.isAuthority ? [extension(OID.basicConstraints, der(TAG.sequence, der(0x01, [0xff])))] : []),
    ...(names.length > 0
      ? [extension(OID.subjectAltName, der(TAG.sequence, ...names.map(alternativeName)))]
      : []),
  ];
  const endMs = Date.now() + (wish.validForMs ?? DAY_MS);
  const content = der(
    TAG.sequence,
    der(0xa0, der(TAG.integer, [2])),
    der(TAG.integer, [0x01], randomBytes(8)),
    ALGORITHM,
    nameOf(issuer.name),
    der(TAG.sequence, timeOf(Math.min(Date.now(), endMs) - DAY_MS), timeOf(endMs)),
    nameOf(wish.name),
    publicKey.export({ type: "spki", format: "der" }),
    ...(extensions.length > 0 ? [der(0xa3, der(TAG.sequence, ...extensions))] : []),
  );
  const signature = sign("sha256", content, issuer.key);
  return pem("CERTIFICATE", der(TAG.sequence, content, ALGORITHM, der(TAG.bits, [0], signature)));
}

const newKeys = () => generateKeyPairSync("ec", { namedCurve: "prime256v1" });
const keyText = (key: KeyObject): string => key.export({ type: "pkcs8", format: "pem" }).toString();

/** An authority that signs certificates for servers and clients. */
export interface TestAuthority extends MadeCertificate {
  issue(wish: CertificateWish): MadeCertificate;
}

/** Makes an authority with a key of its own. */
export function createAuthority(name = "test authority"): TestAuthority {
  const { publicKey, privateKey } = newKeys();
  const cert = certify({ name }, publicKey, { name, key: privateKey, isAuthority: true });
  return {
    cert,
    key: keyText(privateKey),
    issue(wish) {
      const keys = newKeys();
      const issuer = { name, key: createPrivateKey(keyText(privateKey)), isAuthority: false };
      return { cert: certify(wish, keys.publicKey, issuer), key: keyText(keys.privateKey) };
    },
  };
}
