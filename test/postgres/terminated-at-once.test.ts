import { type AddressInfo, createServer, type Server } from "node:net";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openDatabase } from "../../src/postgres/connection/database.ts";

function message(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5, type);
  head.writeUInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

const ADMITTED = message("R", Buffer.alloc(4));
const READY = message("Z", Buffer.from("I"));
const TERMINATED = message("E", Buffer.from("SFATAL\0C57P01\0Mterminating connection\0\0"));

let server: Server;

beforeEach(async () => {
  // Postgres itself does so if its backend is terminated right after the login; to hit that moment takes many tries.
  server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.once("data", () => socket.end(Buffer.concat([ADMITTED, READY, TERMINATED])));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
});
afterEach(async () => {
  await new Promise((done) => server.close(done));
});

it("a backend that is terminated in the moment of its login fails the reading, not the process", async () => {
  const { port } = server.address() as AddressInfo;
  const database = openDatabase({
    connectionString: `postgres://nobody@127.0.0.1:${port}/none`,
    applicationName: "flagsmith-flagd-test",
  });
  await expect(database.readSnapshot((snapshot) => snapshot.query("SELECT 1"))).rejects.toThrow(
    /not queryable|terminat/,
  );
  await database.close();
});
