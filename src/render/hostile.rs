//! Keys and record values are hostile text: what does not show, or changes how its neighbours show, becomes visible, and
//! nothing in them is taken for markup.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Whether a character does not show as itself: controls, every space but U+0020, marks of direction, joiners, fillers,
/// variation selectors, tags, and what Unicode promises never to be a character (some of which XML refuses).
pub fn is_hidden(character: char) -> bool {
    if character.is_ascii() {
        return character.is_ascii_control();
    }
    character.is_control()
        || character.is_whitespace()
        || u32::from(character) & 0xfffe == 0xfffe
        || matches!(character,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
            | '\u{fdd0}'..='\u{fdef}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// The text with every hidden character as an escape: `\n`, `\u{1b}`, `\u{202e}`.
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.contains(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if is_hidden(character) { shown.extend(character.escape_default()) } else { shown.push(character) }
    }
    Cow::Owned(shown)
}

/// Text as HTML, hidden characters as escapes in `<span class="esc">`.
pub fn html(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    push_html(text, &mut out);
    out
}

fn push_html(text: &str, out: &mut String) {
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            hidden if is_hidden(hidden) => {
                // Writing to a string cannot fail.
                let _ = write!(out, "<span class=\"esc\">{}</span>", hidden.escape_default());
            }
            plain => out.push(plain),
        }
    }
}

/// A key as HTML, breakable after each `/`, the segment at `marked` (from 0) in `<mark>`; a marked segment that is empty, or
/// lies beyond the last, says so.
pub fn key_html(key: &str, marked: Option<u32>) -> String {
    const EMPTY: &str = "<span class=\"esc\">empty</span>";
    let marked = marked.map(|segment| segment as usize);
    let mut out = String::with_capacity(key.len() + 32);
    let mut segments = 0;
    for (index, segment) in key.split('/').enumerate() {
        if index > 0 {
            out.push_str("/<wbr>");
        }
        if marked == Some(index) {
            out.push_str("<mark>");
            if segment.is_empty() {
                out.push_str(EMPTY)
            } else {
                push_html(segment, &mut out)
            }
            out.push_str("</mark>");
        } else {
            push_html(segment, &mut out);
        }
        segments = index + 1;
    }
    if marked.is_some_and(|marked| marked >= segments) {
        out.push_str("<mark><span class=\"esc\">missing</span></mark>");
    }
    out
}

/// A sentence as HTML: what stands between backticks as `<code>`.
pub fn prose_html(sentence: &str) -> String {
    let mut out = String::with_capacity(sentence.len() + 32);
    for (part, is_code) in spans(sentence) {
        if is_code {
            out.push_str("<code>");
            push_html(part, &mut out);
            out.push_str("</code>");
        } else {
            push_html(part, &mut out);
        }
    }
    out
}

/// A field of CSV: one that a spreadsheet would calculate gets an apostrophe before it, which makes it text.
pub fn harmless(field: &str) -> Cow<'_, str> {
    if field.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        Cow::Owned(format!("'{field}"))
    } else {
        Cow::Borrowed(field)
    }
}

/// Plain text for Markdown, in a table cell or elsewhere.
pub fn markdown(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for character in visible(text).chars() {
        match character {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            // A key is no way to call for somebody's attention.
            '@' => out.push_str("&#64;\u{200b}"),
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '#' | '|' | '~' | '!' | '$' => {
                out.push('\\');
                out.push(character);
            }
            plain => out.push(plain),
        }
    }
    out
}

/// A value for Markdown as a span of code, outside of tables.
pub fn markdown_code(text: &str) -> String {
    let shown = visible(text);
    let longest = shown.split(|character| character != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let pad = if shown.starts_with(['`', ' ']) || shown.ends_with(['`', ' ']) { " " } else { "" };
    if shown.is_empty() { "(empty)".to_owned() } else { format!("{fence}{pad}{shown}{pad}{fence}") }
}

/// The same in a table's cell, where `|` must be escaped even in code; elsewhere the escape would show.
pub fn markdown_cell_code(text: &str) -> String {
    markdown_code(text).replace('|', "\\|")
}

/// A sentence for Markdown, outside of tables: what stands between backticks as code.
pub fn prose_markdown(sentence: &str) -> String {
    prose_with(sentence, markdown_code)
}

/// The same in a table's cell.
pub fn prose_markdown_cell(sentence: &str) -> String {
    prose_with(sentence, markdown_cell_code)
}

fn prose_with(sentence: &str, code: fn(&str) -> String) -> String {
    spans(sentence).map(|(part, is_code)| if is_code { code(part) } else { markdown(part) }).collect()
}

/// A sentence split at its backticks, each part with whether it stands between two. A value with a backtick of its own
/// moves the borders; every part is escaped for what it became, so that only the looks suffer.
fn spans(sentence: &str) -> impl Iterator<Item = (&str, bool)> {
    let paired = sentence.matches('`').count().is_multiple_of(2);
    let parts = sentence.splitn(if paired { usize::MAX } else { 1 }, '`');
    parts.enumerate().map(|(index, part)| (part, index % 2 == 1)).filter(|(part, _)| !part.is_empty())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{
        html, is_hidden, key_html, markdown, markdown_cell_code, markdown_code, prose_html, prose_markdown,
        prose_markdown_cell, visible,
    };

    #[test]
    fn what_does_not_show_becomes_visible() {
        let cases = [
            ("plain é/漢字", "plain é/漢字"),
            ("a\nb\tc", "a\\nb\\tc"),
            ("\u{1b}[31mred", "\\u{1b}[31mred"),
            ("invoice\u{202e}gpj.exe", "invoice\\u{202e}gpj.exe"),
            ("no\u{a0}break", "no\\u{a0}break"),
            ("\u{fffe}\u{ffff}\u{fdd0}\u{1fffe}\u{fffd}", "\\u{fffe}\\u{ffff}\\u{fdd0}\\u{1fffe}\u{fffd}"),
        ];
        for (text, shown) in cases {
            assert_eq!(visible(text), shown);
        }
    }

    #[test]
    fn the_marked_segment_is_the_one_that_is_named() {
        assert_eq!(key_html("a/<b>/c", Some(1)), "a/<wbr><mark>&lt;b&gt;</mark>/<wbr>c");
        assert_eq!(key_html("a//c", Some(1)), "a/<wbr><mark><span class=\"esc\">empty</span></mark>/<wbr>c");
        assert_eq!(key_html("a", Some(1)), "a<mark><span class=\"esc\">missing</span></mark>");
        assert_eq!(key_html("a/\n", None), "a/<wbr><span class=\"esc\">\\n</span>");
    }

    #[test]
    fn a_value_cannot_leave_its_cell_or_its_span() {
        assert_eq!(markdown("a|b <img> @team `x`"), "a\\|b &lt;img&gt; &#64;\u{200b}team \\`x\\`");
        assert_eq!((markdown_code("a|b"), markdown_cell_code("a|b")), ("`a|b`".to_owned(), "`a\\|b`".to_owned()));
        assert_eq!(prose_markdown("a | `|`"), "a \\| `|`");
        assert_eq!(prose_markdown_cell("a | `|`"), "a \\| `\\|`");
        assert_eq!(markdown_code("`` x"), "``` `` x ```");
        assert_eq!(prose_markdown("value `<b>` of <i>"), "value `<b>` of &lt;i&gt;");
        assert_eq!(prose_html("value `<b>`: one ` more"), "value `&lt;b&gt;`: one ` more");
        assert_eq!(prose_html("value `<b>` here"), "value <code>&lt;b&gt;</code> here");
    }

    proptest! {
        #[test]
        fn nothing_hidden_and_no_tag_survives(text in any::<String>(), segment in prop::option::of(0_u32..4)) {
            for shown in [html(&text), key_html(&text, segment), prose_html(&text)] {
                let ours = ["<span class=\"esc\">", "</span>", "<mark>", "</mark>", "<code>", "</code>", "<wbr>"];
                let rest = ours.iter().fold(shown, |rest, tag| rest.replace(tag, ""));
                prop_assert!(!rest.contains(['<', '>', '"', '\'']) && !rest.contains(is_hidden), "{}", rest);
            }
            prop_assert!(!visible(&text).contains(is_hidden));
            prop_assert!(!markdown_code(&text).contains('\n'));
        }
    }
}
