/** Runs what the containers of docker-compose.yml run, as processes: the image's entrypoint with a service's command and environment. */
import { startCli } from "../cli/run-cli.ts";
import type { ComposeService } from "./compose.ts";
import { environmentOf, finalStage, linesOf } from "./dockerfile.ts";

const MAIN_IN_IMAGE = "/app/dist/main.js";

/** Where the containers' names lead to outside of containers. */
export interface Places {
  readonly databaseUrl: string;
  readonly ports: Readonly<Record<string, string>>;
}

const DATABASE_IN_COMPOSE = "postgresql://postgres:password@postgres:5432/flagsmith";

/** A command line of the image as a command line of this checkout's build: arguments of our command. */
function argumentsOf(commandLine: readonly string[]): readonly string[] {
  const [program, main, ...rest] = commandLine;
  if (program !== "node" || main !== MAIN_IN_IMAGE) throw new Error(`unexpected: ${commandLine.join(" ")}`);
  return rest;
}

/** Starts a service. Only what names another container is replaced: the database, and the ports of the host. */
export function startService(service: ComposeService, { databaseUrl, ports }: Places) {
  const image = finalStage();
  const [entrypoint] = linesOf(image, "ENTRYPOINT");
  const [preset] = linesOf(image, "CMD");
  const args = argumentsOf([...(entrypoint?.list ?? []), ...(service.command ?? preset?.list ?? [])]);
  const environment = { ...environmentOf(image), ...service.environment };
  if (environment.DATABASE_URL !== DATABASE_IN_COMPOSE)
    throw new Error("another database than the tests know");
  return startCli(args, { ...environment, DATABASE_URL: databaseUrl, ...ports });
}

/** Runs a service's health check beside it: with its environment, as a container engine does. */
export function askHealth(service: ComposeService, { databaseUrl, ports }: Places) {
  const [kind, ...commandLine] = service.healthcheck?.test ?? [];
  if (kind !== "CMD") throw new Error(`not a plain command: ${kind}`);
  const environment = { ...environmentOf(finalStage()), ...service.environment };
  return startCli(argumentsOf(commandLine), { ...environment, DATABASE_URL: databaseUrl, ...ports }).ended;
}
