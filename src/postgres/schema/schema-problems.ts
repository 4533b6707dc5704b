import { type Catalog, OWN_TABLES, tableIn } from "./schema-catalog.ts";
import { ownFunctions, triggerSettings } from "./schema-functions.ts";
import { ANNOUNCED_COLUMNS, FAMILY_TYPES, type NeededColumns, READ_COLUMNS } from "./schema-needs.ts";
import { OWN_TRIGGERS, type OwnTrigger, TRIGGER_TABLES } from "./schema-triggers.ts";

/**
 * How much a problem stops. `unreadable`: nothing can be read as we need it; `settings`: which projects are served
 * cannot be read; `silent`: some changes are not announced, or only as "everything"; `set_up`: a part of ours that is
 * needed for neither; `emptied`: rows were there, and the table holds none since it was truncated or created anew.
 */
export type SchemaProblemKind = "unreadable" | "emptied" | "settings" | "silent" | "set_up";

/** Something that we depend on and that is not as we need it, by its name in the database. */
export interface SchemaProblem {
  readonly kind: SchemaProblemKind;
  readonly message: string;
}

/** What to do about a kind of problem. */
export const SCHEMA_ADVICE: Readonly<Record<SchemaProblemKind, string>> = {
  unreadable:
    "upgrade flagsmith-flagd to a release that knows this Flagsmith, or give its role the right to read what is named; the last good documents are served until then",
  emptied:
    "if rows are being restored, nothing: reading goes on when they are back; if they are gone for good, restart; the last good documents are served until then",
  settings:
    "run `flagsmith-flagd migrate up`, then `flagsmith-flagd project enable <id>`; the projects that were enabled are served until then",
  silent:
    "run `flagsmith-flagd migrate up`; until then changes are found by comparing everything every few seconds",
  set_up: "run `flagsmith-flagd migrate up`",
};

function columnProblems(catalog: Catalog, needed: NeededColumns): string[] {
  return Object.entries(needed).flatMap(([name, columns]) => {
    const table = tableIn(catalog, name);
    if (table === undefined) return [`table ${name} is missing`];
    return Object.entries(columns).flatMap(([column, family]) => {
      const present = table.columns[column];
      if (present === undefined) return [`column ${name}.${column} is missing`];
      if (!FAMILY_TYPES[family].includes(present.type)) {
        return [`column ${name}.${column} is of type ${present.type}, needed is ${FAMILY_TYPES[family][0]}`];
      }
      return present.readable ? [] : [`column ${name}.${column} may not be read by this role`];
    });
  });
}

/** True if every column of a group can be read as we need it. */
export function canRead(catalog: Catalog, needed: NeededColumns): boolean {
  return columnProblems(catalog, needed).length === 0;
}

/** What keeps us from reading Flagsmith's tables. */
export function readingProblems(catalog: Catalog): readonly SchemaProblem[] {
  if (catalog.hidden !== null && tableIn(catalog, "features_featurestate") === undefined) {
    return [{ kind: "unreadable", message: `schema ${catalog.hidden} may not be used by this role` }];
  }
  return columnProblems(catalog, READ_COLUMNS).map((message) => ({ kind: "unreadable", message }));
}

function triggerFault(catalog: Catalog, wanted: OwnTrigger): string | undefined {
  const found = catalog.triggers.find((one) => one.table === wanted.table && one.name === wanted.name);
  if (found === undefined) return "missing";
  if (found.enabled === "D") return "disabled";
  if (found.enabled === "R") return "enabled for replicas only";
  const asShipped =
    found.function === `flagd_sync.${wanted.function}` &&
    found.type === wanted.type &&
    found.old_rows === wanted.oldRows &&
    found.new_rows === wanted.newRows;
  return asShipped ? undefined : "altered";
}

/** Triggers that are not as this release makes them, and how; a table that this Flagsmith lacks needs none. */
export function faultyTriggers(
  catalog: Catalog,
): readonly { readonly trigger: OwnTrigger; readonly fault: string }[] {
  return OWN_TRIGGERS.flatMap((trigger) => {
    if (tableIn(catalog, trigger.table) === undefined) return [];
    const fault = triggerFault(catalog, trigger);
    return fault === undefined ? [] : [{ trigger, fault }];
  });
}

function triggerProblems(catalog: Catalog): string[] {
  const faulty = faultyTriggers(catalog);
  return TRIGGER_TABLES.flatMap((table) => {
    const here = faulty.filter(({ trigger }) => trigger.table === table);
    const all = OWN_TRIGGERS.filter((trigger) => trigger.table === table).length;
    if (here.length === all && all > 1 && here.every(({ fault }) => fault === "missing")) {
      return [`table ${table} has none of our triggers`];
    }
    return here.map(({ trigger, fault }) => `trigger ${trigger.name} on ${table} is ${fault}`);
  });
}

function sameSet(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((one) => right.includes(one));
}

function functionProblems(catalog: Catalog): SchemaProblem[] {
  const settings = triggerSettings(tableIn(catalog, "features_featurestate")?.schema ?? "public");
  return ownFunctions().flatMap((wanted) => {
    const kind = wanted.name === "record_revision" ? "set_up" : "silent";
    const named = catalog.functions.filter((one) => one.name === wanted.name);
    if (named.length === 0) return [{ kind, message: `function flagd_sync.${wanted.name} is missing` }];
    const asShipped = named.some(
      (one) =>
        one.body === wanted.body && (!wanted.trigger || (one.definer && sameSet(one.settings, settings))),
    );
    return asShipped ? [] : [{ kind, message: `function flagd_sync.${wanted.name} was altered` }];
  });
}

function ownTableProblems(catalog: Catalog): SchemaProblem[] {
  return OWN_TABLES.flatMap((name) => {
    const isRead = name === "flagd_sync.project_settings" || name === "flagd_sync.migration";
    const kind = isRead ? "settings" : "set_up";
    const table = tableIn(catalog, name);
    if (table === undefined) return [{ kind, message: `table ${name} is missing` }];
    const unreadable = isRead && Object.values(table.columns).some((column) => !column.readable);
    return unreadable ? [{ kind, message: `table ${name} may not be read by this role` }] : [];
  });
}

/** Above this share {@link Catalog.queue} the triggers fall silent (000002_announcements.sql). */
const FULL_QUEUE = 0.5;

/** What of ours is missing or altered, so that changes are not announced or versions not agreed upon. */
export function ownProblems(catalog: Catalog): readonly SchemaProblem[] {
  const announced = canRead(catalog, READ_COLUMNS) ? columnProblems(catalog, ANNOUNCED_COLUMNS) : [];
  const full = `the queue of notifications is ${Math.round(catalog.queue * 100)} % full: a connection that listens sleeps in a transaction`;
  const silent = [
    ...triggerProblems(catalog),
    ...announced.filter((message) => message.endsWith("is missing")),
    ...(catalog.queue >= FULL_QUEUE ? [full] : []),
  ];
  return [
    ...ownTableProblems(catalog),
    ...functionProblems(catalog),
    ...silent.map((message): SchemaProblem => ({ kind: "silent", message })),
  ];
}
