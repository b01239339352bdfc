//! The registry of all rules, and finding one of them by code or name.

use std::sync::LazyLock;

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use crate::layout::config::KnownRule;
use crate::model::suggest::nearest;
use crate::model::{Family, Finding, RuleMeta, UserError};
use crate::rules::wording::quoted;
use crate::rules::{Rule, configuration, key, layout, migration, reference, source, workflow};

/// Every rule, by family and then by code. A withdrawn rule would keep its line: codes are never reused.
pub static RULES: &[&Rule] = &[
    &source::checksum_mismatch::RULE,
    &source::missing_part::RULE,
    &source::unreadable_part::RULE,
    &source::count_mismatch::RULE,
    &source::rejected_row::RULE,
    &source::stale_source::RULE,
    &source::skewed_sources::RULE,
    &source::absent_column::RULE,
    &source::partial_export::RULE,
    &source::duplicate_listing::RULE,
    &source::implausible_mapping::RULE,
    &source::absent_source::RULE,
    &source::unverified_manifest::RULE,
    &key::empty_segment::RULE,
    &key::relative_segment::RULE,
    &key::unsafe_character::RULE,
    &key::case_collision::RULE,
    &key::denormalised_key::RULE,
    &layout::undeclared_key::RULE,
    &layout::legacy_key::RULE,
    &layout::malformed_segment::RULE,
    &layout::missing_segment::RULE,
    &layout::misplaced_area::RULE,
    &layout::plural_folder::RULE,
    &layout::missing_companion::RULE,
    &layout::empty_object::RULE,
    &layout::late_legacy_key::RULE,
    &reference::dangling_reference::RULE,
    &reference::orphan_object::RULE,
    &reference::legacy_reference::RULE,
    &reference::malformed_reference::RULE,
    &reference::outside_reference::RULE,
    &reference::deleted_target::RULE,
    &reference::archived_target::RULE,
    &reference::misplaced_reference::RULE,
    &reference::mismatched_name::RULE,
    &reference::shared_target::RULE,
    &reference::absent_reference::RULE,
    &reference::undeclared_reference::RULE,
    &reference::over_broad_prefix::RULE,
    &workflow::broken_workflow::RULE,
    &migration::lost_object::RULE,
    &migration::altered_object::RULE,
    &migration::colliding_target::RULE,
    &migration::unmapped_key::RULE,
    &migration::lingering_source::RULE,
    &migration::unplanned_object::RULE,
    &migration::unmigrated_reference::RULE,
    &migration::broken_legacy_reference::RULE,
    &migration::irreversible_move::RULE,
    &configuration::expired_exception::RULE,
    &configuration::unused_exception::RULE,
    &configuration::stale_baseline::RULE,
    &configuration::implausible_time::RULE,
];

/// A text that names no rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} names no rule", quoted(.selector.as_str()))]
pub struct UnknownRule {
    /// As given.
    pub selector: String,
    /// The code or name that is nearest, if one is near.
    pub near: Option<&'static str>,
}

impl UserError for UnknownRule {
    fn place(&self) -> Option<String> {
        None
    }

    fn help(&self) -> Option<String> {
        Some(match self.near {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`stocktake rules` lists them all".to_owned(),
        })
    }
}

/// The rule with this code or name.
pub fn find(selector: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| rule.meta.code == selector || rule.meta.name == selector)
}

/// The rule with this code or name.
///
/// # Errors
///
/// [`UnknownRule`] with the nearest code or name.
pub fn find_or_suggest(selector: &str) -> Result<&'static Rule, UnknownRule> {
    find(selector).ok_or_else(|| UnknownRule { selector: selector.to_owned(), near: nearest_selector(selector) })
}

/// The code or name that is nearest to a text.
pub(super) fn nearest_selector(selector: &str) -> Option<&'static str> {
    nearest(selector, RULES.iter().flat_map(|rule| [rule.meta.code, rule.meta.name]))
}

/// Where each code's rule stands in [`RULES`]: it is asked for every finding that is told.
static BY_CODE: LazyLock<HashMap<&str, usize, FixedState>> =
    LazyLock::new(|| RULES.iter().enumerate().map(|(index, rule)| (rule.meta.code, index)).collect());

/// The position in [`RULES`] of the rule with this code.
pub fn index_of(code: &str) -> Option<usize> {
    BY_CODE.get(code).copied()
}

/// The rule with this code.
fn of_code(code: &str) -> Option<&'static Rule> {
    index_of(code).map(|index| RULES[index])
}

/// Every rule, as the reader of configurations needs it. The S-rules are always on.
pub fn known_rules() -> Vec<KnownRule> {
    let known = |rule: &&'static Rule| {
        let RuleMeta { code, name, family, .. } = rule.meta;
        KnownRule { code, name, family, settable: family != Family::Source }
    };
    RULES.iter().map(known).collect()
}

/// What a finding says, without its place. A finding of a rule that this version does not know says so.
pub fn sentence(finding: &Finding<'_>) -> String {
    match of_code(&finding.code) {
        Some(rule) => (rule.sentence)(finding),
        None => format!("breaks rule {}, which this version does not know", quoted(finding.code.as_ref())),
    }
}

/// How to mend what a finding says.
pub fn help(finding: &Finding<'_>) -> Option<String> {
    (of_code(&finding.code)?.help)(finding)
}
