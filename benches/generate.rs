//! Events a second on one core: a block of users planned, and its day made.
#![allow(missing_docs, clippy::expect_used)]

mod shop;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};

fn generate(criterion: &mut Criterion) {
    let plan = shop::plan();
    let mut group = criterion.benchmark_group("generate");
    group.throughput(Throughput::Elements(shop::events(&plan).len() as u64)).sample_size(20);
    // The plan keeps nothing of its shards, so each time everything is made anew.
    group.bench_function("shard", |bencher| bencher.iter(|| shop::events(&plan)));
    group.finish();
}

criterion_group!(benches, generate);
criterion_main!(benches);
