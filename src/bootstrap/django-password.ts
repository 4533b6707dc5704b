import { pbkdf2, randomInt } from "node:crypto";
import { promisify } from "node:util";

const derive = promisify(pbkdf2);

/** What Django 5 writes by default; it rehashes older ones at the next log-in. */
const ITERATIONS = 1_000_000;
const SALT_LENGTH = 22;
const SALT_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** A password as Django stores it: `pbkdf2_sha256$<iterations>$<salt>$<base64>`. */
export async function djangoPassword(password: string): Promise<string> {
  const salt = Array.from({ length: SALT_LENGTH }, () => SALT_ALPHABET[randomInt(SALT_ALPHABET.length)]).join(
    "",
  );
  const digest = await derive(password, salt, ITERATIONS, 32, "sha256");
  return `pbkdf2_sha256$${ITERATIONS}$${salt}$${digest.toString("base64")}`;
}
