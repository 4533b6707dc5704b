// Opens the page that follows an environment in Chromium, behind the line protocol of clients/protocol.ts.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { chromium } from "playwright-core";

const {
  PAGE_SCRIPT,
  CHROMIUM = "/usr/bin/chromium",
  SERVER_HOST,
  SERVER_PORT,
  ENVIRONMENT_KEY,
} = process.env;
const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

const script = readFileSync(PAGE_SCRIPT);
const server = createServer((request, response) => {
  if (request.url === "/page.js") response.setHeader("content-type", "text/javascript").end(script);
  else
    response
      .setHeader("content-type", "text/html")
      .end('<!doctype html><script type="module" src="/page.js"></script>');
});
await new Promise((done) => server.listen(0, "127.0.0.1", done));
const browser = await chromium.launch({
  executablePath: CHROMIUM,
  args: ["--no-sandbox", "--disable-dev-shm-usage"],
});
const page = await browser.newPage();
let started = false;
await page.exposeFunction("told", (event, message) => {
  say({ event: started || event !== "CONFIGURATION_CHANGED" ? event : "READY", message });
  if (!started) say({ event: "STARTED", message: "" });
  started = true;
});
const query = new URLSearchParams({ server: `http://${SERVER_HOST}:${SERVER_PORT}`, key: ENVIRONMENT_KEY });
await page.goto(`http://127.0.0.1:${server.address().port}/?${query}`);

async function end() {
  await browser.close();
  process.exit();
}
process.on("SIGTERM", end);
createInterface({ input: process.stdin })
  .on("line", async (line) => {
    const { id, ...asked } = JSON.parse(line);
    say({ id, answers: await page.evaluate((given) => window.ask(given), asked) });
  })
  .on("close", end);
