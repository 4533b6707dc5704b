const CODES = { dim: 2, red: 31, green: 32, yellow: 33, cyan: 36, inverse: 7 } as const;

const LEVEL_COLOURS: Readonly<Record<string, keyof typeof CODES>> = {
  debug: "cyan",
  info: "green",
  warn: "yellow",
  error: "red",
  fatal: "inverse",
};

/** What keeps a value readable without quotes. */
const PLAIN = /^[\w.:/@…+-]+$/;

const LEVEL_WIDTH = 5;

/** ANSI escapes and other control characters that a value may carry must not reach the terminal. */
function withoutControls(text: string): string {
  return text.replace(/\p{Cc}/gu, "�");
}

function shown(value: unknown): string {
  if (typeof value !== "string") return withoutControls(JSON.stringify(value));
  return PLAIN.test(value) ? value : withoutControls(JSON.stringify(value));
}

/** Writes one line of the log for a person: time of day, level, message, and then what belongs to it; a stack on lines of its own. */
export function prettyLine(line: string, colours: boolean): string {
  const paint = (text: string, colour: keyof typeof CODES): string =>
    colours ? `\u001b[${CODES[colour]}m${text}\u001b[0m` : text;
  const { level, time, msg, stack, ...fields }: Record<string, unknown> = JSON.parse(line);
  const name = String(level);
  const day = typeof time === "string" ? new Date(time) : undefined;
  const clock = day === undefined || Number.isNaN(day.getTime()) ? "" : timeOfDay(day);
  const details = Object.entries(fields).map(([key, value]) => `${paint(`${key}=`, "dim")}${shown(value)}`);
  const head = [
    paint(clock, "dim"),
    paint(name.toUpperCase().padEnd(LEVEL_WIDTH), LEVEL_COLOURS[name] ?? "dim"),
    withoutControls(String(msg ?? "")),
    ...details,
  ].join(" ");
  const lines = typeof stack === "string" ? stack.split("\n") : [];
  const trace = lines.map((each) => `\n    ${withoutControls(each)}`).join("");
  return `${head}${trace}\n`;
}

function timeOfDay(day: Date): string {
  const two = (value: number): string => String(value).padStart(2, "0");
  const ms = String(day.getMilliseconds()).padStart(3, "0");
  return `${two(day.getHours())}:${two(day.getMinutes())}:${two(day.getSeconds())}.${ms}`;
}
