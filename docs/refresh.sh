#!/bin/sh
# Draws docs/charts anew: the charts and the summary of the default run. CI compares them byte for byte.
# The picture of the page, docs/page.png, needs Chromium, whose letters differ from machine to machine.
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
if command -v chromium >/dev/null 2>&1; then
    chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --virtual-time-budget=10000 \
        --window-size=1280,1800 --screenshot="$root/docs/page.png" "file://$PWD/reports/index.html#theme=light" 2>/dev/null
fi
