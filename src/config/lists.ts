import { isIP } from "node:net";

/** The parts of a text such as `a, b`, or one per line. */
export function listOf(text: string | undefined): readonly string[] {
  return (text ?? "")
    .split(/[,\n]/)
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

/** The pairs of a list such as `name=value, other=value`; a name may have `=` in it. `undefined`: one is no pair. */
export function pairsOf(text: string | undefined): readonly (readonly [string, string])[] | undefined {
  const pairs = listOf(text).map((part) => {
    const equals = part.lastIndexOf("=");
    return [part.slice(0, Math.max(equals, 0)).trim(), part.slice(equals + 1).trim()] as const;
  });
  return pairs.every(([name, value]) => name !== "" && value !== "") ? pairs : undefined;
}

/** Whether a text is an address, or a range such as `10.0.0.0/8`. */
export function isAddressRange(text: string): boolean {
  const [address = "", bits, ...rest] = text.split("/");
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
}

/** Whether a text is what browsers send as `Origin`, or `*`. */
export function isOrigin(text: string): boolean {
  return text === "*" || (URL.canParse(text) && new URL(text).origin === text);
}
