import { styleText } from "node:util";

/** What a text may be shown in. */
type Style = "green" | "yellow" | "red" | "cyan" | "bold" | "dim";

/** Shows a text in a style, or as it is where there are no colours. */
export type Paint = (style: Style, text: string) => string;

/** Whether there are colours was decided once, for the whole process: see {@link wantsColours}. */
export function painter(colours: boolean): Paint {
  return colours ? (style, text) => styleText(style, text, { validateStream: false }) : (_, text) => text;
}

/**
 * Colours are for a person's screen. `NO_COLOR` (https://no-color.org) turns them off whatever else is said, `FORCE_COLOR`
 * (https://force-color.org) on where there is no terminal, such as in a pipeline whose log shows them.
 */
export function wantsColours(
  stream: { readonly isTTY?: boolean },
  env: Readonly<Record<string, string | undefined>>,
): boolean {
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR) return env.FORCE_COLOR !== "0" && env.FORCE_COLOR !== "false";
  return Boolean(stream.isTTY) && env.TERM !== "dumb";
}
