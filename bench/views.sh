#!/usr/bin/env bash
# How long a dashboard waits: for each view one typical query, the median of
# RUNS runs after a first one that is not counted. A query sums what the view's
# first two ratios divide, over one month, by day and, where the view has it, by
# device; a view without days is grouped by its first dimension.
#
#   bench/views.sh [EVENTS]          (default 10000000: about 5 GB, minutes to make)
#
# Environment: CLICKMILL (binary; default: built here in release), RUNS (3),
# BENCH_DIR (a folder kept between runs; default: a temporary one).
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
events=${1:-10000000}
runs=${RUNS:-3}
if [ -z "${CLICKMILL:-}" ]; then
    cargo build --release --quiet --manifest-path "$root/Cargo.toml"
    CLICKMILL=${CARGO_TARGET_DIR:-$root/target}/release/clickmill
fi
CLICKMILL=$(realpath "$CLICKMILL")
if [ -z "${BENCH_DIR:-}" ]; then
    BENCH_DIR=$(mktemp -d)
    trap '"$CLICKMILL" db stop --data-dir "$BENCH_DIR/data" >/dev/null 2>&1 || true; rm -rf "$BENCH_DIR"' EXIT
fi
mkdir -p "$BENCH_DIR"
cd "$BENCH_DIR"
unset DATABASE_URL PGHOST PGSERVICE

# A session has about ten events, and --scale 1 ten thousand sessions.
"$CLICKMILL" run --until load --scale "$(awk "BEGIN { print $events / 100000 }")" --products 5000 --format parquet
"$CLICKMILL" db start
export DATABASE=$("$CLICKMILL" db url)
# Statistics, as autovacuum gathers them in time; loaded tables are new.
psql "$DATABASE" -qXc "vacuum analyze"

python3 - "$runs" "$root"/sql/postgres/views/*.sql <<'PYTHON'
import os, pathlib, re, statistics, subprocess, sys, time

runs, files = int(sys.argv[1]), [pathlib.Path(name) for name in sys.argv[2:]]


def psql(sql):
    """What psql prints, and the milliseconds it counted."""
    done = subprocess.run(
        ["psql", os.environ["DATABASE"], "-XAt", "-c", "\\timing on", "-c", sql],
        capture_output=True, text=True, check=True,
    )
    lines = done.stdout.splitlines()
    milliseconds = next(line for line in reversed(lines) if line.startswith("Time: "))
    rows = [line for line in lines if not line.startswith(("Time: ", "Timing is"))]
    return rows, float(milliseconds.split()[1])


def listed(head, key):
    found = re.search(rf"^-- {key}:\n((?:--     .*\n)*)", head, re.M)
    return [line[2:].split() for line in (found[1] if found else "").splitlines()]


last = psql("select max(date) from gold.fact_daily_metrics")[0][0]
events = psql("select sum(events) from gold.agg_session_daily")[0][0]
print(f"{int(events):,} events in sessions; one month up to {last}; median of {runs} runs")
print(f"{'view':<40}{'rows':>8}{'ms':>9}  by")
slow = 0
for file in files:
    head = file.read_text().split("\ncreate view", 1)[0] + "\n"
    columns = listed(head, "columns")
    dimensions = [column for column in columns if column[2] == "dimension"]
    measures = {column[0]: column[2] for column in columns if column[2] != "dimension"}
    ratios = " ".join(" ".join(ratio) for ratio in listed(head, "ratios")[:2])
    asked = [name for name in measures if re.search(rf"\b{name}\b", ratios)] or list(measures)[:2]
    days = [column[0] for column in dimensions if column[1] == "date"][:1]
    by = days + [column[0] for column in dimensions if column[0] == "device_type"]
    if not by:
        by = [column[0] for column in dimensions if not column[0].startswith(("product", "recommend"))][:1]
    by = by or [dimensions[0][0]]
    where = f"where {days[0]} > date '{last}' - 30 and {days[0]} <= date '{last}'" if days else ""
    sums = ", ".join(f"{measures[name]}({name})" for name in asked)
    sql = f"select {', '.join(by)}, {sums} from analytics.{file.stem} {where} group by {', '.join(by)}"
    psql(sql)
    answers = [psql(sql) for _ in range(runs)]
    median = statistics.median(milliseconds for _, milliseconds in answers)
    slow += median >= 1000
    print(f"{file.stem:<40}{len(answers[0][0]):>8,}{median:>9,.0f}  {', '.join(by)}", flush=True)
print(f"{slow} of {len(files)} took a second or more")
PYTHON
