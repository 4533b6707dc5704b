/** Two documents of about so many bytes, as compressible as ours: for servers that are given their documents. */
export function documentsOf(bytes: number): readonly [string, string] {
  const flag = (number: number, text: string): string =>
    `"feature_${number}":{"defaultVariant":"control","metadata":{"flagsmith.featureId":${number}},"state":"ENABLED","variants":{"control":"${text} ${(number * 2_654_435_761).toString(36)}"}}`;
  const document = (text: string): string => {
    const flags: string[] = [];
    for (let length = 40; length < bytes; length += (flags.at(-1)?.length ?? 0) + 1) {
      flags.push(flag(flags.length, text));
    }
    return `{"flags":{${flags.join(",")}},"metadata":{}}`;
  };
  return [
    document("one value of a flag that is chosen by somebody"),
    document("another value of the flag, not so different"),
  ];
}
