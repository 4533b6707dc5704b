import { describe, expect, it } from "vitest";
import { feature, forSegment } from "../../support/build-snapshot.ts";
import { checkSchema } from "./evaluate.ts";
import { beta, type Case, checkCase, DEFAULT, other, translate } from "./people.ts";

describe("semantics flagsmith: the override's on/off counts", () => {
  const cases: Case[] = [
    [
      "a flag without value is true",
      feature(1, "f"),
      [
        [other, true],
        [{}, true],
      ],
    ],
    ["a value keeps its type", feature(1, "f", { environment: { value: 7 } }), [[other, 7]]],
    ["empty text is empty text", feature(1, "f", { environment: { value: "" } }), [[other, ""]]],
    [
      "off for everybody",
      feature(1, "f", { environment: { enabled: false, value: "x" } }),
      [[other, DEFAULT]],
    ],
    [
      "off for all and on for a segment, boolean-like: false for the others",
      feature(1, "f", { environment: { enabled: false }, segmentOverrides: [forSegment(1, 0)] }),
      [
        [beta, true],
        [other, false],
        [{}, false],
      ],
    ],
    [
      "off for all and on for a segment, with values: the caller's default for the others",
      feature(1, "f", {
        environment: { enabled: false, value: "a" },
        segmentOverrides: [forSegment(1, 0, { value: "b" })],
      }),
      [
        [beta, "b"],
        [other, DEFAULT],
        [{}, DEFAULT],
      ],
    ],
    [
      "on for all and off for a segment, with values",
      feature(1, "f", {
        environment: { value: "a" },
        segmentOverrides: [forSegment(1, 0, { enabled: false, value: "b" })],
      }),
      [
        [beta, DEFAULT],
        [other, "a"],
        [{}, "a"],
      ],
    ],
    [
      "on for all and off for a segment, boolean-like",
      feature(1, "f", { segmentOverrides: [forSegment(1, 0, { enabled: false })] }),
      [
        [beta, false],
        [other, true],
      ],
    ],
    [
      "on with value false is false",
      feature(1, "f", {
        environment: { value: false },
        segmentOverrides: [forSegment(1, 0, { value: true })],
      }),
      [
        [beta, true],
        [other, false],
      ],
    ],
  ];
  it.each(cases)("%s", (...row) => checkCase(row));

  it("a flag that nobody can get is disabled", () => {
    const overrides = [forSegment(1, 0, { enabled: false }), forSegment(4, 1)];
    const one = feature(1, "f", { environment: { enabled: false, value: "x" }, segmentOverrides: overrides });
    expect(translate(one).content.flags.f).toEqual({
      state: "DISABLED",
      variants: { control: "x" },
      defaultVariant: "control",
      metadata: { "flagsmith.featureId": 1 },
    });
  });

  it('the default is "" as soon as one answer is off, and the last answer is spelled out', () => {
    const one = feature(1, "f", {
      environment: { value: "a" },
      segmentOverrides: [forSegment(1, 0, { enabled: false })],
    });
    expect(translate(one).content.flags.f).toMatchObject({
      variants: { control: "a" },
      defaultVariant: "",
      targeting: { if: [expect.anything(), null, "control"] },
    });
  });

  it("boolean-like flags say off by a variant", () => {
    const one = feature(1, "f", {
      environment: { enabled: false, value: false },
      segmentOverrides: [forSegment(1, 0)],
    });
    const { content } = translate(one);
    expect(content.flags.f).toMatchObject({
      variants: { control: false, override_Beta: true, off: false },
      defaultVariant: "off",
      targeting: { if: [expect.anything(), "override_Beta", "off"] },
    });
    checkSchema({ content });
  });
});

describe("the example of docs/translation.md", () => {
  const checkout = feature(1, "checkout", {
    environment: { enabled: false, value: "old" },
    segmentOverrides: [forSegment(1, 0, { value: "new" })],
  });
  const pricing = feature(2, "pricing", {
    environment: { value: "old" },
    segmentOverrides: [forSegment(1, 0, { enabled: false, value: "new" })],
  });
  const rows: Case[] = [
    [
      "off, and on for a segment",
      checkout,
      [
        [beta, "new"],
        [other, DEFAULT],
      ],
    ],
    [
      "on, and off for a segment",
      pricing,
      [
        [beta, DEFAULT],
        [other, "old"],
      ],
    ],
  ];
  it.each(rows)("flagsmith: %s", (...row) => checkCase(row));

  const valueRows: Case[] = [
    [
      "off, and on for a segment",
      checkout,
      [
        [beta, DEFAULT],
        [other, DEFAULT],
      ],
    ],
    [
      "on, and off for a segment",
      pricing,
      [
        [beta, "new"],
        [other, "old"],
      ],
    ],
  ];
  it.each(valueRows)("value: %s", (...row) => checkCase(row, { semantics: "value" }));
});
