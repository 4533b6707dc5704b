/** The notes that helm shows after an installation: helm renders them only in front of a cluster, so here a copy of the chart holds them in a resource. */
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { runCli } from "../cli/run-cli.ts";
import { CHART, HELM, oneOf, render, renderChart, valuesFile } from "./helm.ts";

const copy = mkdtempSync(join(tmpdir(), "flagsmith-flagd-notes-"));
afterAll(() => rmSync(copy, { recursive: true, force: true }));

const HOLDER = `apiVersion: v1
kind: ConfigMap
metadata: { name: notes }
data:
  text: {{ tpl (.Files.Get "notes.txt") . | quote }}
`;

function notesFor(values: string): string {
  cpSync(CHART, copy, { recursive: true });
  cpSync(join(CHART, "templates", "NOTES.txt"), join(copy, "notes.txt"));
  writeFileSync(join(copy, "templates", "notes.yaml"), HOLDER);
  return String(Object(oneOf(renderChart(copy, "-f", valuesFile(values)), "ConfigMap")).data.text);
}

describe.skipIf(HELM === undefined)("the notes after an installation", () => {
  it.each(["trial", "everything"])("with the values %j lead to the service, as flagd is told", (values) => {
    const notes = notesFor(values);
    const [, text = "[]"] = /FLAGD_SOURCES='(.*)'/.exec(notes) ?? [];
    const [source] = JSON.parse(text);
    const services = render("-f", valuesFile(values)).filter(({ kind }) => kind === "Service");
    const [service] = services.filter(({ metadata }) => source.uri.startsWith(`${metadata.name}.flags.svc:`));
    expect(source.uri.split(":")[1]).toBe(String(service?.spec.ports[0].port));
    expect(source).toMatchObject({ provider: "grpc", headers: { "x-environment-key": "ser.…" } });
    expect(source.tls).toBe(values === "everything" ? true : undefined);
  });

  it("name commands that there are, and the deployment", async () => {
    const notes = notesFor("least");
    const lines = [...notes.matchAll(/exec deploy\/(\S+) -- node \/app\/dist\/main\.js ([a-z ]+)/g)];
    expect(lines).toHaveLength(3);
    const { metadata } = oneOf(render("-f", valuesFile("least")), "Deployment");
    for (const [, deployment, command = ""] of lines) {
      expect(deployment).toBe(metadata.name);
      const { out } = await runCli([...command.trim().split(" "), "--help"]);
      expect(out).toContain(`Usage: flagsmith-flagd ${command.trim()} `);
    }
  });

  it("say what is left to do: a secret after a trial, migrations where no job does them", () => {
    expect(notesFor("trial")).toMatch(/more than a trial/);
    expect(notesFor("least")).toMatch(/No job migrates/);
    expect(notesFor("everything")).not.toMatch(/trial|No job/);
  });
});
