import { join } from "node:path";
import versions from "../versions.json" with { type: "json" };
import { cached, SOURCES, tool } from "./cache.ts";
import type { Recipe } from "./recipe.ts";

const PACKAGE = "github.com/fullstorydev/grpcurl";
const PINNED = versions.grpcurl[PACKAGE];

/** grpcurl, started again by a shell; it knows the service by reflection. */
export const GRPCURL: Recipe = {
  name: "grpcurl",
  title: "grpcurl",
  package: PACKAGE,
  registry: "Go proxy",
  version: PINNED,
  snippet: { file: "grpcurl/follow.sh", language: "sh" },
  isProvider: false,
  async prepare(version = PINNED) {
    const folder = await cached(`grpcurl-${version}`, async (made) => {
      await tool("go", ["install", `${PACKAGE}/cmd/grpcurl@${version}`], { env: { GOBIN: made } });
    });
    const environment = { PATH: `${folder}:${process.env.PATH}` };
    return { command: [process.execPath, join(SOURCES, "grpcurl", "client.mjs")], environment, version };
  },
};
