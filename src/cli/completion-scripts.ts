/** What may follow a command. */
export interface CommandWords {
  /** The command's own words: `[]` is the program itself. */
  readonly path: readonly string[];
  readonly subcommands: readonly { readonly name: string; readonly help: string }[];
  readonly options: readonly {
    readonly name: string;
    readonly help: string;
    readonly values: readonly string[];
  }[];
}

/** The shells that are served. */
export const SHELLS = ["bash", "zsh", "fish"] as const;

/** See {@link SHELLS}. */
export type Shell = (typeof SHELLS)[number];

/** A script that completes the words of all commands in one shell. */
export function completionScript(shell: Shell, program: string, commands: readonly CommandWords[]): string {
  return { bash, zsh, fish }[shell](program, commands);
}

/** Within single quotes; none of our help texts needs to be found again from what is left. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "’")}'`;
}

/** A case of a shell's `case` for each command: the words that led there, and a body. */
function cases(commands: readonly CommandWords[], body: (command: CommandWords) => string): string {
  return commands.map((command) => `    ${quoted(command.path.join(" "))}) ${body(command)} ;;`).join("\n");
}

/** In bash and zsh: the words before the present one that are commands, not options. */
function walk(words: string, commands: readonly CommandWords[]): string {
  const paths = commands.filter(({ path }) => path.length > 0).map(({ path }) => quoted(path.join(" ")));
  return `  for word in ${words}; do
    case "\${at:+$at }$word" in
      ${paths.join("|")}) at="\${at:+$at }$word" ;;
    esac
  done`;
}

function bash(program: string, commands: readonly CommandWords[]): string {
  const name = `_${program.replaceAll("-", "_")}`;
  const words = ({ subcommands, options }: CommandWords): string =>
    `words=${quoted([...subcommands, ...options].map((each) => each.name).join(" "))}`;
  const values = commands.flatMap(({ options }) => options.filter((option) => option.values.length > 0));
  const valueCases = [...new Map(values.map((option) => [option.name, option])).values()]
    .map((option) => `    ${option.name}) words=${quoted(option.values.join(" "))} ;;`)
    .join("\n");
  return `# bash completion of ${program}
${name}() {
  local at="" word words=""
${walk(`"\${COMP_WORDS[@]:1:COMP_CWORD-1}"`, commands)}
  case "$at" in
${cases(commands, words)}
  esac
  case "\${COMP_WORDS[COMP_CWORD-1]}" in
${valueCases}
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}")
}
complete -F ${name} ${program}`;
}

function zsh(program: string, commands: readonly CommandWords[]): string {
  const name = `_${program.replaceAll("-", "_")}`;
  const words = ({ subcommands, options }: CommandWords): string =>
    `choices=(${[...subcommands, ...options].map((each) => quoted(`${each.name}:${each.help}`)).join(" ")})`;
  return `#compdef ${program}
${name}() {
  local at="" word
  local -a choices
${walk(`"\${(@)words[2,CURRENT-1]}"`, commands)}
  case "$at" in
${cases(commands, words)}
  esac
  _describe '${program}' choices
}
compdef ${name} ${program}`;
}

function fish(program: string, commands: readonly CommandWords[]): string {
  const lines = commands.flatMap(({ path, subcommands, options }) => {
    const seen = path.map((word) => `__fish_seen_subcommand_from ${word}`);
    const unseen = subcommands.map((sub) => sub.name).join(" ");
    const here = [...seen, ...(unseen === "" ? [] : [`not __fish_seen_subcommand_from ${unseen}`])];
    const when = here.length === 0 ? "" : ` -n ${quoted(here.join("; and "))}`;
    return [
      ...subcommands.map((sub) => `complete -c ${program}${when} -f -a ${sub.name} -d ${quoted(sub.help)}`),
      ...options.map(({ name, help, values }) => {
        const choices = values.length === 0 ? "" : ` -x -a ${quoted(values.join(" "))}`;
        return `complete -c ${program}${when} -l ${name.slice(2)}${choices} -d ${quoted(help)}`;
      }),
    ];
  });
  return [`# fish completion of ${program}`, ...lines].join("\n");
}
