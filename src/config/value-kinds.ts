import { z } from "zod";
import { listOf } from "./lists.ts";

/** A TCP port; 0 asks for any. */
export const port = (preset: number) => z.coerce.number().int().min(0).max(65_535).default(preset);

/** A whole number. */
export const count = (preset: number, least: number, most: number) =>
  z.coerce.number().int().min(least).max(most).default(preset);

/** A connection string. */
export const url = z
  .string("is required")
  .refine((text) => /^postgres(ql)?:\/\//.test(text), "must begin with postgres:// or postgresql://");

/** The path of a file, if any. */
export const file = z.string().min(1).optional();

/** Parts that each are what `isPart` takes; `says` is told of others. */
export const list = (isPart: (part: string) => boolean, says: string) =>
  z
    .string()
    .refine((text) => listOf(text).every(isPart), says)
    .optional();
