import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import { parse } from "yaml";

interface Described {
  readonly content?: Readonly<Record<string, unknown>>;
  readonly $ref?: string;
}

/** What openapi.yaml says, as far as tests look at it. */
export interface Description {
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { responses: Record<string, Described> }>>>
  >;
  readonly components: Readonly<Record<string, Readonly<Record<string, unknown>>>> & {
    readonly responses: Readonly<Record<string, Described>>;
  };
}

const FILE = new URL("../../openapi.yaml", import.meta.url);

/** The description as it is served. */
export const servedDescription = readFileSync(FILE, "utf8");

/** The description, parsed. */
export const description: Description = parse(servedDescription);

const ajv = new Ajv2020({ strict: false, allErrors: true });
formats.default(ajv);
ajv.addSchema(description, "openapi");

/** A part of a JSON pointer. */
const escaped = (part: string): string => encodeURIComponent(part.replace(/~/g, "~0").replace(/\//g, "~1"));

/** The path of the description that a path of a request belongs to. */
export function describedPath(path: string): string | undefined {
  const segments = path.split("/");
  const fits = (template: string): boolean => {
    const parts = template.split("/");
    return (
      parts.length === segments.length &&
      parts.every(
        (part, index) => part === segments[index] || (part.startsWith("{") && segments[index] !== ""),
      )
    );
  };
  return Object.keys(description.paths).find(fits);
}

/** Says what in an answer is not as it is described; empty if all is. */
export async function faultsOf(method: string, url: string, answer: Response): Promise<readonly string[]> {
  const path = describedPath(new URL(url).pathname);
  if (path === undefined) return [`${url} is not described`];
  const responses = description.paths[path]?.[method.toLowerCase()]?.responses;
  const status = String(answer.status);
  const stated = responses?.[status];
  // A method that a path does not have is answered alike everywhere.
  const found =
    stated ??
    (responses === undefined && status === "405" ? { $ref: "#/components/responses/Problem" } : undefined);
  if (found === undefined) return [`${method} ${path} does not describe ${status}`];
  const shared = found.$ref?.split("/").at(-1);
  const pointer = shared
    ? `#/components/responses/${shared}`
    : `#/paths/${escaped(path)}/${method.toLowerCase()}/responses/${status}`;
  const content = (shared ? description.components.responses[shared] : found)?.content ?? {};
  const text = await answer.text();
  const type = (answer.headers.get("content-type") ?? "").split(";")[0] ?? "";
  if (Object.keys(content).length === 0)
    return text === "" ? [] : [`${method} ${path} ${status} describes no body`];
  if (!(type in content)) return [`${method} ${path} ${status} does not describe ${type}`];
  if (!type.endsWith("json")) return [];
  const validate = ajv.getSchema(`openapi${pointer}/content/${escaped(type)}/schema`);
  if (validate === undefined) return [`${pointer} has no schema for ${type}`];
  if (validate(JSON.parse(text))) return [];
  return (validate.errors ?? []).map(
    (error) => `${method} ${path} ${status}: ${error.instancePath} ${error.message}`,
  );
}
