/** A version by SemVer 2, as python-semver reads it. */
interface Version {
  readonly core: readonly [bigint, bigint, bigint];
  readonly preRelease: readonly string[];
}

const NUMBER = "(0|[1-9][0-9]*)";
const PART = "(?:0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*)";
const VERSION = new RegExp(
  `^${NUMBER}\\.${NUMBER}\\.${NUMBER}(?:-(${PART}(?:\\.${PART})*))?(?:\\+[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*)?$`,
);

function parse(text: string): Version | undefined {
  const match = VERSION.exec(text);
  if (match === null) return undefined;
  const [, major = "0", minor = "0", patch = "0", preRelease] = match;
  return {
    core: [BigInt(major), BigInt(minor), BigInt(patch)],
    preRelease: preRelease === undefined ? [] : preRelease.split("."),
  };
}

/** Three-way comparison of two versions; `undefined` if one is none. Builds do not count. */
export function orderVersions(left: string, right: string): number | undefined {
  const [one, other] = [parse(left), parse(right)];
  if (one === undefined || other === undefined) return undefined;
  for (const [index, part] of one.core.entries()) {
    const facing = other.core[index] ?? 0n;
    if (part !== facing) return part < facing ? -1 : 1;
  }
  if (one.preRelease.length === 0 || other.preRelease.length === 0) {
    return other.preRelease.length - one.preRelease.length;
  }
  return orderPreReleases(one.preRelease, other.preRelease);
}

function orderPreReleases(left: readonly string[], right: readonly string[]): number {
  for (const [index, part] of left.entries()) {
    const facing = right[index];
    if (facing === undefined) return 1;
    const order = orderIdentifiers(part, facing);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

function orderIdentifiers(left: string, right: string): number {
  const [leftIsNumber, rightIsNumber] = [/^[0-9]+$/.test(left), /^[0-9]+$/.test(right)];
  if (leftIsNumber && rightIsNumber) return Number(BigInt(left) - BigInt(right));
  if (leftIsNumber !== rightIsNumber) return leftIsNumber ? -1 : 1;
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
