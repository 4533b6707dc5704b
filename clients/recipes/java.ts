import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import versions from "../versions.json" with { type: "json" };
import { cached, SOURCES, tool } from "./cache.ts";
import type { Program, Recipe } from "./recipe.ts";

const PACKAGE = "dev.openfeature.contrib.providers:flagd";
const PINNED = versions.java[PACKAGE];
/** Maven's word for the newest that its repository has. */
const NEWEST = "RELEASE";
const FOLDER = join(SOURCES, "java");

async function prepare(version: string): Promise<Program> {
  const folder = await cached(`java-${version}`, async (made) => {
    const properties = [
      `-Dflagd.version=${version}`,
      `-Dsdk.version=${versions.java["dev.openfeature:sdk"]}`,
    ];
    const copy = ["dependency:copy-dependencies", `-DoutputDirectory=${join(made, "lib")}`];
    await tool("mvn", ["-q", "-B", "-f", join(FOLDER, "pom.xml"), ...properties, ...copy]);
  });
  const jars = await readdir(join(folder, "lib"));
  const found = jars.flatMap((jar) => /^flagd-(\d.*)\.jar$/.exec(jar)?.[1] ?? [])[0] ?? version;
  const classes = join(folder, "classes");
  await mkdir(classes, { recursive: true });
  const path = `${classes}:${join(folder, "lib")}/*`;
  const sources = ["Client.java", "Contexts.java"].map((name) => join(FOLDER, name));
  await tool("javac", ["-nowarn", "-d", classes, "-cp", path, ...sources]);
  return { command: ["java", "-Xmx512m", "-cp", path, "Client"], version: found };
}

const JAVA_OF = {
  package: PACKAGE,
  registry: "Maven Central",
  snippet: { file: "java/Client.java", language: "java" },
  isProvider: true,
} as const;

/** The provider for Java that we keep as the old client. */
export const JAVA: Recipe = {
  ...JAVA_OF,
  name: "java",
  title: "Java",
  version: PINNED,
  prepare: (version = PINNED) => prepare(version),
};

/** The newest provider for Java that Maven finds; where that is the pinned one there is nothing more to try. */
export const JAVA_NEWEST: Recipe = {
  ...JAVA_OF,
  name: "java-newest",
  title: "Java, newest",
  version: NEWEST,
  async prepare(version = NEWEST) {
    const program = await prepare(version);
    if (program.version === PINNED) throw new Error(`the newest that Maven finds is ${PINNED}, as pinned`);
    return program;
  },
};
