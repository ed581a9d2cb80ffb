#!/usr/bin/env bash
# Whether time grows as the log does, and what a bound on memory holds: ingest and
# transform of logs of so many million events, each from its files.
#
#   bench/sizes.sh [MILLIONS...]          (default 1 5 10 25 50: minutes, and some 15 GB)
#
# The logs are a tracker's CSV where the peers' maker of them is at hand, else our own.
#
# Environment: CLICKMILL (binary; default: built here in release), MEMORY_LIMIT (2GiB),
# BENCH_DIR (a folder kept between runs; default: a temporary one),
# CLICKMILL_SHARED (holds bench/peers; default ../shared beside the project).
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
[ $# -gt 0 ] || set -- 1 5 10 25 50
limit=${MEMORY_LIMIT:-2GiB}
maker=${CLICKMILL_SHARED:-$root/../shared}/bench/peers/make_data.py
if [ -z "${CLICKMILL:-}" ]; then
    cargo build --release --quiet --manifest-path "$root/Cargo.toml"
    CLICKMILL=${CARGO_TARGET_DIR:-$root/target}/release/clickmill
fi
CLICKMILL=$(realpath "$CLICKMILL")
[ ! -f "$maker" ] || maker=$(realpath "$maker")
if [ -z "${BENCH_DIR:-}" ]; then
    BENCH_DIR=$(mktemp -d)
    trap 'rm -rf "$BENCH_DIR"' EXIT
fi
mkdir -p "$BENCH_DIR"
cd "$BENCH_DIR"

python3 - "$CLICKMILL" "$maker" "$limit" "$@" <<'PYTHON'
import os, pathlib, re, shutil, subprocess, sys, tempfile, time

clickmill, maker, limit, sizes = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3], sys.argv[4:]


def run(*command):
    """What the command said, its seconds, CPU seconds and peak in MiB."""
    with tempfile.TemporaryFile("w+") as output:
        start = time.monotonic()
        process = subprocess.Popen([str(part) for part in command], stdout=output, stderr=output)
        _, status, used = os.wait4(process.pid, 0)
        seconds = time.monotonic() - start
        output.seek(0)
        said = output.read()
        if status != 0:
            sys.exit(f"{command} failed:\n{said}")
    peak = used.ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 2**20
    return said, seconds, used.ru_utime + used.ru_stime, peak


print(f"{'events':>12}{'ingest s':>10}{'MiB':>7}{'transform s':>13}{'CPU s':>8}{'MiB':>7}{'s per million':>15}")
for size in sizes:
    events, data = int(float(size) * 1e6), pathlib.Path(f"data-{size}")
    shutil.rmtree(data, ignore_errors=True)
    if maker.is_file():
        log = pathlib.Path(f"log-{size}")
        if not log.is_dir():
            run(sys.executable, maker, events, log)
        source = ["--source", "tracker", "--input", log]
    else:
        # A made session has 8.3 events on average.
        run(clickmill, "generate", "--sessions", events * 10 // 83, "--format", "parquet", "--data-dir", data)
        source = []
    said, ingest, _, ingest_peak = run(clickmill, "ingest", "--data-dir", data, *source)
    rows = int(re.search(r"bronze\.events +([\d,]+) rows", said)[1].replace(",", ""))
    _, transform, cpu, peak = run(
        clickmill, "transform", "--full-refresh", "--memory-limit", limit, "--data-dir", data
    )
    shutil.rmtree(data)
    print(
        f"{rows:>12,}{ingest:>10.2f}{ingest_peak:>7.0f}{transform:>13.2f}{cpu:>8.1f}{peak:>7.0f}"
        f"{(ingest + transform) / rows * 1e6:>15.2f}",
        flush=True,
    )
PYTHON
