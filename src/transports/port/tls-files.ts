import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { createSecureContext } from "node:tls";
import type { Clock, Timer } from "../../support/clock.ts";
import { FlagsmithFlagdError, messageOf } from "../../support/errors.ts";

/** Milliseconds between two looks at the files. Mounted secrets take up to a minute to change anyway. */
const LOOK_EVERY_MS = 5_000;

/** Where certificates are; PEM. */
export interface TlsPaths {
  readonly cert: string;
  readonly key: string;
  /** Whose client certificates are taken; `undefined`: none are asked for. */
  readonly clientCa?: string | undefined;
}

/** What is in the files. */
export interface TlsMaterial {
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly ca: Buffer | undefined;
}

/** What this file may tell an operator. */
export interface TlsLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

/** What this file tells whoever measures. */
export interface TlsObserver {
  /** A certificate is in use from now on, until epoch milliseconds `expiresAtMs`. */
  inUse(expiresAtMs: number): void;
  /** The files were found changed; `refused`: and cannot be used. */
  reloaded(outcome: "replaced" | "refused"): void;
}

/**
 * Certificates that are replaced while the server runs. The files' contents are compared, not their dates or inodes, and read
 * through whatever links lead to them: Kubernetes swaps a link, cert-manager and certbot write anew, and network file systems
 * tell nobody. A pair that does not fit together is half written or broken: the one in use stays.
 */
export class TlsFiles {
  readonly #paths: TlsPaths;
  readonly #clock: Clock;
  readonly #log: TlsLog;
  readonly #observer: TlsObserver | undefined;
  #material: TlsMaterial;
  #refused: string | undefined;
  #timer: Timer | undefined;

  /** @throws FlagsmithFlagdError CONFIG_INVALID if the files cannot be used. */
  constructor(paths: TlsPaths, clock: Clock, log: TlsLog, observer?: TlsObserver) {
    this.#paths = paths;
    this.#clock = clock;
    this.#log = log;
    this.#observer = observer;
    try {
      this.#material = readMaterial(paths);
      this.#observer?.inUse(expiryMs(this.#material));
    } catch (thrown) {
      const files = Object.values(paths).filter(Boolean).join(", ");
      const message = `the TLS files ${files} cannot be used: ${messageOf(thrown)}`;
      throw new FlagsmithFlagdError("CONFIG_INVALID", message, { cause: thrown });
    }
  }

  /** The newest that can be used. */
  material(): TlsMaterial {
    return this.#material;
  }

  /** Calls with each new pair until what it returns is called. */
  watch(replaced: (material: TlsMaterial) => void): () => void {
    const look = (): void => {
      this.#look(replaced);
      this.#timer = this.#clock.after(LOOK_EVERY_MS, look);
    };
    this.#timer = this.#clock.after(LOOK_EVERY_MS, look);
    return () => this.#timer?.cancel();
  }

  #look(replaced: (material: TlsMaterial) => void): void {
    const file = this.#paths.cert;
    try {
      const found = readMaterial(this.#paths);
      this.#refused = undefined;
      if (same(found, this.#material)) return;
      this.#material = found;
      const { validTo, fingerprint256 } = new X509Certificate(found.cert);
      replaced(found);
      this.#observer?.inUse(expiryMs(found));
      this.#observer?.reloaded("replaced");
      this.#log.info(
        { file, validTo, fingerprint256 },
        "the TLS certificate was replaced; open connections stay",
      );
    } catch (thrown) {
      const error = messageOf(thrown);
      if (error === this.#refused) return;
      this.#refused = error;
      this.#observer?.reloaded("refused");
      this.#log.warn({ file, error }, "the new TLS files cannot be used: the certificate in use stays");
    }
  }
}

/** Throws what Node says of files that are missing, are no PEM, or do not belong together. */
function readMaterial({ cert, key, clientCa }: TlsPaths): TlsMaterial {
  const material = {
    cert: readFileSync(cert),
    key: readFileSync(key),
    ca: clientCa === undefined ? undefined : readFileSync(clientCa),
  };
  createSecureContext(material);
  if (material.ca !== undefined) new X509Certificate(material.ca);
  return material;
}

function expiryMs({ cert }: TlsMaterial): number {
  return Date.parse(new X509Certificate(cert).validTo);
}

function same(left: TlsMaterial, right: TlsMaterial): boolean {
  return (
    left.cert.equals(right.cert) &&
    left.key.equals(right.key) &&
    (left.ca === undefined || right.ca === undefined ? left.ca === right.ca : left.ca.equals(right.ca))
  );
}
