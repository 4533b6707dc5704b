import { join } from "node:path";
import versions from "../versions.json" with { type: "json" };
import { copySources } from "./cache.ts";
import { npmFolder } from "./npm.ts";
import type { Recipe } from "./recipe.ts";

const PACKAGE = "@openfeature/flagd-provider";

/** The provider for Node servers. */
export const NODE: Recipe = {
  name: "node",
  title: "Node",
  package: PACKAGE,
  registry: "npm",
  version: versions.node[PACKAGE],
  snippet: { file: "node/client.mjs", language: "js" },
  isProvider: true,
  async prepare(version = versions.node[PACKAGE]) {
    // An older provider chooses the versions of what it needs.
    const beside = version === versions.node[PACKAGE] ? versions.node : {};
    const folder = await npmFolder(`node-${version}`, { ...beside, [PACKAGE]: version });
    await copySources(folder, "node/client.mjs");
    return { command: [process.execPath, join(folder, "node", "client.mjs")], version };
  },
};
