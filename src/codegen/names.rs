//! Names of the layout as identifiers of a language.

/// Words that no identifier may be, in either language.
const RESERVED: &[&str] = &[
    "and",
    "as",
    "assert",
    "async",
    "await",
    "break",
    "case",
    "catch",
    "class",
    "const",
    "continue",
    "debugger",
    "def",
    "default",
    "del",
    "delete",
    "do",
    "elif",
    "else",
    "enum",
    "except",
    "export",
    "extends",
    "false",
    "finally",
    "for",
    "from",
    "function",
    "global",
    "if",
    "implements",
    "import",
    "in",
    "instanceof",
    "interface",
    "is",
    "lambda",
    "let",
    "match",
    "new",
    "none",
    "nonlocal",
    "not",
    "null",
    "or",
    "package",
    "pass",
    "private",
    "protected",
    "public",
    "raise",
    "return",
    "static",
    "super",
    "switch",
    "this",
    "throw",
    "true",
    "try",
    "type",
    "typeof",
    "var",
    "void",
    "while",
    "with",
    "yield",
    "arguments",
    "eval",
];

/// Makes identifiers and never the same one twice.
#[derive(Debug, Clone, Default)]
pub(super) struct Names {
    taken: Vec<String>,
}

impl Names {
    /// Names that are taken from the start.
    pub(super) fn with(taken: &[&str]) -> Self {
        Self { taken: taken.iter().map(|name| (*name).to_owned()).collect() }
    }

    /// An identifier like the wanted one that is not taken yet, nor any of those that `suffixes` would make of it.
    pub(super) fn take(&mut self, wanted: String, suffixes: &[&str]) -> String {
        let mut name = if RESERVED.contains(&wanted.to_lowercase().as_str()) { format!("{wanted}_") } else { wanted };
        let free = |name: &str, taken: &[String]| {
            !taken
                .iter()
                .any(|known| known == name || suffixes.iter().any(|suffix| *known == format!("{name}{suffix}")))
        };
        while !free(&name, &self.taken) {
            name.push('_');
        }
        self.taken.extend(suffixes.iter().map(|suffix| format!("{name}{suffix}")));
        self.taken.push(name.clone());
        name
    }
}

/// The words of a name: runs of ASCII letters and digits.
fn words(name: &str) -> Vec<String> {
    let words = name.split(|character: char| !character.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_ascii_lowercase).collect()
}

/// `snake_case`.
pub(super) fn snake(name: &str) -> String {
    led(words(name).join("_"))
}

/// `CamelCase`.
pub(super) fn camel(name: &str) -> String {
    let upper = |word: &String| word[..1].to_ascii_uppercase() + &word[1..];
    led(words(name).iter().map(upper).collect())
}

/// `camelCase` that begins with a small letter.
pub(super) fn lower_camel(name: &str) -> String {
    let camel = camel(name);
    camel[..1].to_ascii_lowercase() + &camel[1..]
}

/// No identifier begins with a digit or is empty.
fn led(name: String) -> String {
    if name.starts_with(|first: char| first.is_ascii_alphabetic()) { name } else { format!("x{name}") }
}

#[cfg(test)]
mod tests {
    use super::{Names, camel, lower_camel, snake};

    #[test]
    fn names_become_identifiers_that_are_all_different() {
        assert_eq!(
            (snake("portal, by job"), camel("labeling_job"), lower_camel("static-image-pins")),
            ("portal_by_job".to_owned(), "LabelingJob".to_owned(), "staticImagePins".to_owned())
        );
        assert_eq!((snake("漢字"), snake("3d")), ("x".to_owned(), "x3d".to_owned()));
        let mut names = Names::with(&["parse"]);
        let taken = ["raw", "raw", "class", "parse"].map(|name| names.take(name.to_owned(), &["_folder"]));
        assert_eq!(taken, ["raw", "raw_", "class_", "parse_"]);
        assert_eq!(names.take("raw_folder".to_owned(), &["_folder"]), "raw_folder_");
    }
}
