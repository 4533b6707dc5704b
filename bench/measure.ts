import { readFileSync, writeFileSync } from "node:fs";

/** Kernel ticks per second that /proc counts CPU time in (`getconf CLK_TCK`; 100 on every Linux). */
const TICKS_PER_SECOND = 100;

/** First, middle, 99th and last of a set of durations, in ms. */
export interface Spread {
  readonly first: number;
  readonly p50: number;
  readonly p99: number;
  readonly last: number;
}

/** The value below which a part of all lies; 0 of none. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
}

/** The middle of some values. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** See {@link Spread}. */
export function spreadOf(values: readonly number[]): Spread {
  return {
    first: quantile(values, 0),
    p50: quantile(values, 0.5),
    p99: quantile(values, 0.99),
    last: quantile(values, 1),
  };
}

function statusKilobytes(pid: number, field: string): number {
  const line = readFileSync(`/proc/${pid}/status`, "utf8")
    .split("\n")
    .find((each) => each.startsWith(`${field}:`));
  return Number(line?.match(/\d+/)?.[0] ?? 0);
}

/** Resident memory of a process now, MB. */
export function residentMegabytes(pid: number): number {
  return statusKilobytes(pid, "VmRSS") / 1_024;
}

/** The most that a process had resident since {@link forgetPeak}, MB. */
export function peakMegabytes(pid: number): number {
  return statusKilobytes(pid, "VmHWM") / 1_024;
}

/** Lets the kernel forget the peak so far (proc(5), clear_refs). */
export function forgetPeak(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, "5");
}

/** CPU that a process spent so far, user and system, ms. */
export function cpuMs(pid: number): number {
  const afterName = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return ((Number(afterName[11]) + Number(afterName[12])) / TICKS_PER_SECOND) * 1_000;
}

/** How long some work took, ms, and what it gave. */
export async function timed<Result>(
  work: () => Promise<Result>,
): Promise<{ readonly ms: number; readonly result: Result }> {
  const begin = performance.now();
  const result = await work();
  return { ms: performance.now() - begin, result };
}

/** Waits: for things that settle by themselves, like memory. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
