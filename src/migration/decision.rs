//! What a plan does with one key.

use crate::layout::{BucketLayout, Captures, KeyMatch, LegacyTarget};

/// What a plan does with a key of an older generation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// It is copied to this key of the same bucket.
    Move(String),
    /// It stays, because.
    Keep(String),
    /// It is given up, because; the layout says so.
    Retire(String),
    /// No new key can be made, because: M404.
    Unmapped(String),
}

/// What a plan does with a key; `None` for one that is in place, out of scope, or declared nowhere.
///
/// `fill` is asked for placeholders that the key lacks, by name: what records or a mapping say of this object. Where it
/// knows no value, or more than one, it gives none. `captures` is overwritten.
pub fn decide(
    bucket: &BucketLayout,
    key: &str,
    captures: &mut Captures,
    fill: &mut dyn FnMut(&str) -> Option<String>,
) -> Option<Decision> {
    let KeyMatch::Legacy(placed) = bucket.identify(key.as_bytes(), captures) else { return None };
    Some(match bucket.legacy_target(key, &placed, captures, None, fill) {
        LegacyTarget::Moves(new_key) if new_key == key => Decision::Keep("its new key is the one it has".to_owned()),
        LegacyTarget::Moves(new_key) => Decision::Move(new_key),
        LegacyTarget::Keeps(why) => Decision::Keep(why),
        LegacyTarget::Retires(why) => Decision::Retire(why),
        LegacyTarget::Unnamed { missing, keep } => {
            let why = format!("nothing names its {}", missing.join(", "));
            if keep { Decision::Keep(why) } else { Decision::Unmapped(why) }
        }
        LegacyTarget::Unfit(why) => Decision::Unmapped(why),
    })
}
