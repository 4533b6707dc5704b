FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts
COPY . .
RUN npm run build && npm prune --omit=dev --omit=optional --ignore-scripts

FROM node:24-slim
LABEL org.opencontainers.image.title="flagsmith-flagd" org.opencontainers.image.licenses="MIT"
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY --from=build /app/openapi.yaml ./
# Probes and scrapers come from outside the container; what is published is decided where it is run.
ENV MANAGEMENT_HOST=0.0.0.0
USER 10001
EXPOSE 8015 8014
ENTRYPOINT ["node", "dist/main.js"]
CMD ["start"]
