import { answers } from "../evaluate.mjs";
import { flags, follow } from "./follow.ts";

declare global {
  interface Window {
    /** Given by the program that opened the page. */
    told(event: string, message: string): void;
    ask: (asked: unknown) => unknown;
  }
}

window.ask = (asked) => answers(flags, asked);
const { searchParams } = new URL(location.href);
void follow(searchParams.get("server") ?? "", searchParams.get("key") ?? "", (event, message) =>
  window.told(event, message),
);
