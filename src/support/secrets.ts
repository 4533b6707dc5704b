import { createHash } from "node:crypto";

/** SHA-256 in hex: keys are kept and compared only in this form. */
export function sha256Hex(text: string | Uint8Array): string {
  return createHash("sha256").update(text).digest("hex");
}

/** How a connection string may appear in a log: without its password, also one given as a parameter. */
export function maskUrl(url: string): string {
  return url
    .replace(/^([a-z]+:\/\/[^:@/?]*:)[^@/?]*@/i, "$1…@")
    .replace(/([?&](?:password|sslpassword)=)[^&]*/gi, "$1…");
}

/** How the value of an option that is a secret may be shown. */
export function maskSecret(value: string): string {
  return /^[a-z]+:\/\//i.test(value) ? maskUrl(value) : "…";
}

/** An environment key, or a master API key with the secret that Flagsmith gives one, anywhere in a text. */
const KEYS = /\bser\.[\w-]{6,}|\b[A-Za-z0-9]{8}\.[A-Za-z0-9]{32}\b/g;

/** A text that somebody else chose, without the keys that were put in it by mistake. */
export function withoutKeys(text: string): string {
  return text.replace(KEYS, maskKey);
}

/** How a key may appear in a log: its last four characters. Short texts show nothing. */
export function maskKey(key: string): string {
  return key.length < 12 ? "…" : `…${key.slice(-4)}`;
}
