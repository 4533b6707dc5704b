const NUMBER = "(?:0|[1-9][0-9]*)";
const PRE_RELEASE = `(?:${NUMBER}|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*)`;
const VERSION = new RegExp(
  `^(${NUMBER})\\.(${NUMBER})\\.(${NUMBER})(?:-(${PRE_RELEASE}(?:\\.${PRE_RELEASE})*))?` +
    "(?:\\+[0-9a-zA-Z-]+(?:\\.[0-9a-zA-Z-]+)*)?$",
);

/** A version after SemVer 2; build metadata never compares, so it is not kept. */
export interface Version {
  readonly core: readonly [bigint, bigint, bigint];
  readonly preRelease: readonly string[];
}

/** Reads a strict version as Flagsmith does: `1.2`, `v1.2.3` and `01.2.3` are none (facts/flagsmith.md, section 9). */
export function parseVersion(text: string): Version | undefined {
  const match = VERSION.exec(text);
  if (!match) return undefined;
  const [, major = "", minor = "", patch = "", preRelease] = match;
  return {
    core: [BigInt(major), BigInt(minor), BigInt(patch)],
    preRelease: preRelease?.split(".") ?? [],
  };
}

/** Three-way comparison by SemVer 2's precedence: a pre-release is below its release. */
export function orderVersions(left: Version, right: Version): number {
  for (const [index, number] of left.core.entries()) {
    const other = right.core[index] ?? 0n;
    if (number !== other) return number < other ? -1 : 1;
  }
  if (left.preRelease.length === 0 || right.preRelease.length === 0) {
    return right.preRelease.length - left.preRelease.length;
  }
  const length = Math.min(left.preRelease.length, right.preRelease.length);
  for (let index = 0; index < length; index += 1) {
    const order = orderIdentifiers(left.preRelease[index] ?? "", right.preRelease[index] ?? "");
    if (order !== 0) return order;
  }
  return left.preRelease.length - right.preRelease.length;
}

/** Numbers compare as numbers and are below words. */
function orderIdentifiers(left: string, right: string): number {
  const [leftIsNumber, rightIsNumber] = [/^[0-9]+$/.test(left), /^[0-9]+$/.test(right)];
  if (leftIsNumber && rightIsNumber) return Number(BigInt(left) - BigInt(right));
  if (leftIsNumber !== rightIsNumber) return leftIsNumber ? -1 : 1;
  return left < right ? -1 : left > right ? 1 : 0;
}
