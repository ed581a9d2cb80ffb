@echo off
rem The whole demo on Windows: build if needed, then "clickmill run %*".
rem PostgreSQL: set DATABASE_URL, or install the server; without either, all but loading is done.
setlocal
where cargo >nul 2>nul || (
    echo cargo is missing; install Rust from https://rustup.rs and run this again 1>&2
    exit /b 1
)
cargo build --release --bin clickmill --manifest-path "%~dp0Cargo.toml" || exit /b 1
cargo run --quiet --release --bin clickmill --manifest-path "%~dp0Cargo.toml" -- run %*
exit /b %ERRORLEVEL%
