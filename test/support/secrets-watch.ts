import { createHash } from "node:crypto";

/** A key's last four characters may be shown, and no eight of it that follow one another. */
const WINDOW = 8;

/** Forms in which a secret may lie in a text without being read there at a glance. */
const ENCODINGS: readonly ((secret: string) => string)[] = [
  (secret) => Buffer.from(secret).toString("base64").replace(/=+$/, ""),
  (secret) => Buffer.from(secret).toString("hex"),
  (secret) => createHash("sha256").update(secret).digest("hex"),
];

/** Looks for secrets in whatever a test sees: logs, answers, pages, metrics. */
export class SecretsWatch {
  readonly #names = new Map<string, string>();
  readonly #encoded = new Map<string, string>();
  readonly #sightings = new Map<string, string>();
  #characters = 0;

  /** A secret to look for; `open` is its public part, which may be seen. Returns the whole secret. */
  add(name: string, secret: string, open = ""): string {
    const hidden = secret.startsWith(open) ? secret.slice(open.length) : secret;
    if (hidden.length < WINDOW) throw new Error(`${name} is too short to be told from other texts`);
    for (let at = 0; at + WINDOW <= hidden.length; at += 1)
      this.#names.set(hidden.slice(at, at + WINDOW), name);
    for (const encode of ENCODINGS) this.#encoded.set(encode(secret), name);
    return secret;
  }

  /** Takes note of every secret that can be seen in a text. */
  look(where: string, text: string): void {
    this.#characters += text.length;
    const note = (name: string, what: string): void => {
      const key = `${name} in ${where}`;
      if (!this.#sightings.has(key)) this.#sightings.set(key, `${key}: ${what}`);
    };
    for (let at = 0; at + WINDOW <= text.length; at += 1) {
      const name = this.#names.get(text.slice(at, at + WINDOW));
      if (name !== undefined) note(name, text.slice(Math.max(0, at - 80), at + 20));
    }
    for (const [encoded, name] of this.#encoded) if (text.includes(encoded)) note(name, "encoded or hashed");
  }

  /** What was seen that must not be: once for each secret and place. */
  get sightings(): readonly string[] {
    return [...this.#sightings.values()];
  }

  /** How much was looked through. */
  get characters(): number {
    return this.#characters;
  }
}

/** What keys, tokens and passwords look like, whoever's they are. */
const FORMS: readonly (readonly [string, RegExp])[] = [
  ["an environment key", /\bser\.[A-Za-z0-9_-]{6,}/],
  ["a master API key", /\b[A-Za-z0-9]{8}\.[A-Za-z0-9]{32}\b/],
  ["a hash of a master API key", /pbkdf2_sha256\$\d/],
  ["a user's token", /(?<![0-9a-f])[0-9a-f]{40}(?![0-9a-f])/],
  ["a database's password", /\bpostgres(?:ql)?:\/\/[^\s:@/]+:[^\s@…]+@/],
  ["a private key", /PRIVATE KEY-----/],
];

/** What a log has in it that looks like a secret; every server of the test-suite is held to have none. */
export function secretsIn(log: string): readonly string[] {
  return FORMS.flatMap(([name, form]) => {
    const { index } = form.exec(log) ?? {};
    return index === undefined ? [] : [`${name}: …${log.slice(Math.max(0, index - 60), index + 12)}…`];
  });
}
