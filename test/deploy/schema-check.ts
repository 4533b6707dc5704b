import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import formats from "ajv-formats";

const FOLDER = join(import.meta.dirname, "schemas");

/** A schema file that lists kinds of resources, by `apiVersion/kind`. */
interface KindSchemas {
  readonly kinds: Readonly<Record<string, string>>;
}

function read(name: string): object {
  return JSON.parse(readFileSync(join(FOLDER, name), "utf8"));
}

/** What a file of {@link FOLDER} has against a document: one line per fault, none if it is right. */
export function faults(schemaFile: string, document: unknown): readonly string[] {
  const schema = read(schemaFile);
  const is2020 = String(Object(schema).$schema).includes("2020-12");
  const ajv = new (is2020 ? Ajv2020 : Ajv)({ strict: false, allErrors: true });
  formats.default(ajv);
  const validate = ajv.compile(schema);
  if (validate(document)) return [];
  return (validate.errors ?? []).map(({ instancePath, message, params }) =>
    [instancePath, message, JSON.stringify(params)].join(" "),
  );
}

const resources = new Ajv({ strict: false, allErrors: true });
const places = new Map<string, string>();
for (const file of ["kubernetes.json", "custom-resources.json"]) {
  const schema = read(file) as KindSchemas;
  resources.addSchema(schema, file);
  for (const [kind, place] of Object.entries(schema.kinds)) places.set(kind, `${file}${place}`);
}

/** What is wrong with a Kubernetes resource; an unknown kind is a fault, too. */
export function resourceFaults(resource: unknown): readonly string[] {
  const kind = `${Object(resource).apiVersion}/${Object(resource).kind}`;
  const place = places.get(kind);
  const validate = place === undefined ? undefined : resources.getSchema(place);
  if (validate === undefined) return [`no schema for ${kind}`];
  if (validate(resource)) return [];
  return (validate.errors ?? []).map(({ instancePath, message, params }) =>
    [kind, instancePath, message, JSON.stringify(params)].join(" "),
  );
}
