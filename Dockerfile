# kapply as a container image: one file on a Node without a shell. docs/init-container.md has what it weighs.
#
#   docker build -t kapply:0.1.0 .
#
# The base images are pinned by tag. To pin them by digest, give both:
#   --build-arg BUILDER=node:24-bookworm-slim@sha256:... --build-arg BASE=gcr.io/distroless/nodejs24-debian13:nonroot@sha256:...
ARG BUILDER=node:24-bookworm-slim
ARG BASE=gcr.io/distroless/nodejs24-debian13:nonroot

# What is built is JavaScript: it is the same for every platform.
FROM --platform=$BUILDPLATFORM ${BUILDER} AS build
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY LICENSE tsconfig.json tsconfig.types.json ./
COPY schemas schemas
COPY scripts scripts
COPY src src
RUN npx tsx scripts/build.ts

# V8's compiled code fits only the Node that made it, so it is made in the image that will run it, on its platform.
FROM ${BASE} AS warm
USER 0
COPY --from=build /src/dist/kapply.cjs /src/dist/THIRD-PARTY.txt /src/LICENSE /app/
COPY --from=build /src/scripts/image /warm/
RUN ["/nodejs/bin/node", "/warm/warm.cjs", "/app"]

FROM ${BASE}
COPY --from=warm /app /app
ENV PATH=/app:/nodejs/bin
USER 65532:65532
ENTRYPOINT ["/app/kapply"]
CMD ["--help"]
