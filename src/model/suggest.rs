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
    left.len().abs_diff(right.len()) <= limit * 4 && strsim::osa_distance(left, right) <= limit
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_slip_is_recognised_and_a_stranger_is_not() {
        assert_eq!(nearest("aera", ["area", "table"]), Some("area"));
        assert_eq!(nearest("expected-unreferenced", ["expected_unreferenced"]), Some("expected_unreferenced"));
        assert_eq!(nearest("colour", ["area", "table"]), None);
    }
}
