//! Bytes a second on one core: a shard's events as CSV.
#![allow(missing_docs, clippy::expect_used)]

mod shop;

use clickmill::emit::{Format, encode};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

fn csv(criterion: &mut Criterion) {
    let plan = shop::plan();
    let events = shop::events(&plan);
    let size = |format, bytes: &mut Vec<u8>| {
        bytes.clear();
        encode(&plan, &events, format, bytes).expect("memory takes all bytes");
        bytes.len() as u64
    };
    let mut bytes = Vec::new();
    let mut group = criterion.benchmark_group("encode");
    group.throughput(Throughput::Bytes(size(Format::Csv, &mut bytes))).sample_size(20);
    group.bench_function("csv", |bencher| bencher.iter(|| size(Format::Csv, &mut bytes)));
    group.finish();
}

criterion_group!(benches, csv);
criterion_main!(benches);
