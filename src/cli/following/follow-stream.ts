/** following: a client of SyncFlags for commands that look at a running server as flagd would. */
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  type ChannelCredentials,
  Client,
  credentials,
  Metadata,
  type ServiceError,
  status,
} from "@grpc/grpc-js";
import type { ClientTls } from "../../doctor/client-tls.ts";
import {
  FlagSyncService,
  type SyncFlagsRequest,
  SyncFlagsRequestSchema,
  type SyncFlagsResponse,
  SyncFlagsResponseSchema,
} from "../../gen/flagd/sync/v1/sync_pb.ts";
import type { Clock, Timer } from "../../support/clock.ts";
import { FlagsmithFlagdError, messageOf } from "../../support/errors.ts";

/** Whom to follow, and what to do with what comes. */
export interface FollowOptions {
  /** `host:port`. */
  readonly target: string;
  readonly key: string | undefined;
  /** `undefined`: cleartext. */
  readonly tls?: ClientTls | undefined;
  readonly selector: string;
  readonly clock: Clock;
  readonly onDocument: (text: string) => void;
  /** The stream was lost and is opened again by itself. */
  readonly onInterruption: (reason: string) => void;
  /** The server will not have us; nothing more follows. */
  readonly onRefusal: (error: FlagsmithFlagdError) => void;
}

const PATH = `/${FlagSyncService.typeName}/${FlagSyncService.method.syncFlags.name}`;
const REOPEN_DELAY_MS = 1_000;
const HOPELESS: readonly status[] = [
  status.UNAUTHENTICATED,
  status.PERMISSION_DENIED,
  status.NOT_FOUND,
  status.INVALID_ARGUMENT,
  status.UNIMPLEMENTED,
];

/** @throws FlagsmithFlagdError CONFIG_INVALID if the files hold no certificates. */
function credentialsOf(target: string, tls: ClientTls | undefined): ChannelCredentials {
  if (tls === undefined) return credentials.createInsecure();
  try {
    return credentials.createSsl(tls.ca ?? null, tls.key ?? null, tls.cert ?? null);
  } catch (thrown) {
    const message = `no TLS connection to ${target} can be made of these files: ${messageOf(thrown)}`;
    throw new FlagsmithFlagdError("CONFIG_INVALID", message, { cause: thrown });
  }
}

/** Follows a SyncFlags stream as a flagd client does, over any number of interruptions; returns what stops it. */
export function followStream(options: FollowOptions): () => void {
  const { tls } = options;
  const client = new Client(options.target, credentialsOf(options.target, tls), {
    "grpc.max_receive_message_length": -1,
    ...(tls?.serverName === undefined ? {} : { "grpc.ssl_target_name_override": tls.serverName }),
  });
  const metadata = new Metadata();
  if (options.key) metadata.set("x-environment-key", options.key);
  let reopening: Timer | undefined;
  let cancel = (): void => undefined;
  let stopped = false;

  const open = (): void => {
    const call = client.makeServerStreamRequest<SyncFlagsRequest, SyncFlagsResponse>(
      PATH,
      (request) => Buffer.from(toBinary(SyncFlagsRequestSchema, request)),
      (bytes) => fromBinary(SyncFlagsResponseSchema, bytes),
      create(SyncFlagsRequestSchema, { providerId: "flagsmith-flagd watch", selector: options.selector }),
      metadata,
    );
    cancel = () => call.cancel();
    call.on("data", (response: SyncFlagsResponse) => options.onDocument(response.flagConfiguration));
    call.on("error", (error: ServiceError) => {
      if (stopped) return;
      if (HOPELESS.includes(error.code)) {
        options.onRefusal(
          new FlagsmithFlagdError("SERVER_UNREACHABLE", `${options.target} says ${error.message}`),
        );
        return;
      }
      options.onInterruption(error.details || error.message);
      reopening = options.clock.after(REOPEN_DELAY_MS, open);
    });
  };
  open();
  return () => {
    stopped = true;
    reopening?.cancel();
    cancel();
    client.close();
  };
}
