// A process that does nothing but keep documents, with the built code, as fast as it can; it says how far it came.
import { StateDirectory } from "../../dist/state/state-directory.js";

const state = new StateDirectory({
  path: process.argv[2],
  clock: { now: () => Date.now() },
  onRefused: (file) => process.stdout.write(`refused ${file.file} ${file.code}\n`),
});
await state.prepare();
const origin = { target: "t", installation: "i" };
for (let count = Number(process.argv[3]); ; count++) {
  for (const environmentId of [1, 2, 3]) {
    const bytes = Buffer.from(JSON.stringify({ environmentId, count, filler: `${count} `.repeat(20_000) }));
    const revision = {
      environmentId,
      projectId: 1,
      flagSetId: "p/e",
      hash: String(count),
      versionMs: count,
      readAtMs: count,
    };
    const findings = { translatorVersion: "1", warnings: [], warnedFeatures: [] };
    await state.saveDocument(origin, revision, () => ({ bytes, findings }));
  }
  process.stdout.write(`${count}\n`);
}
