import { join } from "node:path";
import { ClientProcess } from "../client-process.ts";
import { answered } from "../crew.ts";
import type { Program, Recipe } from "../recipes/recipe.ts";
import type { DocumentServer } from "./document-server.ts";

/** A client and the programs that can be started of it. */
export interface Candidate {
  readonly recipe: Recipe;
  readonly program: Program;
}

/** A client that follows the document server. */
export interface Listener extends Candidate {
  readonly client: ClientProcess;
  readonly key: string;
}

const START_LIMIT_MS = 30_000;
const MARKER = "document_number";

/** Clients in front of a server of documents; a flag in each document tells which one a client holds. */
export class Audience {
  readonly server: DocumentServer;
  readonly #folder: string;
  #number = 0;
  #listeners: readonly Listener[] = [];

  constructor(server: DocumentServer, folder: string) {
    this.server = server;
    this.#folder = folder;
  }

  get listeners(): readonly Listener[] {
    return this.#listeners;
  }

  /** Starts the clients on an empty document, each with a key of its own. */
  async gather(candidates: readonly Candidate[]): Promise<void> {
    this.publish({ flags: {} });
    this.#listeners = candidates.map(({ recipe, program }) => {
      const key = `ser.${recipe.name}`;
      const log = join(this.#folder, `${recipe.name}-documents.log`);
      return {
        recipe,
        program,
        key,
        client: new ClientProcess(program, { port: this.server.port, key }, log),
      };
    });
    await Promise.all(
      this.#listeners.map(({ client }) => client.event(({ event }) => event === "STARTED", START_LIMIT_MS)),
    );
  }

  /** Sends a document to all, with the flag that numbers it. */
  publish(document: { readonly flags: Readonly<Record<string, unknown>> }): void {
    this.#number += 1;
    const marker = { state: "ENABLED", variants: { n: this.#number }, defaultVariant: "n" };
    const flags = { ...document.flags, [MARKER]: marker };
    this.server.board.publish(JSON.stringify({ ...document, flags }));
  }

  /** Whether the client comes to hold the newest document. */
  async holds({ client }: Listener, limitMs: number): Promise<boolean> {
    const flag = { flag: MARKER, types: ["integer" as const] };
    return (await answered(client, flag, String(this.#number), limitMs)) !== undefined;
  }

  /** Ends all clients. */
  async dismiss(): Promise<void> {
    await Promise.all(this.#listeners.map(({ client }) => client.stop()));
    this.#listeners = [];
  }
}
