//! What keeps a finding from counting while an audit runs: exceptions and the baseline.

use crate::audit::settings::AuditRequest;
use crate::model::Finding;
use crate::results::baseline::{KnownFindings, may_know};
use crate::rules::{Exceptions, RULES};

/// Exceptions and baseline, as every thread asks them.
#[derive(Debug)]
pub(super) struct Excuses<'a> {
    pub(super) exceptions: Exceptions<'a>,
    pub(super) known: Option<&'a KnownFindings>,
    /// By rule: whether any finding of it could be excused.
    concerned: Vec<bool>,
}

/// What keeps one finding from counting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Excuse {
    /// An exception, by its position in the configuration.
    Exception {
        number: usize,
        /// Whether it has a limit, so that it may turn out to hide nothing.
        limited: bool,
    },
    /// The baseline.
    Known,
}

impl<'a> Excuses<'a> {
    pub(super) fn new(request: &'a AuditRequest<'a>) -> Self {
        let exceptions = Exceptions::new(request.layout, request.now);
        let known = request.baseline;
        let concerned = RULES.iter().enumerate().map(|(rule, registered)| {
            let code = registered.meta.code;
            let is_known = known.is_some_and(|known| known.rules().contains_key(code));
            may_know(code) && (exceptions.concerns(rule) || is_known)
        });
        let concerned = concerned.collect();
        Self { exceptions, known, concerned }
    }

    /// What excuses a finding of the rule: an exception without a limit, else the baseline, else an exception with one.
    pub(super) fn of(&self, rule: usize, finding: &Finding<'_>, buffer: &mut Vec<u8>) -> Option<Excuse> {
        if !self.concerned[rule] {
            return None;
        }
        let hiding = self
            .exceptions
            .hiding(rule, finding)
            .map(|number| Excuse::Exception { number, limited: self.exceptions.limit(number).is_some() });
        // The baseline is asked also where an exception hides the finding: its entry occurs.
        let known = self.known.is_some_and(|known| known.mark(finding, buffer)).then_some(Excuse::Known);
        match (hiding, known) {
            (Some(Excuse::Exception { limited: true, .. }), Some(known)) => Some(known),
            (hiding, known) => hiding.or(known),
        }
    }
}
