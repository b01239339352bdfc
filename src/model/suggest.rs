//! "Did you mean": the nearest of a list of names.

/// The candidate with the least edit distance to `name`, if it is near enough to be a slip; ties go
/// to the first.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = (name.chars().count() / 3).clamp(1, 3);
    let folded = name.to_lowercase().replace('_', "-");
    candidates
        .into_iter()
        .map(|candidate| (strsim::osa_distance(&folded, &candidate.to_lowercase().replace('_', "-")), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Whether two names differ by at most `limit` insertions, deletions, swaps or replacements.
pub fn within(left: &str, right: &str, limit: usize) -> bool {
    distance(left, right, limit).is_some()
}

/// By how many insertions, deletions, swaps and replacements two names differ, if by at most `limit`.
pub fn distance(left: &str, right: &str, limit: usize) -> Option<usize> {
    if is_further(left, right, limit) {
        return None;
    }
    Some(strsim::osa_distance(left, right)).filter(|&distance| distance <= limit)
}

/// Whether a look at lengths and letters shows that two names differ by more than `limit`.
fn is_further(left: &str, right: &str, limit: usize) -> bool {
    let lengths = left.len().abs_diff(right.len());
    if !left.is_ascii() || !right.is_ascii() {
        return lengths > limit * 4;
    }
    // Which letters there are; some share a bit, which hides a difference and invents none.
    let letters = |name: &str| name.bytes().fold(0_u64, |letters, byte| letters | 1 << (byte & 63));
    // A replacement takes one letter away and brings another.
    lengths > limit || (letters(left) ^ letters(right)).count_ones() as usize > limit * 2
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{distance, nearest};

    proptest! {
        #[test]
        fn what_is_found_far_at_a_glance_is_far(left in "[a-dA-Dü]{0,6}", right in "[a-dA-Dü]{0,6}", limit in 0usize..4) {
            let exact = strsim::osa_distance(&left, &right);
            prop_assert_eq!(distance(&left, &right, limit), (exact <= limit).then_some(exact));
        }
    }

    #[test]
    fn a_slip_is_recognised_and_a_stranger_is_not() {
        assert_eq!(nearest("aera", ["area", "table"]), Some("area"));
        assert_eq!(nearest("expected-unreferenced", ["expected_unreferenced"]), Some("expected_unreferenced"));
        assert_eq!(nearest("colour", ["area", "table"]), None);
    }
}
