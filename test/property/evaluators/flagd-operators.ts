/**
 * flagd's own operators for `json-logic-js`, written from flagd's observed behaviour (facts/flagd.md, section 5), so that
 * a third JavaScript opinion exists which shares no code with the others.
 */

/** `fractional`: murmur3 of the bucketing value, `(hash * total) >> 32` tells the slice. */
export function fractional(data: unknown, ...entries: readonly unknown[]): unknown {
  const [first, ...rest] = entries;
  const bucketBy = Array.isArray(first) ? undefined : first;
  const seed = typeof bucketBy === "string" ? bucketBy : defaultSeed(data, bucketBy);
  if (seed === undefined) return null;
  const slices = (Array.isArray(first) ? entries : rest).map(sliceOf);
  if (slices.some((slice) => slice === undefined)) return null;
  const total = slices.reduce((sum, slice) => sum + (slice?.weight ?? 0), 0);
  if (total <= 0 || total > 2_147_483_647) return null;
  const bucket = (BigInt(murmur3(seed)) * BigInt(total)) >> 32n;
  let end = 0n;
  for (const slice of slices) {
    end += BigInt(slice?.weight ?? 0);
    if (bucket < end) return slice?.variant ?? null;
  }
  return null;
}

/** `starts_with`: of two texts; anything else is null. */
export function startsWith(text: unknown, prefix: unknown): boolean | null {
  return typeof text === "string" && typeof prefix === "string" ? text.startsWith(prefix) : null;
}

/** `ends_with`: of two texts; anything else is null. */
export function endsWith(text: unknown, suffix: unknown): boolean | null {
  return typeof text === "string" && typeof suffix === "string" ? text.endsWith(suffix) : null;
}

/** `sem_ver`: missing parts are padded, `v` is allowed, builds do not count; what is no version is null. */
export function semVer(left: unknown, operator: unknown, right: unknown): boolean | null {
  const [one, other] = [versionOf(left), versionOf(right)];
  if (one === undefined || other === undefined) return null;
  const order = orderOf(one, other);
  switch (operator) {
    case "=":
      return order === 0;
    case "!=":
      return order !== 0;
    case "<":
      return order < 0;
    case "<=":
      return order <= 0;
    case ">":
      return order > 0;
    case ">=":
      return order >= 0;
    case "^":
      return one.numbers[0] === other.numbers[0];
    case "~":
      return one.numbers[0] === other.numbers[0] && one.numbers[1] === other.numbers[1];
    default:
      return null;
  }
}

/** murmur3, x86, 32 bits, seed 0, of the UTF-8 bytes. */
export function murmur3(text: string): number {
  const bytes = new TextEncoder().encode(text);
  const view = new DataView(bytes.buffer);
  const whole = bytes.length - (bytes.length % 4);
  let hash = 0;
  for (let at = 0; at < whole; at += 4) {
    hash ^= scramble(view.getUint32(at, true));
    hash = (hash << 13) | (hash >>> 19);
    hash = (Math.imul(hash, 5) + 0xe6546b64) | 0;
  }
  let tail = 0;
  for (let at = bytes.length - 1; at >= whole; at -= 1) tail = (tail << 8) | (bytes[at] ?? 0);
  if (whole < bytes.length) hash ^= scramble(tail);
  hash ^= bytes.length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function scramble(block: number): number {
  const mixed = Math.imul(block, 0xcc9e2d51);
  return Math.imul((mixed << 15) | (mixed >>> 17), 0x1b873593);
}

function defaultSeed(data: unknown, bucketBy: unknown): string | undefined {
  if (bucketBy !== undefined && bucketBy !== null) return undefined;
  const { targetingKey, $flagd } = data as { targetingKey?: unknown; $flagd?: { flagKey?: string } };
  const isText = typeof targetingKey === "string" && targetingKey !== "";
  return isText ? `${$flagd?.flagKey ?? ""}${targetingKey}` : undefined;
}

function sliceOf(entry: unknown): { readonly variant: unknown; readonly weight: number } | undefined {
  if (!Array.isArray(entry)) return undefined;
  const [variant, weight = 1]: unknown[] = entry;
  return typeof weight === "number" && Number.isInteger(weight)
    ? { variant, weight: Math.max(weight, 0) }
    : undefined;
}

interface Version {
  readonly numbers: readonly [number, number, number];
  readonly preRelease: readonly string[];
}

function versionOf(value: unknown): Version | undefined {
  const part = "(?:0|[1-9][0-9]*)";
  const pattern = `^[vV]?(${part})(?:\\.(${part}))?(?:\\.(${part}))?(?:-([0-9A-Za-z.-]+))?(?:\\+[0-9A-Za-z.-]+)?$`;
  if (typeof value !== "string" && typeof value !== "number") return undefined;
  const match = new RegExp(pattern).exec(String(value));
  if (match === null) return undefined;
  const [, major = "0", minor = "0", patch = "0", preRelease] = match;
  const parts = preRelease?.split(".") ?? [];
  if (parts.some((one) => one === "" || /^0[0-9]+$/.test(one))) return undefined;
  return { numbers: [Number(major), Number(minor), Number(patch)], preRelease: parts };
}

function orderOf(left: Version, right: Version): number {
  for (const [index, number] of left.numbers.entries()) {
    const difference = number - (right.numbers[index] ?? 0);
    if (difference !== 0) return difference;
  }
  if (left.preRelease.length === 0 || right.preRelease.length === 0) {
    return right.preRelease.length - left.preRelease.length;
  }
  for (const [index, part] of left.preRelease.entries()) {
    const facing = right.preRelease[index];
    if (facing === undefined) return 1;
    if (part === facing) continue;
    const numbers = [part, facing].map((one) => /^[0-9]+$/.test(one));
    if (numbers[0] && numbers[1]) return Number(part) - Number(facing);
    if (numbers[0] !== numbers[1]) return numbers[0] ? -1 : 1;
    return part < facing ? -1 : 1;
  }
  return left.preRelease.length - right.preRelease.length;
}
