//! Which part of a record is the item: `Item` of a full export, the images of an incremental one.

use super::item::{Item, Value, ValueKind};

/// What became of an item in the window of an incremental export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    /// It is there at the end: the image is the item's root.
    Put,
    /// It is gone.
    Deleted,
}

impl Item {
    /// Makes the attributes of a record `{Item:{…}}` its root.
    pub(super) fn enter_item(&mut self) -> Result<(), &'static str> {
        let whole = self.whole();
        let attributes = whole.get("Item").filter(|item| whole.len() == 1 && item.kind() == ValueKind::M);
        self.root = attributes.ok_or("a record of a full export is `Item` alone, a map")?.number();
        Ok(())
    }

    /// Makes the new image of a change its root, or the whole record if there is none.
    ///
    /// Both views say the same of the end of the window: what has no new image is gone.
    pub(super) fn enter_change(&mut self) -> Result<Change, &'static str> {
        let change = self.change();
        let keys = change.get("Keys").filter(|keys| keys.kind() == ValueKind::M);
        if !(1..=2).contains(&keys.ok_or("a change has `Keys`, a map")?.len()) {
            return Err("`Keys` holds one or two attributes");
        }
        let images = ["OldImage", "NewImage"].map(|name| change.get(name));
        if images.iter().flatten().any(|image| image.kind() != ValueKind::M) {
            return Err("an image is a map");
        }
        let [_, new] = images;
        let is_known = |name: &str| ["Keys", "Metadata", "OldImage", "NewImage"].contains(&name);
        if new.is_none() && !change.members().all(|(name, _)| is_known(name)) {
            return Err("a change without `NewImage` has a member that nobody knows: it may not be a deletion");
        }
        if new.is_some_and(|image| keys.is_some_and(|keys| contradicts(image, keys))) {
            return Err("`NewImage` is that of another item than `Keys` names");
        }
        let (root, what) = new.map_or((0, Change::Deleted), |image| (image.number(), Change::Put));
        self.root = root;
        Ok(what)
    }

    /// The primary key of a change.
    pub(super) fn keys(&self) -> Option<Value<'_>> {
        self.change().get("Keys")
    }

    /// The record within its wrapper `Record`, which some exports in Ion have.
    fn change(&self) -> Value<'_> {
        let whole = self.whole();
        let wrapped = whole.get("Record").filter(|_| whole.len() == 1);
        wrapped.filter(|record| record.kind() == ValueKind::M).unwrap_or(whole)
    }
}

/// Whether an image has another primary key than this one.
fn contradicts(image: Value<'_>, keys: Value<'_>) -> bool {
    keys.members().any(|(name, key)| image.get(name).is_some_and(|value| value.text() != key.text()))
}

#[cfg(test)]
mod tests {
    use super::{Change, Item};

    #[test]
    fn what_is_not_understood_is_no_deletion() {
        let change = |text: &str| {
            let mut item = Item::default();
            item.parse_change(text.as_bytes()).unwrap();
            item.enter_change()
        };
        let keys = r#""Metadata":{"WriteTimestampMicros":{"N":"1"}},"Keys":{"id":{"S":"a"}}"#;
        assert_eq!(change(&format!("{{{keys}}}")), Ok(Change::Deleted));
        assert_eq!(change(&format!(r#"{{{keys},"OldImage":{{"id":{{"S":"a"}}}}}}"#)), Ok(Change::Deleted));
        assert_eq!(change(&format!(r#"{{{keys},"NewImage":{{"id":{{"S":"a"}}}}}}"#)), Ok(Change::Put));
        assert_eq!(
            change(&format!(r#"{{{keys},"NewImage":{{"x":{{"S":"b"}}}}}}"#)),
            Ok(Change::Put),
            "without the key"
        );
        for other in [r#""newImage":{"id":{"S":"a"}}"#, r#""Image":{"id":{"S":"a"}}"#, r#""NewImage":{"id":{"S":"b"}}"#]
        {
            change(&format!("{{{keys},{other}}}")).unwrap_err();
        }
    }
}
