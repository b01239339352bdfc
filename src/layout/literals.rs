//! A small map from literal segments to nodes, made for misses: lengths and first bytes are compared as integers.

/// Literals and the node each leads to.
#[derive(Debug, Default)]
pub(super) struct Literals {
    /// In order; those behind the first eight bytes stand in the order of insertion.
    list: Vec<(Mark, Box<[u8]>, usize)>,
}

/// A text's length, and its first eight bytes.
type Mark = (usize, u64);

impl Literals {
    /// The node of exactly this text.
    #[inline]
    pub(super) fn get(&self, text: &[u8]) -> Option<usize> {
        let mark = mark(text);
        let first = self.list.partition_point(|(known, ..)| *known < mark);
        let alike = self.list[first..].iter().take_while(|(known, ..)| *known == mark);
        // A byte loop: these texts are too short for a call to pay.
        let mut equal = alike.filter(|(_, known, _)| known.iter().skip(8).eq(text.iter().skip(8)));
        equal.next().map(|(.., node)| *node)
    }

    /// Adds a text that is not there yet.
    pub(super) fn insert(&mut self, text: &[u8], node: usize) {
        let mark = mark(text);
        let at = self.list.partition_point(|(known, ..)| *known <= mark);
        self.list.insert(at, (mark, text.into(), node));
    }
}

#[inline]
fn mark(text: &[u8]) -> Mark {
    let head = match text.first_chunk() {
        Some(head) => u64::from_le_bytes(*head),
        None => text.iter().fold(0, |head, byte| head << 8 | u64::from(*byte)),
    };
    (text.len(), head)
}

#[cfg(test)]
mod tests {
    use super::Literals;

    #[test]
    fn a_text_is_found_only_by_itself() {
        let texts = ["", "a", "b", "models", "datasets", "datasetz", "compilation-output", "compilation-outqut"];
        let mut literals = Literals::default();
        for (node, text) in texts.iter().enumerate() {
            literals.insert(text.as_bytes(), node);
        }
        for (node, text) in texts.iter().enumerate() {
            assert_eq!(literals.get(text.as_bytes()), Some(node), "{text}");
        }
        for stranger in ["\0", "model", "modelz", "compilation-output\0", "compilation"] {
            assert_eq!(literals.get(stranger.as_bytes()), None, "{stranger}");
        }
    }
}
