# What runs needs production dependencies alone: no embedded Postgres (optional, for the demo) and no install scripts. None of
# them is compiled, so one processor's serve every other.
FROM --platform=$BUILDPLATFORM node:24-alpine AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund

# The program is the same for every processor, too.
FROM --platform=$BUILDPLATFORM node:24-alpine AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY scripts/build.mjs scripts/
COPY src src
RUN npm run build

FROM node:24-alpine
ARG VERSION=0.0.0-local
ARG REVISION=unknown
LABEL org.opencontainers.image.title="flagsmith-flagd" \
      org.opencontainers.image.description="Flagsmith as the management UI of flagd: pushes every environment to flagd over flagd.sync.v1" \
      org.opencontainers.image.source="https://github.com/flagsmith-flagd/flagsmith-flagd" \
      org.opencontainers.image.documentation="https://github.com/flagsmith-flagd/flagsmith-flagd/blob/main/docs/docker.md" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION"
WORKDIR /app
COPY --from=dependencies /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY package.json openapi.yaml LICENSE ./
# Probes and scrapers come from outside the container; what is published is decided where it is run.
ENV NODE_ENV=production MANAGEMENT_HOST=0.0.0.0
# A number, so that Kubernetes can see that it is not root. Nothing below /app is theirs, and nothing is written there.
USER 10001:10001
EXPOSE 8015 8014
HEALTHCHECK --interval=10s --timeout=6s --start-period=60s --retries=3 \
  CMD ["node", "/app/dist/main.js", "health"]
ENTRYPOINT ["node", "/app/dist/main.js"]
CMD ["start"]
