/** The example for nginx in docs/production.md, with a real nginx in front of a real server. */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { toggleFlag } from "../../src/demo/change-flag.ts";
import { DEMO_KEYS } from "../../src/demo/sample/sample-project.ts";
import { follow } from "../server/harness.ts";
import { freePort } from "../support/free-port.ts";
import {
  answers,
  describeWithProgram,
  exampleOf,
  makeProxiedPlace,
  type ProxiedPlace,
  type RunningProxy,
  runProxy,
} from "./proxy-place.ts";

const FLAG = { flag: "maintenance_mode", environmentKey: DEMO_KEYS.development };

describeWithProgram("nginx", "nginx, as docs/production.md says", () => {
  let place: ProxiedPlace;
  let silent: ProxiedPlace;
  const running: RunningProxy[] = [];
  beforeAll(async () => {
    [place, silent] = await Promise.all([
      makeProxiedPlace({ PING_INTERVAL_MS: "100", TRUSTED_PROXIES: "127.0.0.1" }),
      makeProxiedPlace({ PING_INTERVAL_MS: "0" }),
    ]);
  });
  afterAll(async () => {
    for (const proxy of running) await proxy.stop();
    await Promise.all([place?.close(), silent?.close()]);
  });

  /** The example in front of a place, changed further by `edit`. */
  async function start(
    name: string,
    behind: ProxiedPlace,
    edit: (example: string) => string = (example) => example,
  ) {
    const [grpc, http] = [await freePort(), await freePort()];
    const example = edit(exampleOf("nginx"))
      .replace("listen 8015 http2", `listen 127.0.0.1:${grpc} http2`)
      .replace("listen 8080", `listen 127.0.0.1:${http}`)
      .replace(/flagsmith-flagd-1:8015/, `127.0.0.1:${behind.server.syncPort}`)
      .replace(/.*flagsmith-flagd-2:8015;\n/, "");
    const folder = join(place.folder, name);
    const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
      (kind) => `${kind}_temp_path ${folder}-${kind};`,
    );
    const file = `${folder}.conf`;
    writeFileSync(
      file,
      `daemon off; master_process off; pid ${folder}.pid; error_log stderr info;
events {}
http {
  access_log off;
  ${temporary.join("\n  ")}
${example}
}
`,
    );
    execFileSync("nginx", ["-t", "-c", file], { stdio: "pipe" });
    const proxy = runProxy("nginx", ["-c", file]);
    running.push(proxy);
    await answers(`http://127.0.0.1:${http}/`);
    return { proxy, address: `127.0.0.1:${grpc}`, url: `http://127.0.0.1:${http}` };
  }

  it("passes streams and polls on, and the client's address", async () => {
    const { address, url } = await start("example", place, (example) =>
      example.replace("$remote_addr", "203.0.113.7"),
    );
    const stream = follow(address, DEMO_KEYS.development);
    const first = await stream.until(() => true);
    const status = await fetch(`http://127.0.0.1:${place.server.managementPort}/api/status/followers`);
    expect(await status.json()).toMatchObject({ items: [{ peer: "203.0.113.7" }] });
    await toggleFlag(place.test.database, FLAG);
    const second = await stream.until(
      (document) => document.flags.maintenance_mode?.state !== first.document.flags.maintenance_mode?.state,
    );
    stream.close();
    const polled = await fetch(`${url}/v1/flags`, {
      headers: { "X-Environment-Key": DEMO_KEYS.development },
    });
    expect(await polled.text()).toBe(second.text);
  });

  it("cuts a stream on which nothing comes for grpc_read_timeout; our pings are something", async () => {
    const short = (example: string): string => {
      expect(example).toContain("grpc_read_timeout 1h;");
      return example.replace("grpc_read_timeout 1h", "grpc_read_timeout 3s");
    };
    const pinged = follow((await start("pinged", place, short)).address, DEMO_KEYS.development);
    await pinged.until(() => true);
    let lost = false;
    void pinged.ended.then(() => {
      lost = true;
    });
    const { address, proxy } = await start("silent", silent, short);
    const cut = follow(address, DEMO_KEYS.development);
    await cut.until(() => true);
    expect((await cut.ended).message).toMatch(/RST_STREAM|INTERNAL/);
    expect(proxy.said()).toMatch(/upstream timed out/);
    expect(lost).toBe(false);
    cut.close();
    pinged.close();
  });
});
