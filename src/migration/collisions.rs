//! Moves whose new key is contested (M403) or already taken, found in one pass over sorted moves and objects.

use std::cmp::Ordering;

/// One move.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Move {
    /// Where the object goes.
    pub new_key: String,
    /// Where it is.
    pub old_key: String,
    /// Its size in bytes, if the inventory tells.
    pub size: Option<u64>,
    /// Its ETag as the inventory has it, without quotes, if it tells.
    pub etag: Option<String>,
}

/// An object that is there already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Present {
    /// Its key.
    pub key: String,
    /// Its size in bytes, if the inventory tells.
    pub size: Option<u64>,
    /// Its ETag, without quotes, if the inventory tells.
    pub etag: Option<String>,
}

/// What stands at the new key of a move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// Nothing: the move is to be made.
    Free,
    /// The same content, by ETag and size: the move was made before.
    Done,
    /// Another content: sizes differ, or both ETags are MD5s and differ.
    Different,
    /// Something of which the inventories do not tell whether it is the same.
    Unclear,
    /// Other moves go there too.
    Contested,
}

/// Whether an ETag is the MD5 of the object, as far as its form tells: 32 hexadecimal digits and no count of parts.
/// Under SSE-KMS the form is the same and means nothing.
pub fn has_md5_form(etag: &str) -> bool {
    etag.len() == 32 && etag.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Tells what stands at the new key of each move, calling `each` in the order of the moves.
///
/// Both are sorted by the bytes of `new_key` and `key`, and one object at a time is held of each, but for the moves to
/// one key. `kms` says of a pair whether either object may be encrypted by SSE-KMS, so that their ETags prove no difference.
///
/// # Errors
///
/// The first key that comes out of order.
pub fn judge_targets(
    moves: impl IntoIterator<Item = Move>,
    present: impl IntoIterator<Item = Present>,
    mut kms: impl FnMut(&Move, &Present) -> bool,
    mut each: impl FnMut(&Move, Target),
) -> Result<(), String> {
    let (mut moves, mut present) = (moves.into_iter().peekable(), present.into_iter().peekable());
    let mut group: Vec<Move> = Vec::new();
    while let Some(first) = moves.next() {
        if group.last().is_some_and(|last| last.new_key > first.new_key) {
            return Err(first.new_key);
        }
        group.clear();
        group.push(first);
        while let Some(next) = moves.next_if(|next| next.new_key == group[0].new_key) {
            group.push(next);
        }
        let mut there = None;
        while let Some(object) = present.next_if(|object| object.key <= group[0].new_key) {
            if present.peek().is_some_and(|next| next.key < object.key) {
                return Err(object.key);
            }
            if object.key.cmp(&group[0].new_key) == Ordering::Equal {
                there = Some(object);
            }
        }
        for planned in &group {
            let target = match &there {
                _ if group.len() > 1 => Target::Contested,
                None => Target::Free,
                Some(object) => compare(planned, object, kms(planned, object)),
            };
            each(planned, target);
        }
    }
    Ok(())
}

fn compare(planned: &Move, object: &Present, kms: bool) -> Target {
    match (planned.size, object.size) {
        (Some(old), Some(new)) if old != new => return Target::Different,
        (Some(_), Some(_)) => {}
        _ => return Target::Unclear,
    }
    match (&planned.etag, &object.etag) {
        (Some(old), Some(new)) if old == new => Target::Done,
        (Some(old), Some(new)) if !kms && has_md5_form(old) && has_md5_form(new) => Target::Different,
        _ => Target::Unclear,
    }
}
