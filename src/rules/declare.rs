//! The macro by which a rule is declared: its doc comment is both rustdoc and the rule's page.

/// Declares `RULE`: page, facts, check, sentence and help.
///
/// `Error`, `Warning` and the like are the default severity; `ByPhase` is note before the
/// migration, warning during and error after it. A rule without `needs` is judged whatever is missing.
macro_rules! declare_rule {
    (@default ByPhase) => { $crate::model::rule::DefaultSeverity::BY_PHASE };
    (@default $severity:ident) => {
        $crate::model::rule::DefaultSeverity::Always($crate::model::Severity::$severity)
    };
    (
        $(#[doc = $doc:literal])+
        $code:literal, $name:literal, $family:ident, $default:ident, since $since:literal
            $(, needs $($need:ident)+)?;
        $check:expr, $sentence:ident, $help:ident
    ) => {
        $(#[doc = $doc])+
        pub static RULE: $crate::rules::Rule = $crate::rules::Rule {
            meta: $crate::model::RuleMeta {
                code: $code,
                name: $name,
                family: $crate::model::Family::$family,
                default: $crate::rules::declare::declare_rule!(@default $default),
                needs: $crate::model::Needs::NOTHING$($(.and($crate::model::Needs::$need))+)?,
                since: $since,
                doc: concat!($($doc, "\n"),+),
            },
            check: $check,
            sentence: $sentence,
            help: $help,
        };
    };
}

pub(super) use declare_rule;
