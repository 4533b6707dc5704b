import { isBroken, judge, type Prepared } from "../../test/property/check.ts";
import type { ClientProcess } from "../client-process.ts";
import type { Agreement } from "../results.ts";
import { ask, flagsOf, type Table } from "../table.ts";

/** An agreement, and what differs, as far as anybody would read it. */
export interface Judged {
  readonly agreement: Agreement;
  readonly differences: readonly string[];
}

const MOST_DIFFERENCES = 20;

/** The questions about a prepared environment: every flag for everybody. */
export function tableOf({ translation, question }: Prepared): Table {
  return { flags: flagsOf(translation.content, question.flags), contexts: question.contexts };
}

/** Asks a client all of it, and holds its answers against Flagsmith's. */
export async function judgeClient(client: ClientProcess, name: string, prepared: Prepared): Promise<Judged> {
  const answers = (await ask(client, tableOf(prepared))) ?? [];
  const judgements = judge(prepared, name, answers);
  const count = (...wanted: string[]): number =>
    judgements.filter(({ verdict }) => wanted.includes(verdict)).length;
  return {
    agreement: {
      environments: 1,
      asked: judgements.length,
      same: count("agrees"),
      open: count("open"),
      narrowed: count("narrowed"),
      different: count("disagrees", "error"),
    },
    differences: judgements
      .filter(isBroken)
      .slice(0, MOST_DIFFERENCES)
      .map(({ feature, person, answer, expected }) => {
        const right = [...expected.answers].join(" or ");
        return `${name}: ${feature.name} of ${JSON.stringify(person)}: ${answer}, Flagsmith: ${right}`;
      }),
  };
}

/** The sum of two. */
export function added(one: Judged, other: Judged): Judged {
  const sum = { ...one.agreement };
  for (const name of Object.keys(sum) as (keyof Agreement)[]) {
    Object.assign(sum, { [name]: one.agreement[name] + other.agreement[name] });
  }
  return {
    agreement: sum,
    differences: [...one.differences, ...other.differences].slice(0, MOST_DIFFERENCES),
  };
}
