#!/bin/sh
# Makes docs/questions.md anew: the questions, with the first rows of their answers for a small made shop.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
clickmill() {
    cargo run --quiet --release --bin clickmill --manifest-path "$root/Cargo.toml" -- "$@"
}
clickmill run --until transform --sessions 2000 >/dev/null
clickmill ask --markdown >questions.md
cp questions.md "$root/docs/questions.md"
