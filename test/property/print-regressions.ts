import type { Trait } from "./model/trait.ts";

/** A counter-example of a pattern on a number, or on number-like text: Flagsmith matches Python's print of it. */
export interface PrintRegression {
  readonly name: string;
  readonly pattern: string;
  readonly trait: Trait;
  readonly holds: boolean;
}

/** All of them: what evaluators print otherwise, and digits that no float has. */
export const PRINTS: readonly PrintRegression[] = [
  {
    name: "Python prints small numbers' text with an exponent",
    pattern: "^0",
    trait: "0.00001",
    holds: false,
  },
  {
    name: "an empty match is a match, whatever the number",
    pattern: "5?",
    trait: "0.1234567890123456789012345",
    holds: true,
  },
  { name: "an empty match of a tiny number", pattern: "-*", trait: 1e-7, holds: true },
  {
    name: "the beginning of more digits than a float has",
    pattern: "^0",
    trait: "0.1234567890123456789012345",
    holds: true,
  },
  {
    name: "some character of more digits than a float has",
    pattern: "^0\\.1234.*5",
    trait: "0.1234567890123456789012345",
    holds: true,
  },
  {
    name: "anything behind the beginning of more digits than a float has",
    pattern: "[0-9].*$",
    trait: "0.1234567890123456789012345",
    holds: true,
  },
  {
    name: "digits that a float rounds up are not known",
    pattern: "^0",
    trait: "0.99999999999999999999",
    holds: false,
  },
  {
    name: "digits before those that a float rounds up",
    pattern: "^52\\.52000",
    trait: "52.520006599999996",
    holds: true,
  },
  {
    name: "zeros in the middle are no tiny number",
    pattern: "^10\\.",
    trait: "10.00001",
    holds: true,
  },
  {
    name: "a digit behind many zeros",
    pattern: "^-1\\.",
    trait: "-0000000000000000000000000000001.50",
    holds: true,
  },
  {
    name: "a dot behind many zeros",
    pattern: ".*\\.+",
    trait: "-0000000000000000000000000000001.50",
    holds: true,
  },
  {
    name: "the digits of the largest whole number",
    pattern: "9007199254740991",
    trait: 9007199254740991,
    holds: true,
  },
  {
    name: "some digit of the largest whole number",
    pattern: ".*0(a|b)?",
    trait: 9007199254740991,
    holds: true,
  },
  {
    name: "the digits of a large negative number",
    pattern: "^-88699170859599.*1",
    trait: -8869917085959951,
    holds: true,
  },
  {
    name: "zeros within a large number",
    pattern: "^6000000000000",
    trait: 600000000000000,
    holds: true,
  },
  {
    name: "Python's evaluator prints 15 digits",
    pattern: ".*3$",
    trait: 0.30000000000000004,
    holds: false,
  },
  {
    name: "minus zero keeps its minus with a dot",
    pattern: "^-0\\.0$",
    trait: "-0.0",
    holds: true,
  },
  { name: "zero with a dot has no minus", pattern: "^0\\.0$", trait: "-0.0", holds: false },
  {
    name: "minus zero has no minus, whatever its zeros",
    pattern: "^[0-9]?-+|x",
    trait: "-000000",
    holds: false,
  },
  {
    name: "a literal that only a float's digits equal",
    pattern: "^0\\.3$",
    trait: "0.3000000000000000",
    holds: true,
  },
];
