import type { DescEnum, DescFile, DescMessage, DescService } from "@bufbuild/protobuf";
import { toBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";

/** What reflection can look up: files by name, the file of a symbol, messages and services by name. */
export interface DescriptorIndex {
  readonly services: readonly string[];
  /** A file and all that it imports, each serialised, the file itself first. */
  file(name: string): readonly Uint8Array[] | undefined;
  /** The same for the file that declares a fully qualified name. */
  fileOfSymbol(symbol: string): readonly Uint8Array[] | undefined;
  hasMessage(name: string): boolean;
}

/** Indexes the files and, transitively, what they import; only services of `files` themselves are listed. */
export function indexDescriptors(files: readonly DescFile[]): DescriptorIndex {
  const byName = new Map<string, DescFile>();
  const bySymbol = new Map<string, DescFile>();
  const messages = new Set<string>();
  for (const file of files.flatMap(withImports)) {
    if (byName.has(file.proto.name)) continue;
    byName.set(file.proto.name, file);
    for (const symbol of symbolsOf(file)) bySymbol.set(symbol, file);
    for (const message of file.messages.flatMap(withNested)) messages.add(message.typeName);
  }
  const serialise = (file: DescFile | undefined): readonly Uint8Array[] | undefined =>
    file && withImports(file).map((each) => toBinary(FileDescriptorProtoSchema, each.proto));
  return {
    services: files.flatMap((file) => file.services.map((service) => service.typeName)),
    file: (name) => serialise(byName.get(name)),
    fileOfSymbol: (symbol) => serialise(bySymbol.get(symbol.replace(/^\./, ""))),
    hasMessage: (name) => messages.has(name),
  };
}

function withImports(file: DescFile): DescFile[] {
  return [...new Set([file, ...file.dependencies.flatMap(withImports)])];
}

function withNested(message: DescMessage): DescMessage[] {
  return [message, ...message.nestedMessages.flatMap(withNested)];
}

function symbolsOf(file: DescFile): string[] {
  const messages = file.messages.flatMap(withNested);
  const enums = [...file.enums, ...messages.flatMap((message) => message.nestedEnums)];
  return [
    ...messages.flatMap(symbolsOfMessage),
    ...enums.flatMap(symbolsOfEnum),
    ...file.services.flatMap(symbolsOfService),
  ];
}

function symbolsOfMessage(message: DescMessage): string[] {
  const members = [...message.fields, ...message.oneofs];
  return [message.typeName, ...members.map((member) => `${message.typeName}.${member.name}`)];
}

/** In protobuf an enum's values live beside the enum, not inside it. */
function symbolsOfEnum(declared: DescEnum): string[] {
  const scope = declared.typeName.slice(0, declared.typeName.lastIndexOf(".") + 1);
  return [declared.typeName, ...declared.values.map((value) => `${scope}${value.name}`)];
}

function symbolsOfService(service: DescService): string[] {
  return [service.typeName, ...service.methods.map((method) => `${service.typeName}.${method.name}`)];
}
