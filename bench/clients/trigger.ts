import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A URL at which a POST makes something happen; it is answered when that is done. */
export async function startTrigger(
  happen: () => Promise<void>,
): Promise<{ readonly url: string; close(): void }> {
  const server = createServer((_, response) => {
    happen().then(
      () => response.end(),
      (thrown: unknown) => {
        response.statusCode = 500;
        response.end(String(thrown));
      },
    );
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
