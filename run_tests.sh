#!/bin/sh
# All tests, against a real PostgreSQL and in a real browser: the same build as run_pipeline.sh.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/docker/postgres.sh"
ensure_postgres

# The page is opened in Chromium; where there is none those tests are skipped, and say so.
ensure_browser() {
    [ -n "${CHROME:-}" ] && return 0
    for name in chromium chromium-browser google-chrome google-chrome-stable; do
        command -v "$name" >/dev/null 2>&1 && return 0
    done
    command -v apt-get >/dev/null 2>&1 || return 1
    if [ "$(id -u)" = 0 ]; then as_root=""; elif sudo -n true 2>/dev/null; then as_root="sudo"; else return 1; fi
    echo "installing Chromium (apt-get install chromium) ..." >&2
    $as_root apt-get update -q >&2 &&
        $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends chromium >&2
}
ensure_browser || echo "no browser here, and no way to add one; the tests of the page are skipped" >&2
exec cargo test --release --manifest-path "$here/Cargo.toml" "$@"
