//! Keys for random buckets: right ones, broken ones, legacy ones and hostile ones.

use std::collections::HashMap;

use super::dice::Dice;
use super::pool;
use super::template;
use super::world::{Area, Bucket, World};

const TAILS: &[&str] = &[
    "model.tar.gz",
    "output/model.tar.gz",
    "weights.bin",
    "logs/a.log",
    "part.json",
    "index.json",
    "bundle.zip",
    "data/x.bin",
    "data/X.BIN",
];

const HOSTILE: &[&str] = &[
    "a b.bin",
    "c+d.bin",
    "100%25.bin",
    "x//odd.bin",
    "./odd.bin",
    "y/../odd.bin",
    "e\u{301}.bin",
    "日本/é.bin",
    "bell\u{7}.bin",
    "q?k=v#f.bin",
    "new\nline.bin",
    "{brace}.bin",
    "\"quoted\",.bin",
    "del\u{7f}.bin",
    "\u{85}.bin",
    "🦀.bin",
    "<b>&amp;.bin",
];

const FILES: &[&str] = &["f1.json", "f2.bin", "run.log", "index.json", "f3.bin", "été.txt"];

const UNRELATED: &[&str] = &[
    "zzz-qqqqqqqq/kkkkkkkk.bin",
    "0123456789.bin",
    ".hidden-things/0/1/2",
    "kkkk kkkk/%zz+qqqqqqq",
    "wwwwwwwwwww//vvvvvvvvvv",
];

/// Where a key is made for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ground<'w> {
    pub(crate) world: &'w World,
    pub(crate) bucket: &'w Bucket,
}

/// How a key is made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Manner {
    /// With a tail full of traps.
    pub(crate) hostile: bool,
    /// With one placeholder that does not fit.
    pub(crate) broken: bool,
    /// With values that no other key has.
    pub(crate) fresh: Option<usize>,
}

impl<'w> Ground<'w> {
    /// The areas of the bucket's role.
    pub(crate) fn areas(self) -> Vec<&'w Area> {
        self.world.areas.iter().filter(|area| area.role == self.bucket.role).collect()
    }

    fn base(self, at_root: bool) -> &'static str {
        if at_root { "" } else { self.bucket.prefix }
    }

    /// A key in an area, or almost.
    pub(crate) fn in_area(self, dice: &mut Dice, area: &Area, manner: Manner) -> String {
        format!("{}{}", self.base(area.at_root), filled(dice, area.path, manner))
    }

    /// A key of one of an area's generations.
    pub(crate) fn legacy(self, dice: &mut Dice, area: &Area, manner: Manner) -> Option<String> {
        let legacy = area.legacy.get(dice.below(area.legacy.len().max(1)))?;
        let from = dice.pick(&legacy.from);
        Some(format!("{}{}", self.base(legacy.at_root), filled(dice, from, manner)))
    }

    /// A key that lies nowhere.
    pub(crate) fn astray(self, dice: &mut Dice) -> String {
        let areas = self.areas();
        let area = *dice.pick(&areas);
        let base = self.base(area.at_root);
        let right = filled(dice, area.path, Manner::default());
        let segments: Vec<&str> = right.split('/').collect();
        match dice.below(6) {
            0 => format!("{base}stray/{right}"),
            1 => format!("{base}{}", respelled(dice, &segments)),
            2 => format!("{base}{}", segments[..dice.between(1, segments.len())].join("/")),
            3 => format!("{base}/{right}"),
            4 => format!("{base}{}", right.replacen('/', "//", 1)),
            _ => format!("{base}{}", dice.pick(UNRELATED)),
        }
    }

    /// A key below no prefix of the bucket.
    pub(crate) fn outside(self, dice: &mut Dice) -> String {
        let areas: Vec<&Area> = self.areas().into_iter().filter(|area| !area.at_root).collect();
        let area = *dice.pick(&areas);
        match dice.below(3) {
            0 => filled(dice, area.path, Manner::default()),
            1 => format!("other-site/{}", dice.pick(UNRELATED)),
            _ => (*dice.pick(UNRELATED)).to_owned(),
        }
    }
}

/// One literal in another number, in another case, or with a slip.
fn respelled(dice: &mut Dice, segments: &[&str]) -> String {
    let mut segments: Vec<String> = segments.iter().map(|segment| (*segment).to_owned()).collect();
    let index = dice.below(segments.len().min(2));
    let segment = &mut segments[index];
    match dice.below(3) {
        0 if segment.len() > 4 => {
            segment.pop();
        }
        1 => *segment = segment.to_uppercase(),
        _ => segment.push('x'),
    }
    segments.join("/")
}

/// A template with random values.
fn filled(dice: &mut Dice, text: &str, manner: Manner) -> String {
    let fields: Vec<String> = template::pieces(text)
        .into_iter()
        .filter_map(|piece| if let template::Piece::Field(name) = piece { Some(name) } else { None })
        .filter(|name| pool::placeholder(name).is_some())
        .collect();
    let broken = (manner.broken && !fields.is_empty()).then(|| dice.pick(&fields).clone());
    let mut values: HashMap<String, String> = HashMap::new();
    let filled = template::fill(text, |name| {
        if let Some(value) = values.get(name) {
            return Some(value.clone());
        }
        let value = match (pool::placeholder(name), name) {
            (Some(placeholder), _) if broken.as_deref() == Some(name) => (*dice.pick(placeholder.bad)).to_owned(),
            (Some(placeholder), _) => fresh(name, manner).unwrap_or_else(|| (*dice.pick(placeholder.good)).to_owned()),
            (None, "**/") => (*dice.pick(&["", "one/", "one/two/"])).to_owned(),
            (None, "*" | "file") if manner.hostile => dice.pick(HOSTILE).replace('/', "_"),
            (None, "*" | "file") => (*dice.pick(FILES)).to_owned(),
            (None, _) if manner.hostile => (*dice.pick(HOSTILE)).to_owned(),
            (None, _) => (*dice.pick(TAILS)).to_owned(),
        };
        values.insert(name.to_owned(), value.clone());
        Some(value)
    });
    filled.unwrap_or_default()
}

/// A value of its own for the placeholders that can take one.
fn fresh(name: &str, manner: Manner) -> Option<String> {
    let number = manner.fresh?;
    match name {
        "job" => Some(format!("fresh-{number}")),
        "deployment" => Some(format!("fresh.{number}")),
        "week" => Some(format!("w{:02}", 10 + number)),
        "page" => Some(format!("{}", 400 + number % 500)),
        _ => None,
    }
}
