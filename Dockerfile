# syntax=docker/dockerfile:1
# Guildhall in an image of its own: one binary, no shell, not root. `docker build -t guildhall .`
# Nothing secret is in it: passwords come by the environment, keys by a file that is mounted.

FROM rust:1.95-slim-bookworm AS build
WORKDIR /source
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry --mount=type=cache,target=/source/target \
    cargo build --release --locked && install -D target/release/guildhall /image/usr/local/bin/guildhall
# Folders of the user who runs it, so that volumes mounted there are theirs too.
RUN install -d -m 700 -o 65532 -g 65532 /image/var/lib/guildhall /image/etc/guildhall /image/var/backups/guildhall

FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=build /image /
USER 65532:65532
ENV GUILDHALL_LISTEN=0.0.0.0:8080 \
    GUILDHALL_DATA_DIR=/var/lib/guildhall \
    GUILDHALL_LOG_FORMAT=json
EXPOSE 8080
VOLUME /var/lib/guildhall
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s CMD ["guildhall", "ready"]
ENTRYPOINT ["guildhall"]
CMD ["serve"]
