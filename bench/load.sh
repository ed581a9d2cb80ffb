#!/usr/bin/env bash
# How fast loading is, as ratios of one run on a private server of its own:
#
#   bench/load.sh [EVENTS]          (default 5000000)
#
# 1. fact_events into bare tables, one for each day, over two connections, as a load
#    stages them, beside the server's own COPY FROM of a ready binary file into one
#    bare table (medians of RUNS runs, by turns);
# 2. the whole load, with partitions, keys, indexes and foreign keys, beside
#    psql's \copy of ready CSV files into the same tables of another database;
# 3. beside INSERT ... VALUES in pages of 100 rows, each page a transaction, of SLICE
#    rows of fact_events into the same tables (scaled up): from statements ready in
#    a file, and by a page loader that reads CSV (Python with psycopg2, where it is).
#
# Environment: CLICKMILL (binary; default: built here in release), BENCH_LOAD (the
# bench's binary), RUNS (5), SLICE (50000), BENCH_DIR (a folder kept between runs).
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
events=${1:-5000000}
runs=${RUNS:-5}
slice=${SLICE:-50000}
if [ -z "${CLICKMILL:-}" ]; then
    cargo build --release --quiet --manifest-path "$root/Cargo.toml"
    CLICKMILL=${CARGO_TARGET_DIR:-$root/target}/release/clickmill
fi
if [ -z "${BENCH_LOAD:-}" ]; then
    BENCH_LOAD=$(cargo bench --no-run --bench load --message-format=json --quiet --manifest-path "$root/Cargo.toml" |
        python3 -c 'import json, sys
for line in sys.stdin:
    message = json.loads(line)
    if message.get("executable") and message["target"]["name"] == "load":
        print(message["executable"])')
fi
CLICKMILL=$(realpath "$CLICKMILL")
BENCH_LOAD=$(realpath "$BENCH_LOAD")
if [ -z "${BENCH_DIR:-}" ]; then
    BENCH_DIR=$(mktemp -d)
    keep=
else
    keep=yes
fi
mkdir -p "$BENCH_DIR"
chmod 755 "$BENCH_DIR"
cd "$BENCH_DIR"
finish() {
    "$CLICKMILL" db stop >/dev/null 2>&1 || true
    [ -n "$keep" ] || { "$CLICKMILL" clean >/dev/null 2>&1 || true; rm -rf "$BENCH_DIR"; }
}
trap finish EXIT

psql() { "$CLICKMILL" db psql -- -v ON_ERROR_STOP=1 -qAt "$@"; }
# timed COMMAND...: seconds, CPU seconds of the client and its peak in MiB.
timed() {
    python3 - "$@" <<'PYTHON'
import os, subprocess, sys, tempfile, time
with tempfile.TemporaryFile() as output:
    start = time.monotonic()
    process = subprocess.Popen(sys.argv[1:], stdout=output, stderr=output)
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.monotonic() - start
    if status != 0:
        output.seek(0)
        sys.exit(f"{' '.join(sys.argv[1:])} failed:\n{output.read().decode(errors='replace')}")
peak = used.ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 2**20
print(f"{seconds:.3f} {used.ru_utime + used.ru_stime:.3f} {peak:.0f}")
PYTHON
}
median() { printf '%s\n' "$@" | sort -n | sed -n "$((($# + 1) / 2))p"; }
ratio() { python3 -c "print(f'{$1 / $2:.2f}')"; }
per_second() { python3 -c "print(f'{$1 / $2:,.0f}')"; }

if [ ! -d data/gold ]; then
    # About 6.7 events a session.
    "$CLICKMILL" run --until transform --format parquet --sessions $((events * 10 / 67)) --days 30 >/dev/null
    rm -rf data/raw data/bronze data/silver
fi
"$CLICKMILL" db start >/dev/null
psql -c 'set client_min_messages = warning' -c 'drop schema if exists analytics cascade' -c 'drop schema if exists gold cascade' -c 'drop schema if exists bare cascade'

echo "== the whole load"
read -r seconds cpu peak < <(timed "$CLICKMILL" load)
rows=$(psql -c "select sum(rows) from (select sum(rows) as rows from gold.etl_load union all select sum(rows) from gold.etl_table) as t")
facts=$(psql -c "select count(*) from gold.fact_events")
whole=$seconds
echo "clickmill load: $seconds s ($cpu CPU s of the client, peak $peak MiB), $rows rows, of them $facts of fact_events"
read -r again _ again_peak < <(timed "$CLICKMILL" load)
echo "the same again, nothing changed: $again s, peak $again_peak MiB"

echo "== fact_events into bare tables"
psql -c 'create schema bare' -c 'create table bare.fact_events (like gold.fact_events)' \
    -c 'insert into bare.fact_events select * from gold.fact_events'
columns=$(psql -c "select count(*) from pg_attribute where attrelid = 'bare.fact_events'::regclass and attnum > 0")
# Written by the server, which reads it again.
file=$(psql -c "show data_directory")/bare.bin
psql -c "copy bare.fact_events to '$file' (format binary)"
url=$("$CLICKMILL" db url)
ours=() theirs=()
for _ in $(seq "$runs"); do
    # What earlier runs left to be written is no part of this one.
    psql -c checkpoint
    sleep 3
    read -r took _ < <("$BENCH_LOAD" data "$url" fact_events)
    ours+=("$took")
    psql -c checkpoint
    sleep 3
    read -r took _ < <(timed "$CLICKMILL" db psql -- -v ON_ERROR_STOP=1 -q -c 'begin' -c 'truncate bare.fact_events' \
        -c "copy bare.fact_events from '$file' (format binary, freeze)" -c 'commit')
    theirs+=("$took")
done
our=$(median "${ours[@]}")
their=$(median "${theirs[@]}")
echo "clickmill, from Parquet: $our s, $(per_second "$facts" "$our") rows/s of $columns columns"
echo "the server's COPY FROM a binary file: $their s, $(per_second "$facts" "$their") rows/s"
echo "ratio: $(ratio "$their" "$our") of the server's own speed"
echo "of: ${ours[*]}, and ${theirs[*]}"
psql -c 'drop schema bare cascade' -c "select pg_file_unlink('$file')" 2>/dev/null || rm -f "$file"

echo "== psql \\copy of CSV into the same tables"
tables=$(psql -c "select string_agg(c.relname, ' ' order by
        case when c.relname in ('dim_date', 'dim_event_type', 'dim_device', 'dim_channel', 'dim_products') then 0
            when c.relname like 'dim\\_users' then 1 when c.relname like 'dim%' then 2 else 3 end, c.relname)
    from pg_class as c where relnamespace = 'gold'::regnamespace and relkind in ('r', 'p') and not relispartition
        and relname !~ '^(etl|schema)_'")
mkdir -p csv
for table in $tables; do
    psql -c "\\copy (select * from gold.$table) to 'csv/$table.csv' (format csv)"
done
psql -c 'set client_min_messages = warning' -c 'drop database if exists peer' -c 'create database peer'
peer_url=$(sed -E 's#//([^:]*):[^@]*@#//\1@#' <<<"${url%/*}")/peer
PGPASSWORD=$(sed -E 's#.*//[^:]*:([^@]*)@.*#\1#' <<<"$url")
export PGPASSWORD
bindir=$(dirname "$(command -v pg_dump || ls /usr/lib/postgresql/*/bin/pg_dump | tail -1)")
"$bindir/pg_dump" --schema-only --schema gold --no-owner --no-privileges "$url" > schema.sql
"$bindir/psql" -q -v ON_ERROR_STOP=1 "$peer_url" -f schema.sql >/dev/null
for table in $tables; do echo "\\copy gold.$table from 'csv/$table.csv' (format csv)"; done > copy.sql
read -r copied _ < <(timed "$bindir/psql" -q -v ON_ERROR_STOP=1 "$peer_url" -f copy.sql)
echo "psql \\copy: $copied s"
echo "ratio: the whole load is $(ratio "$copied" "$whole") times as fast"

echo "== INSERT ... VALUES in pages of 100 rows"
# The same rows of one day, which make room for themselves before each; all others stay.
"$bindir/psql" -qAt -v ON_ERROR_STOP=1 "$peer_url" \
    -c "create table slice as select * from gold.fact_events where event_date = (select min(event_date) from gold.fact_events) limit $slice" \
    -c "\\copy slice to 'slice.csv' (format csv, null 'NULL')"
"$bindir/psql" -qAt -v ON_ERROR_STOP=1 "$peer_url" -o pages.sql -c "
    with told as (
        select n, format('(%s)', (
            select string_agg(coalesce(quote_literal(value), 'null'), ',' order by position)
            from json_each_text(row_to_json(rows)) with ordinality as t (key, value, position) where key <> 'n'
        )) as value
        from (select row_number() over () as n, slice.* from slice) as rows
    )
    select 'insert into gold.fact_events values ' || string_agg(value, ',') || ';'
    from told group by (n - 1) / 100"
make_room() {
    "$bindir/psql" -q -v ON_ERROR_STOP=1 "$peer_url" -c "delete from gold.fact_events as e using slice as s
        where e.event_date = s.event_date and e.event_id = s.event_id" -c 'vacuum analyze gold.fact_events' -c checkpoint
}
slice=$("$bindir/psql" -qAt "$peer_url" -c 'select count(*) from slice')
told() {
    all=$(python3 -c "print($2 * $rows / $slice)")
    echo "$1: $slice rows in $2 s, $(per_second "$slice" "$2") rows/s; scaled to all $rows rows: $(printf %.0f "$all") s"
    echo "ratio: the whole load is $(ratio "$all" "$whole") times as fast"
}
make_room
read -r inserted _ < <(timed "$bindir/psql" -q -v ON_ERROR_STOP=1 "$peer_url" -f pages.sql)
told "psql, statements ready in a file (no program that has to write them is as fast)" "$inserted"
if python3 -c 'import psycopg2' 2>/dev/null; then
    make_room
    cat > pages.py <<'PYTHON'
import csv, sys
import psycopg2
from psycopg2.extras import execute_values

connection = psycopg2.connect(sys.argv[1])
cursor = connection.cursor()
page = []


def send():
    execute_values(cursor, "insert into gold.fact_events values %s", page)
    connection.commit()
    page.clear()


with open(sys.argv[2], newline="") as file:
    for row in csv.reader(file):
        page.append([None if value == "NULL" else value for value in row])
        if len(page) == 100:
            send()
if page:
    send()
PYTHON
    read -r inserted _ < <(timed python3 pages.py "$peer_url" slice.csv)
    told "a page loader (Python, psycopg2's execute_values)" "$inserted"
else
    echo "a page loader was not measured: python3 has no psycopg2 here (pip install psycopg2-binary)"
fi
psql -c 'drop database peer'
