/**
 * Connections that the management port holds at the same time; more are closed as they come. Far above what probes, scrapers
 * and people need, and far below what would leave clients of the sync port without a file descriptor.
 */
export const MANAGEMENT_CONNECTIONS = 1_000;
