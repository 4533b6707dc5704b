#!/bin/sh
# grpcurl ends with the stream, and says why: start it again.
while :; do
  grpcurl -plaintext -H "x-environment-key: $ENVIRONMENT_KEY" \
    "$SERVER_HOST:$SERVER_PORT" flagd.sync.v1.FlagSyncService/SyncFlags
  sleep 1
done
