/** A trait's value as Flagsmith can hold it; `null` counts as not set. */
export type TraitValue = string | number | boolean | null;

/** Whom both sides are asked about, in Flagsmith's words. */
export interface Person {
  /** `undefined`: nobody is signed in; Flagsmith then answers with the environment's own states. */
  readonly identifier: string | undefined;
  readonly traits: Readonly<Record<string, TraitValue>>;
}

/** An evaluation context, as an OpenFeature client hands it to flagd. */
export type FlagdContext = Readonly<Record<string, unknown>>;

/** The key under which OpenFeature holds Flagsmith's identifier. */
const KEY = "targetingKey";

type Nested = Map<string, Nested | TraitValue>;

/**
 * The context that says the same to flagd. A dotted trait is nested, since `var` walks the dots as a path
 * (translation.md, Conditions); where `user` and `user.tier` are both traits, only the first can be held.
 */
export function contextOf({ identifier, traits }: Person): FlagdContext {
  const root: Nested = new Map();
  const names = Object.keys(traits).sort((left, right) => left.split(".").length - right.split(".").length);
  for (const name of names) place(root, name.split("."), traits[name] ?? null);
  root.delete(KEY);
  return { ...(identifier === undefined ? {} : { [KEY]: identifier }), ...plain(root) };
}

function place(target: Nested, [head = "", ...rest]: readonly string[], value: TraitValue): void {
  if (rest.length === 0) {
    target.set(head, value);
    return;
  }
  const held = target.get(head) ?? new Map();
  if (!(held instanceof Map)) return;
  target.set(head, held);
  place(held, rest, value);
}

function plain(nested: Nested): FlagdContext {
  return Object.fromEntries(
    [...nested].map(([name, value]) => [name, value instanceof Map ? plain(value) : value]),
  );
}

/**
 * The person that Flagsmith would know if the caller told it the same: members of objects are traits with dots in their
 * names. Lists are left out, since no trait can hold one; so is a key that is no text.
 */
export function personOf(context: FlagdContext): Person {
  const { [KEY]: key, ...attributes } = context;
  return {
    identifier: typeof key === "string" && key !== "" ? key : undefined,
    traits: Object.fromEntries(flatten(attributes, "")),
  };
}

function flatten(attributes: object, path: string): [string, TraitValue][] {
  return Object.entries(attributes).flatMap(([name, value]: [string, unknown]): [string, TraitValue][] => {
    if (value === null || ["string", "number", "boolean"].includes(typeof value)) {
      return [[path + name, value as TraitValue]];
    }
    if (typeof value !== "object" || Array.isArray(value)) return [];
    return flatten(value, `${path}${name}.`);
  });
}
