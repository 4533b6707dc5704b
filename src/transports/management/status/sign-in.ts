import { type Answer, type ManagementRequest, NOT_ALLOWED } from "../exchange.ts";
import { type Attempted, slowedAnswer, unlessSlowed } from "./attempts.ts";
import { signInPage } from "./page.ts";
import { COOKIE, type Protection } from "./protection.ts";

/** Bytes that the form's body may have. */
const MOST_BYTES = 4_096;

/** Seconds after which a browser has to sign in again. */
const SIGNED_IN_SECONDS = 12 * 3_600;

const ONLY_POST: Answer = { ...NOT_ALLOWED, headers: { Allow: "POST" } };

async function bodyOf(request: ManagementRequest): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) return "";
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function toStart(cookie: string, seconds: number, attributes: string): Answer {
  const setCookie = `${COOKIE}=${cookie}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${seconds}${attributes}`;
  return {
    status: 303,
    contentType: "text/plain; charset=utf-8",
    body: "",
    headers: { Location: "/", "Set-Cookie": setCookie },
  };
}

/** Takes the form; `attributes` are more of the cookie's. With the right token the browser is given a cookie and sent to the page. */
export async function signIn(
  request: ManagementRequest,
  {
    protection,
    attempted,
    attributes,
  }: { readonly protection: Protection; readonly attempted: Attempted; readonly attributes: string },
): Promise<Answer> {
  if (request.method !== "POST") return ONLY_POST;
  const token = new URLSearchParams(await bodyOf(request)).get("token") ?? "";
  const cookie = await unlessSlowed(attempted, token, () => protection.cookieFor(token));
  if (typeof cookie === "object") return slowedAnswer(cookie);
  return cookie === undefined ? signInPage({ wrong: true }) : toStart(cookie, SIGNED_IN_SECONDS, attributes);
}

/** Takes the cookie away. */
export function signOut(request: ManagementRequest, attributes: string): Answer {
  return request.method === "POST" ? toStart("", 0, attributes) : ONLY_POST;
}
