// Run after every `npm install` that changes package-lock.json. npm silently leaves out optional packages for other
// platforms if the registry at hand does not serve them (a mirror that lags, a proxy that filters), and `npm ci` then
// refuses the whole lock file, everywhere. This puts them back, with the platform that their names tell; they are
// fetched only on that platform.
import { readFileSync, writeFileSync } from "node:fs";

const SYSTEMS = ["android", "darwin", "freebsd", "linux", "openharmony", "win32"];
const PROCESSORS = {
  armv7: "arm",
  arm: "arm",
  arm64: "arm64",
  x64: "x64",
  ia32: "ia32",
  ppc64: "ppc64",
  riscv64: "riscv64",
  s390x: "s390x",
};

const lock = JSON.parse(readFileSync("package-lock.json", "utf8"));
let added = 0;
for (const [path, entry] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const inner = `${path}/node_modules/${name}`;
    const outer = `node_modules/${name}`;
    if (path === "" || lock.packages[inner] || lock.packages[outer]) continue;
    const words = name.split("/").at(-1).split("-");
    const os = SYSTEMS.filter((system) => words.includes(system));
    const cpu = words.flatMap((word) => PROCESSORS[word] ?? []);
    if (os.length === 0 || cpu.length === 0) {
      console.error(`${name}: no platform in its name; add it by hand`);
      process.exitCode = 1;
      continue;
    }
    lock.packages[outer] = { version, cpu, ...(entry.dev ? { dev: true } : {}), optional: true, os };
    added += 1;
  }
}
lock.packages = Object.fromEntries(
  Object.entries(lock.packages).sort(([left], [right]) => (left < right ? -1 : 1)),
);
writeFileSync("package-lock.json", `${JSON.stringify(lock, undefined, 2)}\n`);
console.log(`added ${added} optional packages to package-lock.json`);
