#!/bin/sh
# Draws docs/charts anew: the charts and the summary of the default run. CI compares them byte for byte.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
for stages in "--until transform" "--from report"; do
    # The two words are meant to be two arguments.
    # shellcheck disable=SC2086
    cargo run --quiet --release --bin clickmill --manifest-path "$root/Cargo.toml" -- run $stages >/dev/null
done
mkdir -p "$root/docs/charts"
rm -f "$root"/docs/charts/*
cp reports/*.png reports/summary.md "$root/docs/charts/"
