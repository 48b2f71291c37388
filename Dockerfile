# One image an app: docker build --build-arg APP=chat --build-arg PORT=3005 --tag parley/chat .
# What does not depend on the app comes first, so that all four images share it.

FROM node:24.21.0-bookworm-slim AS install
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# No package that is needed here has an install script that is.
RUN npm ci --include=dev --ignore-scripts

FROM install AS prune
# npm keeps TypeScript for a plugin of Swagger's that only builds need.
RUN npm prune --omit=dev --ignore-scripts && rm -rf node_modules/typescript node_modules/.bin/tsc node_modules/.bin/tsserver

FROM install AS build
COPY nest-cli.json tsconfig.json ./
COPY libs libs
COPY apps apps
COPY asyncapi asyncapi
ARG APP=api-gateway
RUN node_modules/.bin/nest build "$APP"
# One name for the start of every app.
RUN ln -s "apps/$APP/src/main.js" "dist/$APP/main.js"

FROM node:24.21.0-bookworm-slim
WORKDIR /app
# The folder of media: a new volume gets its owner from here. Everything else stays root's and is only read.
RUN install --directory --owner=1000 --group=1000 /data/media
COPY --from=prune /app/node_modules node_modules
COPY package.json ./
# For backups: node tools/backup/main.ts --help
COPY tools/backup tools/backup
ARG APP=api-gateway
ARG PORT=3000
COPY --from=build /app/dist/$APP dist
ENV NODE_ENV=production PORT=$PORT MEDIA_DIR=/data/media
EXPOSE $PORT
USER 1000:1000
# Whether requests may be sent here; over HTTPS where the gateway speaks it.
HEALTHCHECK --interval=5s --timeout=4s --start-period=60s --start-interval=1s --retries=3 CMD ["node", "--eval", "const { PORT, TLS_CERT_FILE } = process.env; require(TLS_CERT_FILE ? 'node:https' : 'node:http').get({ port: PORT, path: '/health/ready', rejectUnauthorized: false }, ({ statusCode }) => process.exit(statusCode === 200 ? 0 : 1)).on('error', () => process.exit(1))"]
# Secrets that compose made are in that file; the environment wins over it.
CMD ["node", "--enable-source-maps", "--env-file-if-exists=/run/parley/secrets.env", "dist/main.js"]
