/** A program that can be started. */
export interface Program {
  readonly command: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** The version of the client that really was installed. */
  readonly version: string;
}

/** How one client is installed and built as its users would. */
export interface Recipe {
  /** The name of its folder, and of `--only`. */
  readonly name: string;
  readonly title: string;
  /** The package that is tried. */
  readonly package: string;
  readonly registry: string;
  /** The version that is pinned in versions.json. */
  readonly version: string;
  /** The file whose lines between `docs: begin` and `docs: end` the page shows. */
  readonly snippet: { readonly file: string; readonly language: string };
  /** Whether it evaluates by itself as one of OpenFeature's in-process providers does; else it receives documents. */
  readonly isProvider: boolean;
  /**
   * Installs and builds a version in the cache, which takes minutes the first time and nothing afterwards.
   *
   * @throws if a tool chain or a registry is missing
   */
  prepare(version?: string): Promise<Program>;
}
