#!/bin/sh
# All tests, against a real PostgreSQL: the same build as run_pipeline.sh.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/docker/postgres.sh"
ensure_postgres
exec cargo test --release --manifest-path "$here/Cargo.toml" "$@"
