import { join } from "node:path";
import versions from "../versions.json" with { type: "json" };
import { cached, SOURCES, tool } from "./cache.ts";
import type { Recipe } from "./recipe.ts";

const PACKAGE = "openfeature-provider-flagd";
const { [PACKAGE]: PINNED, ...BESIDE } = versions.python;

/** A Python environment with these packages; the path of its python. */
export async function pythonWith(name: string, packages: readonly string[]): Promise<string> {
  const folder = await cached(name, async (made) => {
    await tool("python3", ["-m", "venv", made]);
    const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...packages];
    await tool(join(made, "bin", "python"), pip);
  });
  return join(folder, "bin", "python");
}

/** The provider for Python. */
export const PYTHON: Recipe = {
  name: "python",
  title: "Python",
  package: PACKAGE,
  registry: "PyPI",
  version: PINNED,
  snippet: { file: "python/client.py", language: "python" },
  isProvider: true,
  async prepare(version = PINNED) {
    // An older provider chooses the versions of what it needs.
    const beside = version === PINNED ? Object.entries(BESIDE).map(([name, pin]) => `${name}==${pin}`) : [];
    const python = await pythonWith(`python-${version}`, [`${PACKAGE}==${version}`, ...beside]);
    return { command: [python, join(SOURCES, "python", "client.py")], version };
  },
};
