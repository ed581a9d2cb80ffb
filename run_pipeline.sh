#!/bin/sh
# The whole demo: build if needed, see to a PostgreSQL, then `clickmill run "$@"`.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
command -v cargo >/dev/null 2>&1 || {
    echo "cargo is missing; install Rust from https://rustup.rs and run this again" >&2
    exit 1
}
. "$here/docker/postgres.sh"
ensure_postgres
cargo build --release --bin clickmill --manifest-path "$here/Cargo.toml"
exec cargo run --quiet --release --bin clickmill --manifest-path "$here/Cargo.toml" -- run "$@"
