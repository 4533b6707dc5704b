import { readFileSync } from "node:fs";
import { type Copy, DockerfileParser, type JSONInstruction } from "dockerfile-ast";

/** One line of the Dockerfile, as it is run. */
export interface Instruction {
  /** In capitals. */
  readonly keyword: string;
  /** All that follows, flags aside. */
  readonly text: string;
  /** `--from=` of a COPY. */
  readonly from: string | undefined;
  /** The items of a list in JSON, for ENTRYPOINT and CMD. */
  readonly list: readonly string[];
}

/** A stage: its name, the image that it begins with, and its lines in order. */
export interface Stage {
  readonly name: string | undefined;
  readonly image: string;
  readonly lines: readonly Instruction[];
}

export const DOCKERFILE = readFileSync("Dockerfile", "utf8");

function isJson(line: object): line is JSONInstruction {
  return "getJSONStrings" in line;
}

function isCopy(line: object): line is Copy {
  return "getFromFlag" in line;
}

/** The Dockerfile as a parser of Dockerfiles reads it. */
export function stages(): readonly Stage[] {
  const parsed = DockerfileParser.parse(DOCKERFILE);
  const found: { name: string | undefined; image: string; lines: Instruction[] }[] = [];
  for (const line of parsed.getInstructions()) {
    const text = line.getArgumentsContent() ?? "";
    if (line.getKeyword() === "FROM") {
      const [image = "", , name] = text.split(/\s+/);
      found.push({ name, image, lines: [] });
      continue;
    }
    found.at(-1)?.lines.push({
      keyword: line.getKeyword(),
      text,
      from: isCopy(line) ? (line.getFromFlag()?.getValue() ?? undefined) : undefined,
      list: isJson(line) ? line.getJSONStrings().map((item) => item.getJSONValue()) : [],
    });
  }
  return found;
}

/** The stage that becomes the image. */
export function finalStage(): Stage {
  const stage = stages().at(-1);
  if (stage === undefined) throw new Error("the Dockerfile has no stage");
  return stage;
}

/** The lines of a stage with a keyword. */
export function linesOf(stage: Stage, keyword: string): readonly Instruction[] {
  return stage.lines.filter((line) => line.keyword === keyword);
}

/** What ENV lines set. */
export function environmentOf(stage: Stage): Readonly<Record<string, string>> {
  return Object.fromEntries(
    linesOf(stage, "ENV").flatMap(({ text }) =>
      text.split(/\s+/).map((pair): [string, string] => {
        const [name = "", value = ""] = pair.split("=");
        return [name, value];
      }),
    ),
  );
}
