//! Files that are derived: written, or held against what is there with a diff as the answer.

use std::fs;
use std::io::Write;
use std::path::Path;

use similar::TextDiff;

use crate::cli::Failure;
use crate::cli::console::Console;
use crate::cli::staged::StagedFile;

/// How a file that is there is read.
pub(super) fn read_text(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|error| {
        Failure::usage(
            format!("`{}` cannot be read: {error}", path.display()),
            "name a file that is there and holds text",
        )
    })
}

/// Prints what differs between a file and what it should be; says whether anything does.
pub(super) fn show(path: &Path, is: &str, should: &str, console: &Console) -> Result<bool, Failure> {
    if is == should {
        return Ok(false);
    }
    let name = path.display().to_string();
    let diff = TextDiff::from_lines(is, should);
    console.print(&diff.unified_diff().context_radius(3).header(&name, &format!("{name} (derived)")).to_string())?;
    Ok(true)
}

/// Holds a file against what it should be: 0 if it is that, 1 with a diff if not. A file that is not there differs.
pub(super) fn check(path: &Path, should: &str, console: &Console) -> Result<u8, Failure> {
    let is = if path.exists() { read_text(path)? } else { String::new() };
    Ok(u8::from(show(path, &is, should, console)?))
}

/// Writes derived files, or only holds them against what is there; gives the exit code. `derived` is what a message calls
/// them, as `what is committed`.
pub(super) fn settle(
    files: &[(&Path, String)],
    only_check: bool,
    derived: &str,
    console: &Console,
) -> Result<u8, Failure> {
    let mut code = 0;
    for (path, text) in files {
        if only_check {
            code = code.max(check(path, text, console)?);
        } else {
            write(path, text)?;
            console.say(&format!("wrote {}", path.display()));
        }
    }
    if code == 1 {
        console.say(&format!("{derived} is not what the layout says: run the same command without --check"));
    }
    Ok(code)
}

/// Writes a file whole or not at all.
pub(super) fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let mut file = StagedFile::create(path)?;
    let mut out = file.writer()?;
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(|error| Failure::write_file(path, error))?;
    drop(out);
    file.commit()
}
