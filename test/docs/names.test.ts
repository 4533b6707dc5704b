import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { OPTIONS } from "../../src/config/options.ts";
import { FINDINGS } from "../../src/doctor/catalogue.ts";
import { FlagSyncService } from "../../src/gen/flagd/sync/v1/sync_pb.ts";
import { Health } from "../../src/gen/grpc/health/v1/health_pb.ts";
import { ERRORS } from "../../src/support/error-catalogue.ts";
import { allPages, codeBlocks } from "./pages.ts";

const pages = allPages();

function sourceText(folder: string): string {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => readFileSync(`${folder}/${name}`, "utf8"))
    .join("\n");
}

/** Each place in the pages that a pattern's first group finds, as `page: found`. */
function found(pattern: RegExp): readonly { page: string; name: string }[] {
  return pages.flatMap(({ path, text }) =>
    [...text.matchAll(pattern)].map(([, name = ""]) => ({ page: path, name })),
  );
}

function unknown(
  names: readonly { page: string; name: string }[],
  known: ReadonlySet<string>,
): readonly string[] {
  return [
    ...new Set(names.filter(({ name }) => !known.has(name)).map(({ page, name }) => `${page}: ${name}`)),
  ];
}

/** Words in capitals with an underscore that belong to others: gRPC, Flagsmith, Postgres, Kubernetes, the tests. */
const FOREIGN: ReadonlySet<string> = new Set([
  ...["PERMISSION_DENIED", "NOT_FOUND", "INVALID_ARGUMENT", "FAILED_PRECONDITION", "RESOURCE_EXHAUSTED"],
  ...["DEADLINE_EXCEEDED", "NOT_SERVING", "INADEQUATE_SECURITY", "RST_STREAM", "FLAG_NOT_FOUND"],
  ...["CONFIG_FILE", "NO_COLOR", "FORCE_COLOR", "UPDATE_DOCS", "UPDATE_GOLDEN", "TEST_DATABASE_URL"],
  ...["SHARED_FOLDER", "PROPERTY_SEED", "FLAGSMITH_SERVER_KEY", "IN_PROCESS", "CONFIGURATION_CHANGED"],
]);

describe("what the documents name", () => {
  it("options, error codes and findings exist", () => {
    const options = Object.values(OPTIONS);
    const known = new Set([
      ...options.map(({ env }) => env),
      ...options.map(({ env }) => `${env}_FILE`),
      ...Object.keys(ERRORS),
      ...Object.keys(FINDINGS),
      ...FOREIGN,
    ]);
    const operators = new Set(
      [...sourceText("src/translate").matchAll(/"([A-Z]+(?:_[A-Z]+)+)"/g)].map(([, name = ""]) => name),
    );
    const foreign = /^(?:FLAGD|OTEL|POSTGRES|DJANGO|GITHUB|NPM|COMPOSE)_/;
    const named = found(/`([A-Z]+(?:_[A-Z]+)+)`/g).filter(({ name }) => !foreign.test(name));
    expect(named.length).toBeGreaterThan(200);
    expect(unknown(named, new Set([...known, ...operators]))).toEqual([]);
  });

  it("metrics exist", () => {
    const names = [...sourceText("src").matchAll(/["'`](flagsmith_flagd_[a-z_]+)["'`]/g)].map(
      ([, name = ""]) => name,
    );
    const known = new Set(
      names.flatMap((name) => [name, ...["_bucket", "_count", "_sum"].map((end) => `${name}${end}`)]),
    );
    const named = found(/\b(flagsmith_flagd_[a-z_]*[a-z])\b(?![*(])/g);
    expect(named.length).toBeGreaterThan(10);
    expect(unknown(named, known)).toEqual([]);
  });

  it("routes are in openapi.yaml", () => {
    const description: { paths: Record<string, object> } = parse(readFileSync("openapi.yaml", "utf8"));
    const plain = (path: string): string => path.replace(/\{\w+\}|<\w+>|\b\d+\b/g, "*").replace(/\/$/, "");
    const known = new Set(Object.keys(description.paths).map(plain));
    const named = found(
      /[`' "](?:https?:\/\/[\w.:]+)?(\/(?:api|v1|healthz|readyz|metrics|sign-|openapi)[\w./{}<>-]*)/g,
    );
    const seen = named
      .map(({ page, name }) => ({ page, name: plain(name.replace(/[.,]$/, "")) }))
      .filter(({ name }) => !FLAGSMITHS_OWN.some((path) => name.startsWith(path)));
    expect(seen.length).toBeGreaterThan(30);
    expect(unknown(seen, known)).toEqual([]);
  });

  it("docs/endpoints.md has every route and every call", () => {
    const page = readFileSync("docs/endpoints.md", "utf8");
    const description: { paths: Record<string, object> } = parse(readFileSync("openapi.yaml", "utf8"));
    const calls = [FlagSyncService, Health].flatMap((service) =>
      service.methods.map((method) => `${service.typeName}/${method.name}`),
    );
    // A call by Connect is a path too, and listed as the call that it is.
    const paths = Object.keys(description.paths).filter((path) => !calls.includes(path.slice(1)));
    const wanted = [...paths, ...calls];
    const spoken = (name: string): boolean => [`${name}\``, `${name}/\``].some((form) => page.includes(form));
    expect(wanted.filter((name) => !spoken(name))).toEqual([]);
  });

  it("calls exist", () => {
    const known = new Set([
      ...[FlagSyncService, Health].flatMap((service) =>
        service.methods.map((method) => `${service.typeName}/${method.name}`),
      ),
      ...["v1", "v1alpha"].map(
        (version) => `grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`,
      ),
    ]);
    const named = found(/\b((?:flagd|grpc)(?:\.\w+)+\/[A-Z]\w+)/g);
    expect(named.length).toBeGreaterThan(10);
    expect(unknown(named, known)).toEqual([]);
  });

  it("npm scripts exist", () => {
    const { scripts }: { scripts: Record<string, string> } = JSON.parse(readFileSync("package.json", "utf8"));
    const named = found(/\bnpm run (?:--silent )?([\w:-]+)/g);
    expect(named.length).toBeGreaterThan(5);
    expect(unknown(named, new Set(Object.keys(scripts)))).toEqual([]);
  });

  it("tests and sources exist", () => {
    const named = found(/`((?:test|src|bench|chaos|scripts|proto|deploy)\/[\w./-]+\.\w+)`/g);
    expect(named.length).toBeGreaterThan(50);
    expect(named.filter(({ name }) => !existsSync(name)).map(({ page, name }) => `${page}: ${name}`)).toEqual(
      [],
    );
  });
});

/** Paths of Flagsmith's own API that the documents compare ours with. */
const FLAGSMITHS_OWN = ["/api/v1/environment-document", "/api/v1/flags", "/api/v1/identities"];

describe("blocks of data", () => {
  const blocks = pages.flatMap(codeBlocks);

  it("in JSON parse", () => {
    const json = blocks.filter(({ language }) => language === "json");
    expect(json.length).toBeGreaterThan(1);
    for (const { page, line, lines } of json) {
      expect(() => JSON.parse(lines.join("\n")), `${page}:${line}`).not.toThrow();
    }
  });

  it("in YAML parse, and configuration files hold options that exist", () => {
    const yaml = blocks.filter(({ language }) => language === "yaml");
    expect(yaml.length).toBeGreaterThan(1);
    for (const { page, line, lines } of yaml) {
      const errors = parseAllDocuments(lines.join("\n")).flatMap((document) => document.errors);
      expect(errors, `${page}:${line}`).toEqual([]);
    }
    const [options] = yaml.filter(({ page }) => page === "docs/configuration.md");
    expect(Object.keys(OPTIONS)).toEqual(
      expect.arrayContaining(Object.keys(parse(options?.lines.join("\n") ?? ""))),
    );
  });
});
