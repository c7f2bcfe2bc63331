//! The program beside others that do the same. `tests/real/peers/install` brings them, from the Python Package Index.

mod spf;

use std::path::PathBuf;

/// Where they are.
fn directory() -> PathBuf {
    match std::env::var_os("EHLO_PEERS") {
        Some(dir) => dir.into(),
        None => panic!("EHLO_PEERS names no directory: run tests/real/run, which installs what this compares with"),
    }
}
