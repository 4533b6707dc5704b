/**
 * The example for Envoy in docs/production.md holds what keeps streams alive. Envoy itself is not in any package registry; the
 * whole example was once held against the definitions of its API (go-control-plane 1.40.0), by hand.
 */

import { expect, it } from "vitest";
import { parse } from "yaml";
import { exampleOf } from "./proxy-place.ts";

it("switches off the timers that end silent streams, and speaks HTTP/2 to the server", () => {
  const { static_resources: resources } = parse(exampleOf("yaml"));
  const [{ filter_chains: chains }] = resources.listeners;
  const manager = chains[0].filters[0].typed_config;
  expect(manager.stream_idle_timeout).toBe("0s");
  expect(manager.route_config.virtual_hosts[0].routes[0].route).toMatchObject({
    cluster: resources.clusters[0].name,
    timeout: "0s",
    idle_timeout: "0s",
  });
  const [options] = Object.values<{ explicit_http_config: object }>(
    resources.clusters[0].typed_extension_protocol_options,
  );
  expect(options?.explicit_http_config).toHaveProperty("http2_protocol_options");
  expect(resources.clusters[0].health_checks[0].grpc_health_check).toEqual({
    service_name: "flagd.sync.v1.FlagSyncService",
  });
});
