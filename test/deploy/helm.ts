import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";

export const CHART = "deploy/kubernetes/flagsmith-flagd";

/** Of which Kubernetes the chart is told that it is rendered for; that of schemas/kubernetes.json. */
const KUBERNETES = "1.34.0";

/** A resource as Kubernetes knows it; its kind's schema says the rest. */
export interface Resource {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  // biome-ignore lint/suspicious/noExplicitAny: each kind has its own, checked by its schema
  readonly spec: any;
}

function findHelm(): string | undefined {
  const places = ["helm", join(process.env.GOBIN ?? join(homedir(), "go", "bin"), "helm")];
  const found = places.find((place) => spawnSync(place, ["version"]).status === 0);
  if (found === undefined) {
    console.warn(
      "SKIPPED for want of helm (go install helm.sh/helm/v3/cmd/helm@v3.22.0): rendering the chart",
    );
  }
  return found;
}

/** The command, or `undefined`, loudly. */
export const HELM = findHelm();

/** Runs helm; what it said on both outputs. */
export function helm(...args: readonly string[]): { readonly status: number | null; readonly text: string } {
  const { status, stdout, stderr } = spawnSync(HELM ?? "helm", args, { encoding: "utf8" });
  return { status, text: `${stdout}${stderr}` };
}

/** The values files that are for tests. */
export function valuesFile(name: string): string {
  const path = join(CHART, "ci", `${name}-values.yaml`);
  if (!existsSync(path)) throw new Error(`no ${path}`);
  return path;
}

/** What a chart makes of values, hooks and all. */
export function renderChart(folder: string, ...args: readonly string[]): readonly Resource[] {
  const { status, text } = helm(
    ...["template", "flagd", folder, "--namespace", "flags", "--kube-version", KUBERNETES],
    ...args,
  );
  if (status !== 0) throw new Error(text);
  return parseAllDocuments(text, { merge: true })
    .map((document) => document.toJS() as Resource | null)
    .filter((resource) => resource !== null);
}

/** What our chart makes of values. */
export function render(...args: readonly string[]): readonly Resource[] {
  return renderChart(CHART, ...args);
}

/** The only resource of a kind, with a name's end where there are several. */
export function oneOf(resources: readonly Resource[], kind: string, nameEnd = ""): Resource {
  const found = resources.filter(
    (resource) => resource.kind === kind && resource.metadata.name.endsWith(nameEnd),
  );
  const [first] = found;
  if (first === undefined || found.length > 1)
    throw new Error(`${found.length} resources ${kind} ${nameEnd}`);
  return first;
}
