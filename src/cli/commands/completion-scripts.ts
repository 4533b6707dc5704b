/** What is to come after an option: nothing, a value that nobody can guess, or the name of a file. */
export type OptionTakes = "nothing" | "value" | "file";

/** What may follow a command. */
export interface CommandWords {
  /** The command's own words: `[]` is the program itself. */
  readonly path: readonly string[];
  readonly subcommands: readonly { readonly name: string; readonly help: string }[];
  /** What its arguments may be, if that is known. */
  readonly choices: readonly string[];
  readonly options: readonly {
    readonly name: string;
    readonly help: string;
    readonly takes: OptionTakes;
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

/** For a shell's `case` on the word before: what to do after each option that takes something. */
function afterOptions(
  commands: readonly CommandWords[],
  body: { values(words: readonly string[]): string; readonly file: string; readonly value: string },
): string {
  const byName = new Map(commands.flatMap(({ options }) => options).map((option) => [option.name, option]));
  return [...byName.values()]
    .filter(({ takes }) => takes !== "nothing")
    .map(({ name, takes, values }) => {
      const then = values.length > 0 ? body.values(values) : takes === "file" ? body.file : body.value;
      return `    ${name}) ${then} ;;`;
    })
    .join("\n");
}

function bash(program: string, commands: readonly CommandWords[]): string {
  const name = `_${program.replaceAll("-", "_")}`;
  const words = ({ subcommands, choices, options }: CommandWords): string =>
    `words=${quoted(
      [...subcommands, ...options]
        .map((each) => each.name)
        .concat(choices)
        .join(" "),
    )}`;
  const after = afterOptions(commands, {
    values: (values) => `words=${quoted(values.join(" "))}`,
    file: `compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$current")); return`,
    value: "return",
  });
  return `# bash completion of ${program}
${name}() {
  local at="" word words="" current="\${COMP_WORDS[COMP_CWORD]}"
  COMPREPLY=()
${walk(`"\${COMP_WORDS[@]:1:COMP_CWORD-1}"`, commands)}
  case "$at" in
${cases(commands, words)}
  esac
  case "\${COMP_WORDS[COMP_CWORD-1]}" in
${after}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -F ${name} ${program}`;
}

/** Read from `$fpath`, zsh runs the file as the function itself: then it completes at once; sourced, it says so to `compdef`. */
function zsh(program: string, commands: readonly CommandWords[]): string {
  const name = `_${program.replaceAll("-", "_")}`;
  const words = ({ subcommands, choices, options }: CommandWords): string =>
    `choices=(${[
      ...[...subcommands, ...options].map((each) => quoted(`${each.name}:${each.help}`)),
      ...choices.map(quoted),
    ].join(" ")})`;
  const after = afterOptions(commands, {
    values: (values) => `choices=(${values.map(quoted).join(" ")})`,
    file: "_files; return",
    value: "_message value; return",
  });
  return `#compdef ${program}
${name}() {
  local at="" word
  local -a choices
${walk(`"\${(@)words[2,CURRENT-1]}"`, commands)}
  case "$at" in
${cases(commands, words)}
  esac
  case "\${words[CURRENT-1]}" in
${after}
  esac
  _describe '${program}' choices
}
if [ "\${funcstack[1]}" = "_${program}" ]; then
  ${name} "$@"
else
  compdef ${name} ${program}
fi`;
}

const FISH_TAKES: Readonly<Record<OptionTakes, string>> = { nothing: "", value: " -x", file: " -r -F" };

function fish(program: string, commands: readonly CommandWords[]): string {
  const lines = commands.flatMap(({ path, subcommands, choices, options }) => {
    const seen = path.map((word) => `__fish_seen_subcommand_from ${word}`);
    const unseen = subcommands.map((sub) => sub.name).join(" ");
    const here = [...seen, ...(unseen === "" ? [] : [`not __fish_seen_subcommand_from ${unseen}`])];
    const when = here.length === 0 ? "" : ` -n ${quoted(here.join("; and "))}`;
    return [
      ...subcommands.map((sub) => `complete -c ${program}${when} -f -a ${sub.name} -d ${quoted(sub.help)}`),
      ...(choices.length === 0 ? [] : [`complete -c ${program}${when} -f -a ${quoted(choices.join(" "))}`]),
      ...options.map(({ name, help, takes, values }) => {
        const wanted = values.length === 0 ? FISH_TAKES[takes] : ` -x -a ${quoted(values.join(" "))}`;
        return `complete -c ${program}${when} -l ${name.slice(2)}${wanted} -d ${quoted(help)}`;
      }),
    ];
  });
  return [`# fish completion of ${program}`, ...lines].join("\n");
}
