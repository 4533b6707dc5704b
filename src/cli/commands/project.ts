import { type Command, InvalidArgumentError, Option } from "commander";
import {
  chooseForProject,
  listProjects,
  type ProjectChoice,
} from "../../postgres/own-tables/project-settings.ts";
import { requireMigrated } from "../../postgres/set-up/migrate.ts";
import {
  type CommandContext,
  configOf,
  type Flags,
  run,
  withDatabase,
  withExamples,
  withOptions,
} from "../command.ts";
import { EXIT } from "../terminal/exit-codes.ts";

function projectId(text: string): number {
  const id = Number(text);
  if (!Number.isInteger(id) || id < 1)
    throw new InvalidArgumentError("a project's id is a whole number; see `project list`");
  return id;
}

function limit(text: string): string {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 0 || count > 100_000)
    throw new InvalidArgumentError("a whole number up to 100000");
  return text;
}

/** `project list|enable|disable`: which projects flagd may follow. */
export function addProjectCommand(program: Command, context: CommandContext): void {
  const { terminal } = context;
  const project = program.command("project").description("choose which projects are served, and how");

  withExamples(project, ["flagsmith-flagd project list", "flagsmith-flagd project enable 7"]);

  const choose = (id: number, flags: Flags, choice: ProjectChoice): Promise<void> =>
    run(context, () =>
      withDatabase(configOf(context, flags).databaseUrl, async (database) => {
        await requireMigrated(database);
        await chooseForProject(database, id, choice);
        terminal.answer(
          `project ${id} is ${choice.enabled ? "served" : "no longer served"}; running servers know already`,
        );
        return EXIT.ok;
      }),
    );

  const list = project.command("list").description("all projects with their settings");
  withExamples(list, [
    "flagsmith-flagd project list",
    "flagsmith-flagd project list --json | jq '.[] | select(.enabled)'",
  ]);
  withOptions(list, ["databaseUrl"])
    .option("--json", "answer as JSON")
    .action((flags: Flags) =>
      run(context, () =>
        withDatabase(configOf(context, flags).databaseUrl, async (database) => {
          await requireMigrated(database);
          const projects = await listProjects(database);
          if (flags.json) terminal.answer(JSON.stringify(projects));
          else {
            for (const one of projects) {
              const state = one.enabled
                ? `enabled, semantics ${one.semantics}, at most ${one.identityOverrideLimit} identity overrides per flag`
                : "not enabled";
              terminal.answer(
                `${String(one.projectId).padStart(6)}  ${one.organisation} / ${one.name}: ${state}`,
              );
            }
          }
          return EXIT.ok;
        }),
      ),
    );

  const enable = project.command("enable").description("serve a project's environments");
  withExamples(enable, [
    "flagsmith-flagd project enable 7",
    "flagsmith-flagd project enable 7 --semantics value --identity-override-limit 500",
  ]);
  withOptions(enable, ["databaseUrl"])
    .argument("<id>", "the project's id", projectId)
    .addOption(
      new Option("--semantics <name>", "what off means; see docs/decisions/0003-semantics.md").choices([
        "flagsmith",
        "value",
      ]),
    )
    .option("--identity-override-limit <n>", "identity overrides translated per flag at most", limit)
    .action((id: number, flags: Flags) =>
      choose(id, flags, {
        enabled: true,
        ...(flags.semantics === "flagsmith" || flags.semantics === "value"
          ? { semantics: flags.semantics }
          : {}),
        ...(typeof flags.identityOverrideLimit === "string"
          ? { identityOverrideLimit: Number(flags.identityOverrideLimit) }
          : {}),
      }),
    );

  const disable = project
    .command("disable")
    .description("stop serving a project's environments; its settings are kept");
  withExamples(disable, ["flagsmith-flagd project disable 7"]);
  withOptions(disable, ["databaseUrl"])
    .argument("<id>", "the project's id", projectId)
    .action((id: number, flags: Flags) => choose(id, flags, { enabled: false }));
}
