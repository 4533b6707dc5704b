import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TlsPaths } from "../../src/transports/port/tls-files.ts";
import { createAuthority, type MadeCertificate, type TestAuthority } from "./certificates.ts";

/** A mounted secret as Kubernetes makes it: the files are links through `..data`, which is swapped as a whole. */
export interface TlsPlace {
  readonly authority: TestAuthority;
  readonly paths: TlsPaths;
  /** Puts another pair in place, in one step. */
  swap(pair: Partial<MadeCertificate>): void;
  remove(): void;
}

/** Makes the place with a certificate for 127.0.0.1 and localhost. */
export function createTlsPlace(): TlsPlace {
  const folder = mkdtempSync(join(tmpdir(), "flagsmith-flagd-tls-"));
  const authority = createAuthority();
  let swaps = 0;
  const swap = ({ cert, key }: Partial<MadeCertificate>): void => {
    swaps += 1;
    const version = join(folder, `..version-${swaps}`);
    mkdirSync(version);
    if (cert !== undefined) writeFileSync(join(version, "tls.crt"), cert);
    if (key !== undefined) writeFileSync(join(version, "tls.key"), key);
    writeFileSync(join(version, "ca.crt"), authority.cert);
    symlinkSync(version, join(folder, "..data_tmp"));
    renameSync(join(folder, "..data_tmp"), join(folder, "..data"));
  };
  for (const name of ["tls.crt", "tls.key", "ca.crt"]) symlinkSync(join("..data", name), join(folder, name));
  swap(authority.issue({ name: "server", names: ["localhost", "127.0.0.1"] }));
  return {
    authority,
    paths: { cert: join(folder, "tls.crt"), key: join(folder, "tls.key") },
    swap,
    remove: () => rmSync(folder, { recursive: true }),
  };
}

/** Where the place keeps the authority's certificate, for those who ask clients for theirs. */
export function withClientCa({ paths }: TlsPlace): TlsPaths {
  return { ...paths, clientCa: paths.cert.replace(/tls\.crt$/, "ca.crt") };
}
