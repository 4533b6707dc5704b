import { cached, tool } from "./cache.ts";

/** Packages of npm with their versions. */
export type Packages = Readonly<Record<string, string>>;

/** A folder with these packages installed. */
export function npmFolder(name: string, packages: Packages): Promise<string> {
  const wanted = Object.entries(packages).map(([name, version]) => `${name}@${version}`);
  return cached(name, async (folder) => {
    await tool("npm", ["install", "--prefix", folder, "--no-audit", "--no-fund", "--silent", ...wanted]);
  });
}
