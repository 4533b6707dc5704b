import { sha256Hex } from "../../support/secrets.ts";

const DEFAULT_PORT = "5432";

/**
 * Host, port and name of the database that a connection string leads to, without user, password and settings: what can
 * be compared, and said, while the database is away.
 */
export function databaseTarget(connectionString: string): string {
  try {
    const url = new URL(connectionString);
    const host = url.searchParams.get("host") ?? decodeURIComponent(url.hostname);
    const port = url.searchParams.get("port") ?? (url.port || DEFAULT_PORT);
    const name = decodeURIComponent(url.pathname.slice(1)) || decodeURIComponent(url.username);
    return `${host}:${port}/${name}`;
  } catch {
    return sha256Hex(connectionString);
  }
}
