#!/usr/bin/env bash
# How fast ingest and transform are, each alone: medians of RUNS runs; and
# beside them, where it is at hand, a DuckDB job over data of its own, which
# makes fewer tables, and all our models in DuckDB, which then keeps them in
# memory, writes no file and runs no check. At the end the stages one by one:
# the job's bronze beside ingest, its silver and gold beside transform, and our
# models in DuckDB beside transform.
#
#   bench/transform.sh [EVENTS]          (default 1000000)
#
# Environment: CLICKMILL (binary; default: built here in release), RUNS (3),
# BENCH_DIR (a folder kept between runs; default: a temporary one), THREADS
# (of DuckDB, 2),
# CLICKMILL_SHARED (holds bench/peers; default ../shared beside the project).
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
events=${1:-1000000}
runs=${RUNS:-3}
shared=${CLICKMILL_SHARED:-$root/../shared}
if [ -z "${CLICKMILL:-}" ]; then
    cargo build --release --quiet --manifest-path "$root/Cargo.toml"
    CLICKMILL=${CARGO_TARGET_DIR:-$root/target}/release/clickmill
fi
CLICKMILL=$(realpath "$CLICKMILL")
if [ -z "${BENCH_DIR:-}" ]; then
    BENCH_DIR=$(mktemp -d)
    trap 'rm -rf "$BENCH_DIR"' EXIT
fi
mkdir -p "$BENCH_DIR"
cd "$BENCH_DIR"

# measure NAME ROWS SETUP COMMAND...: medians of seconds, CPU seconds and peak.
measure() {
    python3 - "$runs" "$@" <<'PYTHON'
import ast, os, re, statistics, subprocess, sys, tempfile, time

runs, name, rows, setup, command = int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4], sys.argv[5:]
seconds, cpu, peak, of_stages = [], [], [], {}
for _ in range(runs):
    subprocess.run(setup, shell=True, check=True)
    with tempfile.TemporaryFile() as output:
        start = time.monotonic()
        process = subprocess.Popen(command, stdout=output, stderr=output)
        _, status, used = os.wait4(process.pid, 0)
        seconds.append(time.monotonic() - start)
        output.seek(0)
        said = output.read().decode(errors="replace")
        if status != 0:
            sys.exit(f"{' '.join(command)} failed:\n{said}")
        # The job says what each of its stages took: duckdb VERSION {'bronze': 1.2, ...}
        stages = re.search(r"\{'bronze'.*\}", said)
        if stages:
            for stage, taken in ast.literal_eval(stages[0]).items():
                of_stages.setdefault(stage, []).append(taken)
    cpu.append(used.ru_utime + used.ru_stime)
    # Linux counts in KiB, macOS in bytes.
    peak.append(used.ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 2**20)
wall = statistics.median(seconds)
print(f"{name:<20}{rows:>12,} rows{wall:>9.2f} s{statistics.median(cpu):>9.2f} CPU s"
      f"{statistics.median(peak):>8.0f} MiB{rows / wall:>12,.0f} rows/s", flush=True)
with open("seconds", "a") as record:
    record.write(f"{name}\t{wall}\n")
    for stage, taken in of_stages.items():
        part = "bronze" if stage == "bronze" else "silver and gold"
        record.write(f"duckdb, {part}\t{statistics.median(taken)}\n")
PYTHON
}

# stages FOLDER ROWS ARGUMENTS...: ingest and transform of a data folder.
stages() {
    local name=$1 rows=$2
    shift 2
    measure "$name ingest" "$rows" "rm -rf '$name/bronze'" "$CLICKMILL" ingest --data-dir "$name" "$@"
    measure "$name transform" "$rows" true "$CLICKMILL" transform --full-refresh --data-dir "$name"
}

# rows FOLDER: rows of the CSV files below it, headers left off.
rows() {
    find -L "$1" -name 'events*.csv' -o -path '*/events/*.csv' | while read -r file; do
        tail -n +2 "$file"
    done | wc -l
}

rm -f seconds
# A made session has 8.3 events on average.
"$CLICKMILL" generate --quiet --overwrite --sessions $((events * 10 / 83)) --data-dir made >/dev/null 2>&1
stages made "$(rows made/raw)"

peer=$shared/bench/peers
if [ ! -f "$peer/etl_duckdb.py" ]; then
    echo "peer skipped: no $peer"
elif ! python3 -c 'import duckdb, numpy, polars, pyarrow' 2>/dev/null; then
    echo "peer skipped: python3 lacks one of duckdb, numpy, polars, pyarrow"
else
    peer_data=$PWD/peer-data-$events
    [ -d "$peer_data" ] || python3 "$peer/make_data.py" "$events" "$peer_data" >/dev/null
    peer_rows=$(rows "$peer_data")
    stages tracker "$peer_rows" --source tracker --input "$peer_data"
    measure "duckdb, all stages" "$peer_rows" "rm -rf peer-out" \
        python3 "$peer/etl_duckdb.py" "$peer_data" peer-out
    "$CLICKMILL" models --script --dialect duckdb --data-dir tracker >models.sql
    measure "duckdb, our models" "$peer_rows" true python3 -c '
import duckdb, os, sys
connection = duckdb.connect()
connection.execute("set threads = " + os.environ.get("THREADS", "2"))
connection.execute("set preserve_insertion_order = false")
connection.execute(open(sys.argv[1]).read())
' models.sql
    awk -F '\t' '
        function beside(ours, theirs) {
            printf "%-40s%9.2f s%9.2f s%7.2f\n", ours " / " theirs, \
                seconds[ours], seconds[theirs], seconds[ours] / seconds[theirs]
        }
        { seconds[$1] += $2 }
        END {
            seconds["both stages"] = seconds["tracker ingest"] + seconds["tracker transform"]
            beside("both stages", "duckdb, all stages")
            beside("tracker ingest", "duckdb, bronze")
            beside("tracker transform", "duckdb, silver and gold")
            beside("tracker transform", "duckdb, our models")
        }' seconds
fi
