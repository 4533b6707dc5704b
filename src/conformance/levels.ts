/** How strong a requirement is, as RFC 2119 has it. What is a `may` is only checked where a server offers it. */
export const LEVELS = ["must", "should", "may"] as const;

/** See {@link LEVELS}. */
export type Level = (typeof LEVELS)[number];

/**
 * Whose word it is: `any` is asked of every server. Where servers may rightly differ, `flagd` asks for what flagd's own
 * sync service does, and `flagsmith-flagd` for what this project promises.
 */
export const PROFILES = ["any", "flagd", "flagsmith-flagd"] as const;

/** See {@link PROFILES}. */
export type Profile = (typeof PROFILES)[number];
