/** The examples for HAProxy in docs/production.md, with a real HAProxy in front of a real server. */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { toggleFlag } from "../../src/demo/change-flag.ts";
import { DEMO_KEYS } from "../../src/demo/sample/sample-project.ts";
import { eventually, follow } from "../server/harness.ts";
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

describeWithProgram("haproxy", "HAProxy, as docs/production.md says", () => {
  let byTcp: ProxiedPlace;
  let byHttp: ProxiedPlace;
  const running: RunningProxy[] = [];
  beforeAll(async () => {
    // Pings often, so that it shows which timers they reset.
    const env = { PING_INTERVAL_MS: "100", TRUSTED_PROXIES: "127.0.0.1" };
    [byTcp, byHttp] = await Promise.all([
      makeProxiedPlace({ ...env, PROXY_PROTOCOL: "on" }),
      makeProxiedPlace(env),
    ]);
  });
  afterAll(async () => {
    for (const proxy of running) await proxy.stop();
    await Promise.all([byTcp?.close(), byHttp?.close()]);
  });

  /** The example with the ports of this place, changed further by `edit`. */
  async function start(name: string, edit: (example: string) => string = (example) => example) {
    const [tcp, http] = [await freePort(), await freePort()];
    const example = edit(exampleOf("haproxy"))
      .replace("bind :8015", `bind 127.0.0.1:${tcp}`)
      .replace("bind :8025", `bind 127.0.0.1:${http}`)
      .replace("flagsmith-flagd-1:8015 send-proxy-v2", `127.0.0.1:${byTcp.server.syncPort} send-proxy-v2`)
      .replace("check port 8014", `check inter 100 port ${byTcp.server.managementPort}`)
      .replace("flagsmith-flagd-1:8015 proto", `127.0.0.1:${byHttp.server.syncPort} proto`)
      .replace(/.*server two .*\n/, "");
    const file = join(byTcp.folder, `${name}.cfg`);
    writeFileSync(file, `${example}\n`);
    execFileSync("haproxy", ["-c", "-f", file], { stdio: "pipe" });
    running.push(runProxy("haproxy", ["-db", "-f", file]));
    await answers(`http://127.0.0.1:${tcp}/`);
    return { tcp: `127.0.0.1:${tcp}`, http: `127.0.0.1:${http}` };
  }

  it("passes TCP through, with the client's address, for gRPC and HTTP/1.1 alike", async () => {
    const { tcp } = await start("example");
    const stream = follow(tcp, DEMO_KEYS.development);
    const first = await stream.until(() => true);
    await toggleFlag(byTcp.test.database, FLAG);
    const second = await stream.until(
      (document) => document.flags.maintenance_mode?.state !== first.document.flags.maintenance_mode?.state,
    );
    const polled = await fetch(`http://${tcp}/v1/flags`, {
      headers: { "X-Environment-Key": DEMO_KEYS.development },
    });
    expect(await polled.text()).toBe(second.text);
    stream.close();
  });

  it("speaks HTTP/2 to both sides in mode http", async () => {
    const { http } = await start("http");
    const stream = follow(http, DEMO_KEYS.development);
    const first = await stream.until(() => true);
    await toggleFlag(byHttp.test.database, FLAG);
    await stream.until(
      (document) => document.flags.maintenance_mode?.state !== first.document.flags.maintenance_mode?.state,
    );
    stream.close();
  });

  it("cuts a silent stream in mode http whatever is pinged, and in mode tcp does not", async () => {
    const { tcp, http } = await start("short", (example) =>
      example.replace(/timeout (client|server) \w+/g, "timeout $1 2s"),
    );
    const kept = follow(tcp, DEMO_KEYS.development);
    await kept.until(() => true);
    let lost = false;
    void kept.ended.then(() => {
      lost = true;
    });
    // When the one that began later is cut, the other one's timer would have fired.
    const cut = follow(http, DEMO_KEYS.development);
    await cut.until(() => true);
    await cut.ended;
    cut.close();
    expect(lost).toBe(false);
    await toggleFlag(byTcp.test.database, FLAG);
    await eventually(() => (kept.arrivals.length > 1 ? true : undefined));
    kept.close();
  });
});
