#!/bin/sh
# How fast are raw files made? `clickmill generate` beside tpchgen-cli (pip
# install tpchgen-cli), one after the other on the same machine, as CSV and as
# Parquet with the same codec. Speed is bytes of CSV a second; for Parquet the
# bytes that the same rows have as CSV. The last column is clickmill's speed
# over tpchgen-cli's: above 1 it is the faster one.
#
#   bench/generate.sh [SCALE]     SCALE 1 (default): tpch scale 1, 2,000,000 sessions
#
# CLICKMILL is the program measured (default target/release/clickmill).
set -eu

scale=${1:-1}
clickmill=${CLICKMILL:-$(dirname "$0")/../target/release/clickmill}
sessions=$(awk "BEGIN { print int(2000000 * $scale) }")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# seconds COMMAND...: how long it takes
seconds() {
    begun=$(date +%s.%N)
    "$@" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
    awk "BEGIN { print $(date +%s.%N) - $begun }"
}

# bytes FOLDER: what lies there
bytes() {
    find "$1" -type f -exec cat {} + | wc -c
}

tpch() {
    seconds tpchgen-cli "$@" --tables=lineitem,orders -s "$scale" --output-dir "$work/tpch"
}

mill() {
    seconds "$clickmill" generate --sessions "$sessions" --format "$1" --data-dir "$work/mill" --quiet
}

for format in csv parquet; do
    if [ "$format" = csv ]; then
        theirs=$(tpch csv)
        ours=$(mill csv)
        their_bytes=$(bytes "$work/tpch")
        our_bytes=$(bytes "$work/mill/raw/events")
    else
        theirs=$(tpch parquet --compression='ZSTD(1)')
        ours=$(mill parquet)
    fi
    rm -rf "$work/tpch" "$work/mill"
    awk -v format="$format" -v a="$theirs" -v b="$ours" -v x="$their_bytes" -v y="$our_bytes" 'BEGIN {
        printf "%-8s tpchgen-cli %7.1f MB/s   clickmill %7.1f MB/s   ratio %.2f\n",
            format, x / a / 1e6, y / b / 1e6, (y / b) / (x / a)
    }'
done
