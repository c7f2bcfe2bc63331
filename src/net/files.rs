//! Reading a file that the user names, with a limit.

use std::io;
use std::path::Path;

use tokio::io::AsyncReadExt as _;

use super::trouble::words;

/// Reads a regular file of at most `limit` octets.
///
/// # Errors
/// The text names the file, what is wrong with it, and what to do.
pub(crate) async fn read(path: &Path, limit: u64) -> Result<Vec<u8>, String> {
    let name = path.display();
    let failed = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => format!("{name}: there is no such file; check the name"),
        io::ErrorKind::PermissionDenied => format!("{name}: it may not be read; check its permissions"),
        _ => format!("{name}: cannot be read: {}", words(&error)),
    };
    let too_long =
        |length: String| format!("{name}: it has {length} octets, at most {limit} are read; take a smaller file");
    // Asked before it is opened: opening a FIFO waits for a writer that may never come.
    let meta = tokio::fs::metadata(path).await.map_err(failed)?;
    if meta.is_dir() {
        return Err(format!("{name}: it is a directory; name a file in it"));
    }
    if !meta.is_file() {
        return Err(format!("{name}: it is not a regular file; copy its content into one first"));
    }
    if meta.len() > limit {
        return Err(too_long(meta.len().to_string()));
    }
    let mut content = Vec::with_capacity(usize::try_from(meta.len()).unwrap_or(0));
    let file = tokio::fs::File::open(path).await.map_err(failed)?;
    // One octet more than allowed shows that the file grew, or that the system did not know its length (/proc).
    file.take(limit.saturating_add(1)).read_to_end(&mut content).await.map_err(failed)?;
    if content.len() as u64 > limit {
        return Err(too_long(format!("more than {limit}")));
    }
    Ok(content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    #[expect(clippy::disallowed_methods, reason = "the test writes what is read")]
    async fn files_right_and_wrong() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("message.eml");
        std::fs::write(&path, b"Subject: x\r\n\r\n\0\xff").unwrap();
        assert_eq!(read(&path, 16).await.unwrap(), b"Subject: x\r\n\r\n\0\xff");
        for (path, limit, part) in [
            (path.as_path(), 15, "at most 15 are read"),
            (dir.path(), 99, "it is a directory"),
            (&dir.path().join("absent"), 99, "no such file"),
            (Path::new("/dev/null"), 99, "not a regular file"),
        ] {
            let error = read(path, limit).await.unwrap_err();
            assert!(error.contains(part), "{error}");
        }
    }
}
