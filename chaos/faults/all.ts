import type { Fault } from "../fault.ts";
import { CLIENT_FAULTS } from "./clients.ts";
import { CONNECTION_FAULTS } from "./connections.ts";
import { CONTENT_FAULTS } from "./content.ts";
import { NETWORK_FAULTS } from "./network.ts";
import { POSTGRES_FAULTS } from "./postgres.ts";
import { PROCESS_FAULTS } from "./process.ts";
import { SCHEMA_FAULTS } from "./schema.ts";
import { STATE_FAULTS } from "./state.ts";

/** Every fault, by what breaks. */
export const FAULTS: readonly Fault[] = [
  ...POSTGRES_FAULTS,
  ...NETWORK_FAULTS,
  ...CONNECTION_FAULTS,
  ...SCHEMA_FAULTS,
  ...PROCESS_FAULTS,
  ...STATE_FAULTS,
  ...CLIENT_FAULTS,
  ...CONTENT_FAULTS,
];
