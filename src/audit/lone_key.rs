//! What the rules of any key say of one that nobody listed: a key that is asked about, or is to be written.

use crate::audit::features;
use crate::audit::settings::Shared;
use crate::layout::spec::Standing;
use crate::layout::{BucketLayout, Captures, KeyMatch, Layout};
use crate::model::{Family, Finding, Millis, Phase, Severity};
use crate::rules::context::{FindingSink, LegacyContext, ObjectContext};
use crate::rules::{Exceptions, RULES, Selection, SelectionError, Severities};

/// The findings of K-rules that an audit at this time would report about a key; none where an exception hides it.
///
/// # Errors
///
/// [`SelectionError`], never for a configuration that was read.
pub fn key_findings(
    layout: &Layout,
    bucket: &BucketLayout,
    key: &str,
    now: Millis,
) -> Result<Vec<Finding<'static>>, SelectionError> {
    let spec = layout.spec();
    let found = bucket.identify(key.as_bytes(), &mut Captures::new());
    let placed = match &found {
        KeyMatch::Area(placed) | KeyMatch::Legacy(placed) => Some(placed),
        KeyMatch::OutOfScope | KeyMatch::Unmatched => None,
    };
    let area = placed.map(|placed| usize::from(placed.area));
    let (is_legacy, is_right) = (matches!(found, KeyMatch::Legacy(_)), matches!(found, KeyMatch::Area(_)));
    let is_asked = !is_right || area.is_some_and(|area| spec.areas[area].standing == Standing::Wanted);
    // What ends in `/` and is of no size is the marker of a folder.
    if !is_asked || matches!(found, KeyMatch::OutOfScope) || key.ends_with('/') {
        return Ok(Vec::new());
    }
    let spelled = |segment| is_legacy && placed.is_some_and(|placed| bucket.is_literal_segment(key, placed, segment));
    let (trigger, empty_segment) = features::triggers(key, spelled);
    let legacy = LegacyContext { generation: "", target: None, fate: "move", writer: None };
    let context = ObjectContext {
        bucket: bucket.name(),
        key,
        version: None,
        size: None,
        modified: None,
        area: area.map(|area| &spec.areas[area]),
        legacy: is_legacy.then_some(legacy),
        miss: None,
        empty_segment,
        folder: None,
        cut_over: None,
    };
    let severities = Severities::new(spec, spec.migration.phase.unwrap_or(Phase::After), &Selection::default())?;
    let exceptions = Exceptions::new(layout, now);
    let mut found = Reported(Vec::new());
    let asked = Shared::object_rules();
    for rule in asked.iter().filter(|asked| RULES[asked.rule].meta.family == Family::Key) {
        let severity = area.map_or_else(|| severities.base(rule.rule), |area| severities.area(rule.rule, area));
        let known = found.0.len();
        if severity != Severity::Ignore && rule.trigger.meets(trigger) {
            (rule.check)(&context, &mut found);
        }
        found.0[known..].iter_mut().for_each(|finding| finding.severity = severity);
        let hidden = found.0[known..].iter().any(|finding| exceptions.hiding(rule.rule, finding).is_some());
        if hidden {
            found.0.truncate(known);
        }
    }
    Ok(found.0)
}

/// What was reported, in the rules' order.
struct Reported(Vec<Finding<'static>>);

impl FindingSink for Reported {
    fn report(&mut self, finding: Finding<'_>) {
        self.0.push(finding.into_owned());
    }
}
