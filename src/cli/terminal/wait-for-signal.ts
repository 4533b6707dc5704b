/** Resolves at the first SIGINT or SIGTERM; a second one ends the process at once. */
export function waitForSignal(): Promise<"SIGINT" | "SIGTERM"> {
  return new Promise((resolve) => {
    let asked = false;
    const onSignal = (signal: "SIGINT" | "SIGTERM"): void => {
      if (asked) process.exit(signal === "SIGINT" ? 130 : 143);
      asked = true;
      resolve(signal);
    };
    process.on("SIGINT", () => onSignal("SIGINT"));
    process.on("SIGTERM", () => onSignal("SIGTERM"));
  });
}
