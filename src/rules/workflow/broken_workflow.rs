//! W501, broken-workflow.

use crate::model::Finding;
use crate::model::finding::Text;
use crate::rules::Check;
use crate::rules::context::{FindingSink, WorkflowContext};
use crate::rules::declare::declare_rule;
use crate::rules::wording::{counted, listed, quoted};

declare_rule! {
    /// ## What it finds
    /// Items whose workflow breaks: the first step whose reference does not lead to its object.
    ///
    /// ## Why it matters
    /// Each step is made from the one before. If a model was deployed and its training artifact is gone, nobody can
    /// build it again or say what it was made from.
    ///
    /// ## Example
    /// With the steps `artifact_s3`, `compilation_jobs[].compiled_model_s3` and
    /// `packaged_components[].component_package_s3`: the package is there, and the compiled model it came from is
    /// dangling. A step is broken when its reference dangles, is deleted or misplaced; or is absent while a later
    /// step has one or `required_when` demands it. Elements of lists pair by the workflow's `on`.
    ///
    /// There is one finding for each item and workflow. Not judged on an incomplete inventory.
    ///
    /// ## How to mend it
    /// Mend the step named first: its own finding says how. Later steps often follow.
    "W501", "broken-workflow", Workflow, Error, since "0.1.0", needs INVENTORY;
    Check::Workflow(check), sentence, help
}

/// `path` is the workflow, `value` the first broken step, `detail` why (`dangling`, `deleted`, `misplaced`,
/// `absent`), `related` the list elements concerned, at most a few, `count` all of them.
fn check(workflow: &WorkflowContext<'_>, findings: &mut dyn FindingSink) {
    let mut finding = workflow.finding(&RULE.meta);
    finding.value = Some(Text::Borrowed(workflow.step));
    finding.detail = Some(Text::Borrowed(workflow.reason));
    finding.related = workflow.elements.iter().map(|element| Text::Borrowed(element.as_str())).collect();
    finding.count = Some(workflow.broken);
    findings.report(finding);
}

fn sentence(finding: &Finding<'_>) -> String {
    let reason = match finding.detail.as_deref() {
        Some("absent") => "holds no reference",
        Some("deleted") => "names a deleted object",
        Some("misplaced") => "names an object elsewhere than it should",
        _ => "names no object",
    };
    let elements = match finding.related.as_slice() {
        [] => String::new(),
        few if finding.count.is_some_and(|count| count > few.len() as u64) => {
            format!(" for {}, {} in all", listed(few.iter().map(AsRef::as_ref)), counted(finding.count, "element"))
        }
        all => format!(" for {}", listed(all.iter().map(AsRef::as_ref))),
    };
    format!("breaks at {}, which {reason}{elements}", quoted(finding.value.as_deref()))
}

fn help(finding: &Finding<'_>) -> Option<String> {
    Some(format!("mend {} first: later steps often follow", quoted(finding.value.as_deref())))
}
