//! How findings name an item: its primary key in one text, by which baselines and updates find it again.

/// What stands before a character that would end a value.
const ESCAPE: char = '\\';

/// Adds an attribute of a primary key to a name: `name=value`, of a composite key `name=value,name=value`.
///
/// In the values of a composite key `\` stands before each `,`, `=` and `\`, so that no two items share a name.
pub fn add(name: &mut String, attribute: &str, value: &str, is_composite: bool) {
    if !name.is_empty() {
        name.push(',');
    }
    name.push_str(attribute);
    name.push('=');
    if !is_composite || !value.contains([',', '=', ESCAPE]) {
        name.push_str(value);
        return;
    }
    for letter in value.chars() {
        if matches!(letter, ',' | '=' | ESCAPE) {
            name.push(ESCAPE);
        }
        name.push(letter);
    }
}

#[cfg(test)]
mod tests {
    use super::add;

    fn named(key: &[(&str, &str)]) -> String {
        let mut name = String::new();
        key.iter().for_each(|(attribute, value)| add(&mut name, attribute, value, key.len() > 1));
        name
    }

    #[test]
    fn no_two_items_share_a_name_and_most_names_are_their_values() {
        for (key, expected) in [
            (&[("id", "a,b=c\\d")][..], "id=a,b=c\\d"),
            (&[("a", "1"), ("b", "s3://x/y")], "a=1,b=s3://x/y"),
            (&[("a", "1,b=2"), ("b", "3")], "a=1\\,b\\=2,b=3"),
            (&[("a", "1"), ("b", "2,b=3")], "a=1,b=2\\,b\\=3"),
            (&[("a", "1\\"), ("b", "2")], "a=1\\\\,b=2"),
        ] {
            assert_eq!(named(key), expected);
        }
    }
}
