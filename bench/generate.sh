#!/usr/bin/env bash
# How fast are raw files made? Side by side with tpchgen-cli, in one run on one machine.
#
#     bench/generate.sh [clickmill]         the binary; default: target/release/clickmill
#     SESSIONS=500000 RUNS=3 SCALE=1 bench/generate.sh
#
# CSV is measured in bytes a second. Parquet (zstd on both sides) is measured in
# the bytes that the same rows have as CSV, over the time it takes to write them
# as Parquet. Each figure is the median of RUNS runs into a fresh folder.
# tpchgen-cli comes from `cargo install tpchgen-cli` or `pip install tpchgen-cli`;
# without it clickmill is measured alone.
set -euo pipefail
export LC_ALL=C

cd "$(dirname "$0")/.."
clickmill=$(realpath "${1:-${CARGO_TARGET_DIR:-target}/release/clickmill}")
sessions=${SESSIONS:-300000}
runs=${RUNS:-3}
scale=${SCALE:-1}

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

make_clickmill() { # format
    "$clickmill" generate --quiet --sessions "$sessions" --products 5000 --format "$1" --data-dir out >/dev/null
}
make_tpchgen() { # format
    local codec=()
    if [ "$1" = parquet ]; then codec=(-c 'ZSTD(1)'); fi
    tpchgen-cli "$1" "${codec[@]}" -s "$scale" --tables=lineitem,orders --output-dir=out >/dev/null
}

size() { find out -type f \( -name '*.csv' -o -name '*.parquet' \) -printf '%s\n' | awk '{ sum += $1 } END { print sum }'; }

# Makes a format once and notes how long it took.
timed() { # maker format
    local start end
    rm -rf out
    start=$(date +%s.%N)
    "make_$1" "$2"
    end=$(date +%s.%N)
    echo "$start $end" | awk '{ print $2 - $1 }' >>"$1.$2"
    size >"$1.$2.bytes"
}

median() { sort -n "$1" | awk '{ all[NR] = $1 } END { print all[int((NR + 1) / 2)] }'; }

# Prints the rates of a maker, in bytes of CSV a second.
rates() { # maker
    local bytes
    bytes=$(cat "$1.csv.bytes")
    awk -v n="$1" -v b="$bytes" -v c="$(median "$1.csv")" -v p="$(median "$1.parquet")" \
        -v z="$(cat "$1.parquet.bytes")" 'BEGIN {
        printf "%-12s %5.0f MB   csv %6.2f s %6.1f MB/s   parquet %6.2f s %6.1f MB/s of CSV (%.0f MB written)\n",
            n, b / 1e6, c, b / c / 1e6, p, b / p / 1e6, z / 1e6 }'
}

rate() { awk -v b="$(cat "$1.csv.bytes")" -v s="$(median "$1.$2")" 'BEGIN { print b / s }'; }

makers=(clickmill tpchgen)
if ! command -v tpchgen-cli >/dev/null; then makers=(clickmill); fi

# In turns, so that what else the machine does meets all of them alike.
for _ in $(seq "$runs"); do
    for maker in "${makers[@]}"; do
        for format in csv parquet; do timed "$maker" "$format"; done
    done
done

echo "$(nproc) cores, medians of $runs"
for maker in "${makers[@]}"; do rates "$maker"; done
if [ ${#makers[@]} = 1 ]; then
    echo "tpchgen-cli is not here (cargo install tpchgen-cli, or pip install tpchgen-cli): no ratio"
    exit 0
fi
awk -v a="$(rate clickmill csv)" -v b="$(rate tpchgen csv)" \
    -v c="$(rate clickmill parquet)" -v d="$(rate tpchgen parquet)" 'BEGIN {
    printf "ratio        clickmill / tpchgen-cli: csv %.2f   parquet %.2f\n", a / b, c / d }'
