// Fails on a known vulnerability, high or critical, in what is installed in production. A registry without that service (a
// mirror) is said and passed over: it knows nothing, which is not the same as nothing being known.
import { spawnSync } from "node:child_process";

const { stdout, stderr } = spawnSync("npm", ["audit", "--omit=dev", "--audit-level=high", "--json"], {
  encoding: "utf8",
  maxBuffer: 64 * 1024 * 1024,
});
const report = parse(stdout);
const counts = report?.metadata?.vulnerabilities;
if (counts === undefined) {
  const reason = report?.message ?? report?.error?.summary ?? stderr.trim().split("\n").at(-1);
  console.warn(`SKIPPED for want of the registry's audit service: ${reason}`);
} else {
  const serious = counts.high + counts.critical;
  console.log(
    `${serious} high or critical of ${counts.total} known vulnerabilities in production dependencies`,
  );
  for (const [name, { severity, via }] of Object.entries(report.vulnerabilities)) {
    console.log(`  ${severity}: ${name}: ${via.map((cause) => cause.title ?? cause).join("; ")}`);
  }
  process.exitCode = serious > 0 ? 1 : 0;
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
