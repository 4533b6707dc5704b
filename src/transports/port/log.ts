/** What this room may tell an operator; the app hands in the process's logger. */
export interface PortLog {
  debug(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}
