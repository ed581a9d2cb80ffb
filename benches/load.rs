//! Copies a fact of gold into bare tables, one for each day, for `bench/load.sh`:
//!
//!     load DATA_DIR URL FACT
//!
//! prints the seconds it took and the rows. Without arguments, as `cargo bench` calls it, there is nothing to do.

use clickmill::engine::{LocalEngine, Options};
use clickmill::lake::Lake;
use clickmill::load::{DatabaseUrl, Server, copy_bare};

fn main() -> clickmill::Result<()> {
    let arguments: Vec<_> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let [data_dir, url, fact] = arguments.as_slice() else { return Ok(()) };
    let engine = LocalEngine::open(&Lake::new(data_dir), &Options::default())?;
    let server = Server::given(DatabaseUrl::new(url.as_str()));
    let (rows, taken) = copy_bare(&engine, &server, fact)?;
    println!("{:.3} {rows}", taken.as_secs_f64());
    Ok(())
}
