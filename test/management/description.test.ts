import { readdirSync, readFileSync } from "node:fs";
import { Validator } from "@seriousme/openapi-schema-validator";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { LISTS } from "../../src/transports/management/status/views.ts";
import { describedPath, description, servedDescription } from "./description.ts";

it("openapi.yaml is valid OpenAPI 3.1", async () => {
  const { valid, errors } = await new Validator().validate(parse(servedDescription));
  expect(errors).toBeUndefined();
  expect(valid).toBe(true);
  expect(servedDescription).toMatch(/^openapi: 3\.1\./m);
});

it("refers to nothing that is not there, and keeps nothing that nobody refers to", () => {
  const referred = new Set(
    [...servedDescription.matchAll(/\$ref: "#\/components\/(\S+)"/g)].map(([, to]) => to),
  );
  const components = Object.entries(description.components)
    .filter(([kind]) => kind !== "securitySchemes")
    .flatMap(([kind, members]) => Object.keys(members).map((name) => `${kind}/${name}`));
  expect([...referred].sort()).toEqual(components.sort());
  const named = new Set([...servedDescription.matchAll(/^ +- (\w+): \[\]$/gm)].map(([, name]) => name));
  expect([...named].sort()).toEqual(Object.keys(description.components.securitySchemes ?? {}).sort());
});

/** Texts in the code that look like a path and are none of a route. */
const NO_ROUTES = ["/api/v1/flagd/", "/"];

it("describes every path that the code of a port answers", () => {
  const rooms = ["http", "management", "admin", "grpc", "port"].map((room) => `src/transports/${room}`);
  const texts = rooms.flatMap((room) =>
    readdirSync(room, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts"))
      .map((name) => readFileSync(`${room}/${name}`, "utf8")),
  );
  const literals = texts.flatMap((text) => [...text.matchAll(/["`](\/(?:[a-z][\w.-]*\/?)+)["`]/g)]);
  const paths = new Set(literals.map(([, path = ""]) => path).filter((path) => !NO_ROUTES.includes(path)));
  for (const list of LISTS) paths.add(`/api/status/${list}`);
  expect(paths.size).toBeGreaterThan(12);
  expect([...paths].filter((path) => describedPath(path) === undefined)).toEqual([]);
  const patterns = texts.flatMap((text) => [...text.matchAll(/= \/\^\\\/(\S+)\/;/g)]);
  expect(patterns.map(([, pattern]) => pattern)).toEqual([
    "api\\/v1\\/projects\\/([0-9]{1,9})\\/integrations\\/flagd(?:\\/([0-9]{1,9}))?\\/?$",
  ]);
});
