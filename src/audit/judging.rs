//! What rules say of one row: the triggers of its place, and the context they are shown.

use crate::audit::columns::Row;
use crate::audit::objects::{ObjectPass, Place};
use crate::audit::sink::Concern;
use crate::layout::spec::AreaSpec;
use crate::layout::{KeyMatch, LegacyTarget, Miss, MissKind, Placed};
use crate::model::Severity;
use crate::references::index::seen;
use crate::rules::context::{LegacyContext, MissContext, ObjectContext, Trigger};

/// What rules found in one row.
#[derive(Debug)]
pub(super) struct Judged {
    /// The worst severity that makes it violating.
    pub(super) worst: Severity,
    /// Findings, excused ones among them.
    pub(super) findings: u64,
    /// Whether an exception hides a finding that would make it violating.
    pub(super) excepted: bool,
    /// Those of them that have a limit, with the severity of what they hide.
    pub(super) limited: Vec<(u16, Severity)>,
}

impl Default for Judged {
    fn default() -> Self {
        Self { worst: Severity::Ignore, findings: 0, excepted: false, limited: Vec::new() }
    }
}

impl<'s> ObjectPass<'s> {
    pub(super) fn layout_trigger(&mut self, row: &Row<'_>, place: &Place<'_>, miss: &mut Option<Miss>) -> Trigger {
        match place.key_match {
            KeyMatch::Area(_) if row.size == Some(0) => Trigger::EMPTY,
            KeyMatch::Area(_) | KeyMatch::OutOfScope => Trigger::default(),
            KeyMatch::Legacy(_) => Trigger::LEGACY,
            KeyMatch::Unmatched => {
                let found = self.layout.explain(&String::from_utf8_lossy(row.key));
                let trigger = match found.kind {
                    MissKind::Undeclared => Trigger::UNDECLARED,
                    MissKind::Malformed => Trigger::MALFORMED,
                    MissKind::Missing => Trigger::MISSING,
                    MissKind::Misplaced => Trigger::MISPLACED,
                };
                if let Some(area) = found.area {
                    let near = self.shared.area_index(self.bucket, area as u16);
                    self.partial.areas[near].near_misses += 1;
                }
                *miss = Some(found);
                trigger
            }
        }
    }

    /// Calls the rules that the row triggers.
    pub(super) fn judge(
        &mut self,
        row: &Row<'_>,
        place: &Place<'s>,
        trigger: Trigger,
        empty_segment: Option<u32>,
        miss: Option<&Miss>,
        named: Option<u32>,
    ) -> Judged {
        let shared = self.shared;
        let key = std::str::from_utf8(row.key).unwrap_or_default();
        let target;
        let legacy = match (place.key_match, place.area) {
            (KeyMatch::Legacy(placed), Some((_, area))) => {
                target = self.legacy_target(key, &placed, named);
                Some(self.legacy_context(key, &placed, area, &target))
            }
            _ => None,
        };
        let context = ObjectContext {
            bucket: self.layout.name(),
            key,
            version: row.version(),
            size: row.size,
            modified: row.modified,
            area: place.area.map(|(_, area)| area),
            legacy,
            miss: miss.map(|miss| MissContext {
                area: miss.area.map(|area| shared.layout.spec().areas[area].name.as_str()),
                segment: miss.segment,
                expected: miss.expected.as_deref(),
                suggestion: miss.suggestion.as_deref(),
            }),
            empty_segment,
            folder: place.folder.map(|folder| self.partial.folders.name(folder)),
            cut_over: shared.cut_over,
        };
        let area = place.area.map(|(number, _)| usize::from(number));
        let concern = Concern { objects: 1, bytes: row.size.unwrap_or(0) };
        let mut judged = Judged::default();
        for rule in shared.object_rules.iter().filter(|rule| rule.trigger.meets(trigger)) {
            let severity = shared.severity(rule.rule, area);
            if severity == Severity::Ignore {
                continue;
            }
            let mut sink = self.emitter.rule(rule.rule, severity, concern);
            (rule.check)(&context, &mut sink);
            judged.findings += u64::from(sink.reported);
            if rule.violates {
                judged.excepted |= sink.excepted > 0;
                judged.limited.extend(sink.limited.map(|exception| (exception as u16, severity)));
                if sink.reported > sink.excepted {
                    judged.worst = judged.worst.max(severity);
                }
            }
        }
        judged
    }

    /// Where a legacy object moves: as the records say that name it, else as its key says. The new key may be one
    /// that a record names and nothing satisfies.
    fn legacy_target(&mut self, key: &str, placed: &Placed, named: Option<u32>) -> LegacyTarget {
        if let Some([new]) = named.map(|number| self.index.moves(number)) {
            return LegacyTarget::Moves(self.index.key_text(*new).to_owned());
        }
        // The captures are this row's: only areas reuse an earlier answer.
        let target = self.layout.legacy_target(key, placed, &self.captures, None, &mut |_| None);
        if let LegacyTarget::Moves(new) = &target {
            let index = self.index;
            let found = index.find(new.as_bytes(), |_| {});
            if let Some(number) = found.filter(|&number| index.seen(number) & seen::LIVE == 0) {
                self.partial.add_near(self.bucket, number, key);
            }
        }
        target
    }

    fn legacy_context<'k>(
        &self,
        key: &'k str,
        placed: &Placed,
        area: &'k AreaSpec,
        target: &'k LegacyTarget,
    ) -> LegacyContext<'k>
    where
        's: 'k,
    {
        let (fate, new) = match target {
            LegacyTarget::Moves(new) => ("move", Some(new.as_str())),
            LegacyTarget::Keeps(_) | LegacyTarget::Unnamed { keep: true, .. } => ("keep", None),
            LegacyTarget::Retires(_) => ("retire", None),
            LegacyTarget::Unnamed { .. } | LegacyTarget::Unfit(_) => ("unnamed", None),
        };
        let declared = placed.legacy.and_then(|legacy| area.legacy.get(usize::from(legacy)));
        let stays = declared.is_some_and(|legacy| legacy.keep_source.is_some());
        let generation = declared.map_or("", |legacy| legacy.name.as_str());
        let writer = self.layout.writer(placed, &self.captures, key);
        LegacyContext { generation, target: new, fate: if stays { "keep" } else { fate }, writer }
    }
}
