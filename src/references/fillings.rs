//! The values that a declaration takes from a record, after aliases.

use std::ops::Range;

use crate::layout::Layout;
use crate::layout::spec::ReferenceSpec;
use crate::references::attribute::Element;

/// Placeholders and their values, written again and again into the same memory.
#[derive(Debug, Clone, Default)]
pub(super) struct Fillings<'l> {
    list: Vec<Filling<'l>>,
    text: String,
}

#[derive(Debug, Clone)]
struct Filling<'l> {
    placeholder: &'l str,
    value: Range<usize>,
    /// Whether a capture must equal it (`bind`), or it only fills (`fill`).
    binds: bool,
}

impl<'l> Fillings<'l> {
    /// Takes the values that a declaration asks for from the record, in this element.
    pub(super) fn take(&mut self, layout: &Layout, spec: &'l ReferenceSpec, element: &Element<'_>) {
        let Self { list, text } = self;
        list.clear();
        text.clear();
        let both = spec.bind.iter().map(|pair| (pair, true)).chain(spec.fill.iter().map(|pair| (pair, false)));
        for ((placeholder, source), binds) in both {
            let start = text.len();
            if element.value(source, &mut |value| text.push_str(&layout.normalise(placeholder, value))) {
                list.push(Filling { placeholder, value: start..text.len(), binds });
            }
        }
    }

    /// The value that fills a placeholder.
    pub(super) fn get(&self, placeholder: &str) -> Option<&str> {
        self.list.iter().find(|filling| filling.placeholder == placeholder).map(|filling| self.value(filling))
    }

    /// The value that a capture must equal.
    pub(super) fn bound(&self, placeholder: &str) -> Option<&str> {
        let bound = self.list.iter().find(|filling| filling.binds && filling.placeholder == placeholder);
        bound.map(|filling| self.value(filling))
    }

    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    fn value(&self, filling: &Filling<'_>) -> &str {
        &self.text[filling.value.clone()]
    }
}
