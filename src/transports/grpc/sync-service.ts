import { Code, ConnectError, type HandlerContext, type ServiceImpl } from "@connectrpc/connect";
import type {
  FetchAllFlagsRequest,
  FlagSyncService,
  SyncFlagsRequest,
} from "../../gen/flagd/sync/v1/sync_pb.ts";
import { type EnvironmentGrant, FLAG_SET_NEEDED, type Refusal } from "../../model/access.ts";
import type { Revision } from "../../model/revision.ts";
import type { Clock, Timer } from "../../support/clock.ts";
import type { Grant, SyncBoard } from "./board.ts";
import { type RequestFields, readCredentials, webHeaderReader } from "./call-metadata.ts";
import { cutOf, originOf } from "./cut-call.ts";
import { drainingError, maxAgeError, refusalError, slowReaderError, streamEndError } from "./failures.ts";
import { environmentOf, type FollowerRecords, nameOfProvider, shortName } from "./followers.ts";
import { LatestFeed } from "./latest-feed.ts";
import { afterMaxAge, type MaxAge } from "./max-age.ts";
import type { StreamEndReason, SyncObserver } from "./observer.ts";
import { pendingFor } from "./pending-revisions.ts";

/** What the sync service needs where connect serves it. */
export interface SyncServiceOptions {
  readonly board: SyncBoard;
  readonly observer: SyncObserver;
  readonly followers: FollowerRecords | undefined;
  readonly clock: Clock;
  /** Milliseconds after which a client that does not take its message is no longer a follower. */
  readonly slowReaderMs: number;
  readonly maxAge: MaxAge | undefined;
  /** The process goes down: calls that come now are turned away. */
  readonly draining: () => boolean;
}

/** flagd.sync.v1 for whatever does not come as plain gRPC on HTTP/2: gRPC-Web, Connect, JSON; and the two unary calls for all. */
export function createSyncService(options: SyncServiceOptions): ServiceImpl<typeof FlagSyncService> {
  const { board } = options;
  return {
    async *syncFlags(request: SyncFlagsRequest, context: HandlerContext) {
      const grant = await admit(options, request, context);
      for await (const revision of follow(options, { grant, request }, context)) {
        yield { flagConfiguration: revision.document.bytes().toString() };
      }
    },
    async fetchAllFlags(request: FetchAllFlagsRequest, context: HandlerContext) {
      const grant = oneOf(options, await admit(options, request, context));
      const revision = board.current(grant.environmentId);
      if (revision === undefined) {
        throw new ConnectError("this environment has no document yet; ask again", Code.Unavailable);
      }
      options.observer.sent(revision.document.size, { coalesced: 0 });
      return { flagConfiguration: revision.document.bytes().toString() };
    },
    getMetadata() {
      // To anyone: the Python provider never opens its stream on UNAUTHENTICATED and dies of an empty answer (decision 3).
      throw new ConnectError("superseded by SyncFlagsResponse.sync_context", Code.Unimplemented);
    },
  };
}

async function admit(
  options: SyncServiceOptions,
  fields: RequestFields,
  context: HandlerContext,
): Promise<Grant> {
  if (options.draining()) throw drainingError();
  const credentials = readCredentials(
    webHeaderReader(context.requestHeader),
    fields,
    originOf(context.values),
  );
  const decision = await options.board.authorize(credentials);
  return decision.granted ? decision : refused(options, decision);
}

/** The one environment of a grant: a call that is answered once cannot say more. */
function oneOf(options: SyncServiceOptions, grant: Grant): EnvironmentGrant {
  return "environmentId" in grant ? grant : refused(options, FLAG_SET_NEEDED);
}

function refused({ observer }: SyncServiceOptions, refusal: Refusal): never {
  observer.refused(refusal.reason);
  throw refusalError(refusal);
}

/** Every newest revision until the call is over. Never returns by itself: it throws what the stream has to end with. */
async function* follow(
  options: SyncServiceOptions,
  { grant, request }: { readonly grant: Grant; readonly request: RequestFields },
  { signal, values, requestHeader, protocolName }: HandlerContext,
): AsyncGenerator<Revision, never> {
  const { board, observer, clock, slowReaderMs } = options;
  const feed = new LatestFeed<Revision>(pendingFor(grant));
  const openedMs = clock.monotonicMs();
  observer.streamOpened();
  const record = options.followers?.opened({
    environmentId: environmentOf(grant),
    lastFour: grant.lastFour,
    peer: originOf(values)?.address ?? "",
    userAgent: shortName(requestHeader.get("user-agent") ?? undefined),
    providerId: nameOfProvider(request.providerId, grant),
    transport: protocolName === "connect" || protocolName === "grpc-web" ? protocolName : "grpc",
  });
  let over = false;
  let unfollow: (() => void) | undefined;
  let slow: Timer | undefined;
  // On the signal, not in `finally`: connect-node waits for a drain that never comes once the client is gone, and so never
  // resumes the generator. The signal fires at the end of every call, however it ends.
  const leave = (reason: StreamEndReason, error: ConnectError): void => {
    feed.fail(error);
    if (over) return;
    over = true;
    slow?.cancel();
    age?.cancel();
    unfollow?.();
    record?.gone(reason);
    signal.removeEventListener("abort", aborted);
    observer.streamEnded(reason, clock.monotonicMs() - openedMs);
  };
  const aborted = (): void => {
    const error = ConnectError.from(signal.reason);
    leave(reasonOfAbort(error), error);
  };
  signal.addEventListener("abort", aborted);
  const age = afterMaxAge(clock, options.maxAge, () => leave("max_age", maxAgeError()));
  // Nobody who does not read can be told why: connect-node would wait with the end until the client takes what came before.
  const tooSlow = (): void => {
    leave("slow", slowReaderError(slowReaderMs));
    cutOf(values)();
  };
  const stop = board.follow(grant, {
    offer: (revision) => feed.put(revision),
    end: (end) => leave(end.kind, streamEndError(end)),
  });
  if (over) stop();
  else unfollow = stop;
  if (signal.aborted) aborted();
  for (;;) {
    const { value, coalesced } = await feed.next();
    observer.sent(value.document.size, { coalesced });
    if (!over) slow = clock.after(slowReaderMs, tooSlow);
    record?.writing(value);
    yield value;
    record?.written();
    slow?.cancel();
  }
}

function reasonOfAbort(error: ConnectError): StreamEndReason {
  if (error.code === Code.DeadlineExceeded) return "deadline";
  return error.code === Code.Unavailable ? "draining" : "client";
}
