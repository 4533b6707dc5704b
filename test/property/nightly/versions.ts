import { readFileSync } from "node:fs";
import { join } from "node:path";

const FOLDER = join(import.meta.dirname, "..");

function textOf(...path: readonly string[]): string {
  return readFileSync(join(FOLDER, ...path), "utf8");
}

function packageVersion(name: string): string {
  const { version } = JSON.parse(textOf("..", "..", "node_modules", name, "package.json")) as {
    version: string;
  };
  return `${name} ${version}`;
}

function pinned(file: readonly string[], pattern: RegExp): string {
  const [, name, version] = pattern.exec(textOf(...file)) ?? [];
  return `${name ?? "?"} ${version ?? "?"}`;
}

/** What the figures were measured with, each with its version. */
export function versions(): readonly string[] {
  const requirements = ["python", "requirements.txt"];
  return [
    packageVersion("@openfeature/flagd-core"),
    packageVersion("json-logic-js"),
    packageVersion("flagsmith-nodejs"),
    pinned(requirements, /^(flagsmith-flag-engine)==(.*)$/m),
    pinned(requirements, /^(openfeature-flagd-core)==(.*)$/m),
    pinned(["rust", "Cargo.toml"], /^(flagd-evaluation-engine) = "=(.*)"$/m),
    pinned(["go", "go.mod"], /(github.com\/open-feature\/flagd\/core) (v\S+)/),
    pinned(["go", "go.mod"], /(github.com\/diegoholiveira\/jsonlogic\/v3) (v\S+)/),
    `dev.openfeature.contrib.providers:flagd ${/flagd<\/artifactId>\s*<version>([^<]*)/.exec(textOf("java", "pom.xml"))?.[1] ?? "?"}`,
    `Node ${process.versions.node}`,
  ];
}
