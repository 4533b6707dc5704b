/** A figure at a moment. */
export interface Point {
  /** Seconds since the start. */
  readonly seconds: number;
  readonly value: number;
}

/** What a straight line through some points says. */
export interface Trend {
  /** Units per second. */
  readonly slope: number;
  readonly mean: number;
  /** What the line rises by from the first point to the last. */
  readonly growth: number;
}

/** Least squares. Without two different moments there is no growth. */
export function trendOf(points: readonly Point[]): Trend {
  const count = points.length;
  const meanOf = (pick: (point: Point) => number): number =>
    points.reduce((sum, point) => sum + pick(point), 0) / Math.max(1, count);
  const meanSeconds = meanOf(({ seconds }) => seconds);
  const mean = meanOf(({ value }) => value);
  let shared = 0;
  let spread = 0;
  for (const { seconds, value } of points) {
    shared += (seconds - meanSeconds) * (value - mean);
    spread += (seconds - meanSeconds) ** 2;
  }
  const slope = spread === 0 ? 0 : shared / spread;
  const times = points.map(({ seconds }) => seconds);
  return { slope, mean, growth: slope * (count === 0 ? 0 : Math.max(...times) - Math.min(...times)) };
}
