/** What the demo shows on the screen once it runs. */
export interface DemoScreen {
  readonly host: string;
  readonly syncPort: number;
  readonly managementPort: number;
  readonly environmentKey: string;
  readonly productionKey: string;
}

/** The demo's first screen: what runs where, what to try, and how to change a flag so that the push can be watched. */
export function renderDemoScreen(screen: DemoScreen): string {
  const target = `${screen.host}:${screen.syncPort}`;
  const key = screen.environmentKey;
  return `
flagsmith-flagd demo: a Flagsmith database with a sample web shop, and the sync server on top of it

  sync        ${target}   gRPC, gRPC-Web, Connect and HTTP
  management  http://${screen.host}:${screen.managementPort}   /healthz /readyz /metrics
  keys        ${key} (Development), ${screen.productionKey} (Production)

Try, in another terminal in this folder:

  grpcurl -plaintext -H 'x-environment-key: ${key}' ${target} flagd.sync.v1.FlagSyncService/SyncFlags
  curl -H 'X-Environment-Key: ${key}' http://${target}/api/v1/flagd/flags.json
  npx flagsmith-flagd watch

and, in a third one, change flags and see the push arrive:

  npx flagsmith-flagd demo toggle maintenance_mode
  npx flagsmith-flagd demo set banner_text 'Sale ends tonight'
  npx flagsmith-flagd demo schedule maintenance_mode --in 3

Commands that read the database (doctor, verify, explain, diagnose, export) find it by

  export DATABASE_URL=$(npx flagsmith-flagd demo url)

flagd itself:

  flagd start --sources '[{"uri":"${target}","provider":"grpc","headers":{"x-environment-key":"${key}"}}]'

Ctrl-C stops everything, the database included.`;
}
