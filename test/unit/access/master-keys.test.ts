import { pbkdf2Sync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { MasterKeyVerifier, prefixOf } from "../../../src/access/master-keys.ts";

const KEY = "AbCdEfGh.0123456789abcdefghijklmnopqrstuv";

/** As Django writes it. */
function hashOf(key: string, iterations = 1_000, salt = "salt"): string {
  const digest = pbkdf2Sync(key, salt, iterations, 32, "sha256").toString("base64");
  return `pbkdf2_sha256$${iterations}$${salt}$${digest}`;
}

describe("a master key", () => {
  it("has a public prefix of eight characters", () => {
    expect(prefixOf(KEY)).toBe("AbCdEfGh");
    for (const text of [
      "",
      "AbCdEfGh",
      "AbCdEfGh.",
      "short.secret",
      "ser.hgY5vshLnTsA3ZfWPWAuaZ",
      "AbCdEfGh.a b",
    ])
      expect(prefixOf(text)).toBeUndefined();
  });

  it("is right by its whole text, at whatever number of iterations", async () => {
    const verifier = new MasterKeyVerifier();
    expect(await verifier.verify(KEY, hashOf(KEY))).toBe(true);
    expect(await verifier.verify(KEY, hashOf(KEY, 20_000, "other"))).toBe(true);
    expect(await verifier.verify(`${KEY}x`, hashOf(KEY))).toBe(false);
    expect(await verifier.verify(KEY, hashOf(`${KEY}x`))).toBe(false);
  });

  it.each([
    "",
    "argon2$x$y$z",
    "pbkdf2_sha256$0$salt$AAAA",
    "pbkdf2_sha256$x$salt$AAAA",
    `pbkdf2_sha256$99999999999$salt$${Buffer.alloc(32).toString("base64")}`,
    `pbkdf2_sha256$1000$salt$${Buffer.alloc(31).toString("base64")}`,
  ])("matches no hash that Django would not write: %s", async (hash) => {
    expect(await new MasterKeyVerifier().verify(KEY, hash)).toBe(false);
  });

  it("is verified once, and again when its row has another hash", async () => {
    const verifier = new MasterKeyVerifier();
    const hash = hashOf(KEY, 3_000_000);
    const beganMs = performance.now();
    expect(await verifier.verify(KEY, hash)).toBe(true);
    const firstMs = performance.now() - beganMs;
    const againMs = performance.now();
    for (let times = 0; times < 100; times += 1) expect(await verifier.verify(KEY, hash)).toBe(true);
    expect(performance.now() - againMs).toBeLessThan(firstMs);
    expect(await verifier.verify(KEY, hashOf("another"))).toBe(false);
  });

  it("asked for by many at once costs one verification, and unknown ones do not queue without end", async () => {
    const verifier = new MasterKeyVerifier();
    const hash = hashOf(KEY, 100_000);
    const same = await Promise.all(Array.from({ length: 200 }, () => verifier.verify(KEY, hash)));
    expect(new Set(same)).toEqual(new Set([true]));
    const different = await Promise.all(
      Array.from({ length: 200 }, (_, index) => verifier.verify(`${KEY}${index}`, hash)),
    );
    expect(different.filter((answer) => answer === "busy").length).toBe(192);
    expect(different.filter((answer) => answer === false).length).toBe(8);
    expect(await verifier.verify(KEY, hash)).toBe(true);
  });

  it("is not kept waiting by a flood of wrong keys for another one's hash", async () => {
    const verifier = new MasterKeyVerifier();
    const flooded = hashOf("flooded", 100_000);
    const flood = Array.from({ length: 200 }, (_, index) => verifier.verify(`wrong ${index}`, flooded));
    expect(await verifier.verify(KEY, hashOf(KEY))).toBe(true);
    await Promise.all(flood);
  });

  it("that was right stays known through a flood of wrong ones, which take bounded memory", async () => {
    const verifier = new MasterKeyVerifier();
    const hash = hashOf(KEY, 1);
    expect(verifier.known(KEY, hash)).toBeUndefined();
    await verifier.verify(KEY, hash);
    for (let wrong = 0; wrong <= 1_000; wrong += 1) await verifier.verify(`${KEY}${wrong}`, hash);
    expect(verifier.known(KEY, hash)).toBe(true);
    expect(verifier.known(`${KEY}0`, hash)).toBeUndefined();
    expect(verifier.known(`${KEY}1000`, hash)).toBe(false);
  });
});
