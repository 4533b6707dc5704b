/** The metrics of one of several processes, in the text format of Prometheus. */
export interface MetricsOfOne {
  /** What the label `worker` says. */
  readonly worker: string;
  readonly text: string;
}

interface Family {
  readonly comments: string[];
  readonly samples: string[];
}

/** Puts the metrics of several processes together: each sample keeps its value and gets the label `worker`. */
export function mergeMetrics(parts: readonly MetricsOfOne[]): string {
  const families = new Map<string, Family>();
  for (const { worker, text } of parts) {
    let family: Family = { comments: [], samples: [] };
    for (const line of text.split("\n")) {
      const [, kind, name = ""] = /^# (HELP|TYPE) (\S+)/.exec(line) ?? [];
      if (kind !== undefined) {
        family = families.get(name) ?? { comments: [], samples: [] };
        families.set(name, family);
        if (!family.comments.includes(line)) family.comments.push(line);
      } else if (line !== "") family.samples.push(labelled(line, worker));
    }
  }
  return `${[...families.values()].flatMap(({ comments, samples }) => [...comments, ...samples]).join("\n")}\n`;
}

/** Neither names nor values have a brace or a blank in them, so the first of either ends the name. */
function labelled(sample: string, worker: string): string {
  const end = sample.search(/[{ ]/);
  const name = sample.slice(0, end);
  const rest = sample.slice(end);
  return rest.startsWith("{")
    ? `${name}{worker="${worker}",${rest.slice(1)}`
    : `${name}{worker="${worker}"}${rest}`;
}
