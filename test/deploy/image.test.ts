/** The Dockerfile: what it says, and its steps performed and its program run without a container engine. */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { validate } from "dockerfile-utils";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSampleProject } from "../../src/demo/sample/sample-project.ts";
import { migrateUp } from "../../src/postgres/set-up/migrate.ts";
import { eventually } from "../server/harness.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { freePort } from "../support/free-port.ts";
import { confinement } from "./confined.ts";
import { DOCKERFILE, environmentOf, finalStage, linesOf, stages } from "./dockerfile.ts";
import { performStages } from "./image-steps.ts";

const image = finalStage();

/** The text of the only line with a keyword. */
function only(keyword: string): string {
  const lines = linesOf(image, keyword);
  expect(lines).toHaveLength(1);
  return lines[0]?.text ?? "";
}

describe("what the Dockerfile says", () => {
  it("has nothing that a checker of Dockerfiles complains about", () => {
    expect(validate(DOCKERFILE)).toEqual([]);
  });

  it("runs Node 24 as a user by number, with a check of health and the labels of OCI", () => {
    expect(image.image).toMatch(/^node:24-/);
    expect(only("USER")).toMatch(/^[1-9]\d{3,}:[1-9]\d{3,}$/);
    expect(only("EXPOSE").split(" ")).toEqual(["8015", "8014"]);
    expect(environmentOf(image)).toEqual({ NODE_ENV: "production", MANAGEMENT_HOST: "0.0.0.0" });
    const labels = [...only("LABEL").matchAll(/org\.opencontainers\.image\.(\w+)="[^"]+"/g)].map(
      ([, name]) => name,
    );
    expect(labels.sort()).toEqual(
      ["title", "description", "source", "documentation", "licenses", "version", "revision"].sort(),
    );
  });

  it("takes from its builders what is named, and no whole context", () => {
    const copies = stages().flatMap((stage) => linesOf(stage, "COPY").map(({ text }) => text));
    expect(copies.filter((text) => text.startsWith(". "))).toEqual([]);
  });
});

const prefix = confinement(only("USER"));

const lock: {
  readonly packages: Readonly<Record<string, { readonly dev?: true; readonly optional?: true }>>;
} = JSON.parse(readFileSync("package-lock.json", "utf8"));

function isForProduction(name: string): boolean {
  const { dev, optional } = lock.packages[`node_modules/${name}`] ?? {};
  return dev !== true && optional !== true;
}

describe("what the Dockerfile makes", { timeout: 120_000 }, () => {
  const scratch = mkdtempSync(join(tmpdir(), "flagsmith-flagd-image-"));
  let root: string;
  let test: TestDatabase;
  beforeAll(async () => {
    root = performStages(scratch);
    spawnSync("chmod", ["-R", "a+rX", scratch]);
    test = await createTestDatabase();
    await createSampleProject(test.database);
    await migrateUp(test.database);
  });
  afterAll(async () => {
    rmSync(scratch, { recursive: true, force: true });
    await test?.drop();
  });
  /** A command line of the image, with its files where they were made. */
  const inImage = (items: readonly string[]): readonly string[] =>
    items.map((item) =>
      item.startsWith("/app/") ? join(root, item) : item === "node" ? process.execPath : item,
    );
  const listOf = (keyword: string): readonly string[] => linesOf(image, keyword)[0]?.list ?? [];
  const start = (items: readonly string[], env: Readonly<Record<string, string>>) => {
    const [program = "", ...args] = [...(prefix ?? []), ...inImage(items)];
    const child = spawn(program, args, { env: { ...environmentOf(image), ...env, PATH: process.env.PATH } });
    let text = "";
    child.stdout.setEncoding("utf8").on("data", (more: string) => {
      text += more;
    });
    child.stderr.setEncoding("utf8").on("data", (more: string) => {
      text += more;
    });
    const ended = new Promise<{ code: number | null; text: string }>((done) =>
      child.once("close", (code) => done({ code, text })),
    );
    return { child, ended };
  };

  it("holds production packages alone, no embedded Postgres, and is small", () => {
    const app = join(root, "app");
    expect(readdirSync(app).sort()).toEqual([
      "LICENSE",
      "dist",
      "node_modules",
      "openapi.yaml",
      "package.json",
    ]);
    const manifest = JSON.parse(readFileSync("package.json", "utf8"));
    for (const name of Object.keys({ ...manifest.devDependencies, ...manifest.optionalDependencies })) {
      // Some that we develop with are also what production packages need.
      if (isForProduction(name)) continue;
      expect({ name, there: existsSync(join(app, "node_modules", name)) }).toEqual({ name, there: false });
    }
    for (const name of Object.keys(manifest.dependencies)) {
      expect(existsSync(join(app, "node_modules", name))).toBe(true);
    }
    const [kilobytes = ""] = spawnSync("du", ["-sk", app], { encoding: "utf8" }).stdout.split("\t");
    expect(Number(kilobytes)).toBeLessThan(60_000);
  });

  it("serves as that user from a file system that cannot be written to, is healthy, and ends with 0", async () => {
    const ports = { SYNC_PORT: await freePort(), MANAGEMENT_PORT: await freePort() };
    const server = start([...listOf("ENTRYPOINT"), ...listOf("CMD")], { DATABASE_URL: test.url, ...ports });
    const check: readonly string[] = JSON.parse(only("HEALTHCHECK").replace(/^CMD /, ""));
    await eventually(async () => ((await start(check, ports).ended).code === 0 ? true : undefined));
    expect((await fetch(`http://127.0.0.1:${ports.MANAGEMENT_PORT}/readyz`)).status).toBe(200);
    expect((await fetch(`http://127.0.0.1:${ports.MANAGEMENT_PORT}/openapi.yaml`)).status).toBe(200);
    server.child.kill("SIGTERM");
    expect((await server.ended).code).toBe(0);
  });

  it("says, without a database, what is missing", async () => {
    const { code, text } = await start([...listOf("ENTRYPOINT"), ...listOf("CMD")], {}).ended;
    expect({ code, text }).toMatchObject({ code: 2, text: expect.stringMatching(/DATABASE_URL/) });
  });
});
