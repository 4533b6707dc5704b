import { readFileSync } from "node:fs";
import { parse } from "yaml";

/** Parts of a service that the tests look at; the schema checks the rest. */
export interface ComposeService {
  readonly image?: string;
  readonly build?: { readonly context: string };
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly profiles?: readonly string[];
  readonly volumes?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: { readonly test: readonly string[] };
}

/** The file as Compose would take it. */
export interface ComposeFile {
  readonly services: Readonly<Record<string, ComposeService>>;
}

export const COMPOSE_FILE = "docker-compose.yml";

/** Replaces `${NAME:-default}`, the only form that the file uses, as Compose does. */
export function interpolate(text: string, env: Readonly<Record<string, string>>): string {
  return text.replace(/\$\{([A-Z_]+):-([^}]*)\}/g, (_, name: string, preset: string) => env[name] || preset);
}

/** Reads the file with variables of the caller's. */
export function readCompose(env: Readonly<Record<string, string>> = {}): ComposeFile {
  return parse(interpolate(readFileSync(COMPOSE_FILE, "utf8"), env), { merge: true }) as ComposeFile;
}

/** A service that must be there. */
export function serviceOf(file: ComposeFile, name: string): ComposeService {
  const service = file.services[name];
  if (service === undefined) throw new Error(`no service ${name} in ${COMPOSE_FILE}`);
  return service;
}

/** The services in the order in which their dependencies let them start. */
export function startOrder(file: ComposeFile): readonly string[] {
  const order: string[] = [];
  const visit = (name: string): void => {
    if (order.includes(name)) return;
    for (const needed of Object.keys(serviceOf(file, name).depends_on ?? {})) visit(needed);
    order.push(name);
  };
  for (const name of Object.keys(file.services)) visit(name);
  return order;
}
