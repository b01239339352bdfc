//! What every finding of a kind carries: who it is about, before the rule adds its own facts.

use crate::model::finding::Text;
use crate::model::key::segments;
use crate::model::{Finding, RuleMeta, Severity, SourceDefect, Subject};
use crate::rules::context::{
    AbsenceContext, FindingSink, FolderContext, ObjectContext, SharedContext, TimeContext, WorkflowContext,
};

impl<'a> FolderContext<'a> {
    /// A finding of `rule` about this folder: its bytes, its newest time, and as `count` its objects.
    pub fn finding(&self, rule: &'static RuleMeta) -> Finding<'a> {
        let mut finding = Finding::new(rule.code, Severity::Ignore, Subject::Folder);
        finding.bucket = Some(Text::Borrowed(self.bucket));
        finding.key = Some(Text::Borrowed(self.folder));
        finding.area = Some(Text::Borrowed(self.area.name.as_str()));
        finding.size = Some(self.bytes);
        finding.modified = self.newest;
        finding.count = Some(self.objects);
        finding
    }
}

impl<'a> AbsenceContext<'a> {
    /// A finding of `rule` about this attribute.
    pub fn finding(&self, rule: &'static RuleMeta) -> Finding<'a> {
        let mut finding = attribute(rule, &self.table.name, self.item, self.path);
        finding.area = self.area.map(|area| Text::Borrowed(area.name.as_str()));
        finding.modified = self.changed_at;
        finding
    }
}

impl<'a> TimeContext<'a> {
    /// A finding of `rule` about this attribute.
    pub fn finding(&self, rule: &'static RuleMeta) -> Finding<'a> {
        let mut finding = attribute(rule, &self.table.name, self.item, self.path);
        finding.value = Some(Text::Borrowed(self.value));
        finding
    }
}

impl<'a> SharedContext<'a> {
    /// A finding of `rule` about the least reference to this object.
    pub fn finding(&self, rule: &'static RuleMeta) -> Finding<'a> {
        let mut finding = attribute(rule, &self.table.name, self.item, self.path);
        finding.bucket = Some(Text::Borrowed(self.bucket));
        finding.key = Some(Text::Borrowed(self.key));
        finding.count = Some(self.items);
        finding
    }
}

impl<'a> WorkflowContext<'a> {
    /// A finding of `rule` about this item's workflow; `path` is the workflow's name.
    pub fn finding(&self, rule: &'static RuleMeta) -> Finding<'a> {
        let mut finding = attribute(rule, &self.table.name, self.item, self.workflow);
        finding.subject = Subject::Workflow;
        finding
    }
}

fn attribute<'a>(rule: &'static RuleMeta, table: &'a str, item: &'a str, path: &'a str) -> Finding<'a> {
    let mut finding = Finding::new(rule.code, Severity::Ignore, Subject::Reference);
    finding.table = Some(Text::Borrowed(table));
    finding.item = Some(Text::Borrowed(item));
    finding.path = Some(Text::Borrowed(path));
    finding
}

/// A finding of `rule` about an input.
pub(super) fn about_file<'a>(rule: &'static RuleMeta, file: &'a str) -> Finding<'a> {
    let mut finding = Finding::new(rule.code, Severity::Ignore, Subject::Source);
    finding.file = Some(Text::Borrowed(file));
    finding
}

/// A finding of `rule` about what a reader met.
pub(super) fn about_defect<'a>(rule: &'static RuleMeta, defect: &'a SourceDefect) -> Finding<'a> {
    let mut finding = about_file(rule, &defect.file);
    finding.row = defect.row;
    finding
}

/// Reports a key in no area with what came nearest to it: the area, the segment that broke, what was
/// expected there, and as `value` what stands there.
pub(super) fn report_miss(rule: &'static RuleMeta, object: &ObjectContext<'_>, findings: &mut dyn FindingSink) {
    let mut finding = object.finding(rule);
    if let Some(miss) = object.miss {
        finding.area = miss.area.map(Text::Borrowed);
        finding.segment = miss.segment;
        finding.value = miss.segment.and_then(|segment| segment_of(object.key, segment)).map(Text::Borrowed);
        finding.expected = miss.expected.map(Text::Borrowed);
        finding.suggestion = miss.suggestion.map(Text::Borrowed);
    }
    findings.report(finding);
}

/// The text of a key's segment, from 0; `None` below its last.
pub(super) fn segment_of(key: &str, segment: u32) -> Option<&str> {
    segments(key).nth(usize::try_from(segment).ok()?)
}
