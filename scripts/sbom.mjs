// `node scripts/sbom.mjs [file]`: what is in a production install, as CycloneDX JSON, by `npm sbom`; without a file to
// standard output. npm is shown a copy of package.json and lock file without development dependencies: its own
// `--omit=dev` also leaves out packages that are needed in both ways (npm 11). The same lock file gives the same bytes,
// but for the time: that is SOURCE_DATE_EPOCH, or now.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const read = (path) => JSON.parse(readFileSync(path, "utf8"));

/** npm names the main component after its folder. */
function writeProduction(parent) {
  const { devDependencies: _, scripts: __, ...manifest } = read("package.json");
  const lock = read("package-lock.json");
  const packages = Object.fromEntries(Object.entries(lock.packages).filter(([, { dev }]) => !dev));
  delete packages[""].devDependencies;
  const folder = join(parent, manifest.name);
  mkdirSync(folder);
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
  writeFileSync(join(folder, "package-lock.json"), JSON.stringify({ ...lock, packages }));
  return { folder, packages };
}

function identifier(packages) {
  const hex = createHash("sha256").update(JSON.stringify(packages)).digest("hex");
  const variant = ((Number.parseInt(hex[16], 16) & 3) | 8).toString(16);
  const parts = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    variant + hex.slice(17, 20),
    hex.slice(20, 32),
  ];
  return `urn:uuid:${parts.join("-")}`;
}

const scratch = mkdtempSync(join(tmpdir(), "flagsmith-flagd-sbom-"));
try {
  const { folder, packages } = writeProduction(scratch);
  const args = ["sbom", "--package-lock-only", "--sbom-format=cyclonedx", "--sbom-type=application"];
  const { status, stdout, stderr } = spawnSync("npm", args, {
    cwd: folder,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0) throw new Error(stderr);
  const bill = JSON.parse(stdout);
  const seconds = Number(process.env.SOURCE_DATE_EPOCH ?? Math.floor(Date.now() / 1000));
  bill.metadata.timestamp = new Date(seconds * 1000).toISOString();
  bill.serialNumber = identifier(packages);
  const text = `${JSON.stringify(bill, undefined, 2)}\n`;
  const [, , file] = process.argv;
  if (file === undefined) process.stdout.write(text);
  else writeFileSync(file, text);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
