//! Copies a table of gold into a bare table, for `bench/load.sh`:
//!
//!     load DATA_DIR URL TABLE INTO
//!
//! prints the seconds it took. Without arguments, as `cargo bench` calls it, there is nothing to do.

use std::time::Instant;

use clickmill::engine::{LocalEngine, Options};
use clickmill::lake::Lake;
use clickmill::load::{DatabaseUrl, Server, copy_table};

fn main() -> clickmill::Result<()> {
    let arguments: Vec<_> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let [data_dir, url, table, into] = arguments.as_slice() else { return Ok(()) };
    let engine = LocalEngine::open(&Lake::new(data_dir), &Options::default())?;
    let server = Server::given(DatabaseUrl::new(url.as_str()));
    let started = Instant::now();
    let rows = copy_table(&engine, &server, table, into)?;
    println!("{:.3} {rows}", started.elapsed().as_secs_f64());
    Ok(())
}
