//! Values of references: where records point, rightly and wrongly, and in how many ways they spell it.

use serde_json::{Value, json};

use super::dice::Dice;
use super::keys::{Ground, Manner};
use super::layout::{Naive, Spot};
use super::template::Captures;
use super::world::{Area, World};

const MALFORMED: &[&str] = &[
    "not a location",
    "models/training/alpha-1/model.tar.gz",
    "s3:/line-one/x",
    "s3:///x",
    "https://example.com/x",
    "https://line-one.s3.amazonaws.com/%zz",
    "s3://line-one",
    "s3://line-onee/models/x",
    "s3://lin-one/models/x",
];

const ELSEWHERE: &[&str] = &[
    "s3://elsewhere-entirely/some/key",
    "arn:aws:s3:eu-west-1:123456789012:accesspoint/door/object/some/key",
    "s3://cold-archive-store/some/key",
    "https://elsewhere-entirely.s3.eu-west-1.amazonaws.com/k",
];

/// A value and what the template it aims at has for its placeholders.
pub(crate) type Aimed = (Option<Value>, Captures);

/// A listed key.
#[derive(Debug)]
pub(crate) struct Known {
    pub(crate) bucket: &'static str,
    pub(crate) key: String,
    pub(crate) spot: Spot,
    is_deleted: bool,
    is_marker: bool,
}

/// Everything that records can point at.
#[derive(Debug)]
pub(crate) struct Range<'w> {
    pub(crate) naive: Naive<'w>,
    known: Vec<Known>,
    fresh: usize,
}

/// How a text is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spelling {
    /// As a location, in any form; with bare `+` in URLs only if a second reading does no harm.
    Location { plus: bool },
    /// As a bare key.
    Key,
}

impl<'w> Range<'w> {
    /// The keys of a world's inventories.
    pub(crate) fn new(world: &'w World) -> Self {
        let naive = Naive::new(world);
        let rows = world.inventories.iter().flat_map(|inventory| {
            inventory.rows.iter().filter(|row| row.is_latest()).map(|row| (inventory.bucket, row))
        });
        let known = rows.map(|(bucket, row)| Known {
            bucket,
            key: row.key.clone(),
            spot: naive.identify(bucket, &row.key),
            is_deleted: row.is_delete_marker,
            is_marker: row.key.ends_with('/'),
        });
        let known = known.collect();
        Self { naive, known, fresh: 0 }
    }

    fn world(&self) -> &'w World {
        self.naive.world
    }

    fn pick(&self, dice: &mut Dice, wanted: impl Fn(&Known) -> bool) -> Option<&Known> {
        let fitting: Vec<&Known> = self.known.iter().filter(|known| !known.is_marker && wanted(known)).collect();
        (!fitting.is_empty()).then(|| *dice.pick(&fitting))
    }

    /// A value for a reference to objects of these areas (of any, where there are none).
    pub(crate) fn object(&mut self, dice: &mut Dice, areas: &[&str], spelling: Spelling) -> Aimed {
        let indices: Vec<usize> = areas.iter().map(|name| self.world().area(name)).collect();
        let is_wanted = |area: usize| indices.is_empty() || indices.contains(&area);
        let is_main = |known: &Known| spelling != Spelling::Key || known.bucket == self.world().buckets[0].name;
        let in_area =
            |known: &Known| is_main(known) && matches!(&known.spot, Spot::Area(found) if is_wanted(found.area));
        let above = self.above(dice);
        let picked = match dice.below(100) {
            0..45 => self.pick(dice, |known| in_area(known) && !known.is_deleted),
            45..54 => self.pick(dice, |known| in_area(known) && known.is_deleted),
            54..62 => return self.missing(dice, &indices, spelling),
            62..76 => return self.legacy(dice, &indices, spelling),
            76..79 if above.is_some() => {
                let key = above.unwrap_or_default();
                let bucket = self.world().buckets[0].name;
                return self.aimed(dice, bucket, &key, &self.naive.identify(bucket, &key), spelling);
            }
            76..82 => self.pick(dice, |known| is_main(known) && !matches!(known.spot, Spot::Legacy(_))),
            82..89 if spelling != Spelling::Key => return (Some(json!({ "S": dice.pick(MALFORMED) })), Vec::new()),
            89..93 if spelling != Spelling::Key => return (Some(json!({ "S": dice.pick(ELSEWHERE) })), Vec::new()),
            93..95 => return (Some(dice.pick(&[json!({ "N": "42" }), json!({ "BOOL": true })]).clone()), Vec::new()),
            _ => return (absent(dice), Vec::new()),
        };
        match picked {
            Some(known) => {
                let (bucket, key, spot) = (known.bucket, known.key.clone(), known.spot.clone());
                self.aimed(dice, bucket, &key, &spot, spelling)
            }
            None => self.missing(dice, &indices, spelling),
        }
    }

    fn aimed(&self, dice: &mut Dice, bucket: &str, key: &str, spot: &Spot, spelling: Spelling) -> Aimed {
        let captures = match spot {
            Spot::Area(found) | Spot::Legacy(found) => found.captures.clone(),
            Spot::OutOfScope | Spot::Nowhere(_) => Vec::new(),
        };
        let text = match spelling {
            Spelling::Key => key.to_owned(),
            Spelling::Location { plus } => self.spelled(dice, bucket, key, plus),
        };
        (Some(json!({ "S": text })), captures)
    }

    /// A prefix to which the main inventory is confined, cut short.
    fn above(&self, dice: &mut Dice) -> Option<String> {
        let filters = &self.world().buckets[0].inventory_prefixes;
        let filter = if filters.is_empty() { return None } else { *dice.pick(filters) };
        let end = if dice.chance(50) { filter.find('/').map(|slash| slash + 1) } else { None };
        Some(filter[..end.unwrap_or_else(|| dice.below(filter.len()))].to_owned())
    }

    /// A key that is right and not there.
    fn missing(&mut self, dice: &mut Dice, areas: &[usize], spelling: Spelling) -> Aimed {
        self.fresh += 1;
        let world = self.world();
        let all: Vec<&Area> = world.areas.iter().filter(|area| area.role == "output").collect();
        let area = if areas.is_empty() { *dice.pick(&all) } else { &world.areas[*dice.pick(areas)] };
        let entries: Vec<_> = world.buckets.iter().filter(|entry| entry.role == area.role && entry.inventory).collect();
        let bucket = *dice.pick(&entries);
        let hostile = dice.chance(20);
        let manner = Manner { fresh: Some(40 + self.fresh), hostile, ..Manner::default() };
        let key = Ground { world, bucket }.in_area(dice, area, manner);
        let spot = self.naive.identify(bucket.name, &key);
        self.aimed(dice, bucket.name, &key, &spot, spelling)
    }

    /// A legacy key, listed or not.
    fn legacy(&mut self, dice: &mut Dice, areas: &[usize], spelling: Spelling) -> Aimed {
        let world = self.world();
        let is_wanted = |area: usize| areas.is_empty() || areas.contains(&area);
        let listed = |known: &Known| {
            matches!(&known.spot, Spot::Legacy(found) if is_wanted(found.area)) && spelling != Spelling::Key
        };
        if dice.chance(60)
            && let Some(known) = self.pick(dice, listed)
        {
            return self.aimed(dice, known.bucket, &known.key, &known.spot, spelling);
        }
        let with_legacy: Vec<usize> =
            (0..world.areas.len()).filter(|area| is_wanted(*area) && !world.areas[*area].legacy.is_empty()).collect();
        if with_legacy.is_empty() {
            return self.missing(dice, areas, spelling);
        }
        let bucket = &world.buckets[0];
        let area = &world.areas[*dice.pick(&with_legacy)];
        let key = Ground { world, bucket }.legacy(dice, area, Manner::default()).unwrap_or_default();
        let spot = self.naive.identify(bucket.name, &key);
        self.aimed(dice, bucket.name, &key, &spot, spelling)
    }

    /// A value for a reference to everything below a prefix.
    pub(crate) fn prefix(&mut self, dice: &mut Dice, spelling: Spelling) -> Option<Value> {
        let world = self.world();
        let main = &world.buckets[0];
        let is_main = |known: &Known| known.bucket == main.name && matches!(known.spot, Spot::Area(_));
        let found = self.pick(dice, is_main).map(|known| known.key.clone());
        let directory = found.as_deref().and_then(|key| Some(&key[..=key.rfind('/')?]));
        let above = self.above(dice);
        let prefix = match (dice.below(12), directory) {
            (0..5, Some(directory)) => directory.to_owned(),
            (5, Some(directory)) => directory.trim_end_matches('/').to_owned(),
            (6, Some(directory)) if directory.is_ascii() && directory.len() > 3 => {
                directory[..directory.len() - 2].to_owned()
            }
            (7, Some(directory)) if main.prefix.is_empty() => {
                directory.split_inclusive('/').next().unwrap_or_default().to_owned()
            }
            (8, _) if spelling != Spelling::Key => {
                return Some(json!({ "S": format!("s3://{}", main.name) }));
            }
            (9, _) if spelling != Spelling::Key => {
                return Some(json!({ "S": dice.pick(&[MALFORMED[0], ELSEWHERE[0]]) }));
            }
            (10, _) => return absent(dice),
            (11, _) if above.is_some() => above.unwrap_or_default(),
            _ => format!("{}models/training/nobody-at-all/", main.prefix),
        };
        let text = match spelling {
            Spelling::Key => prefix,
            Spelling::Location { .. } => format!("s3://{}/{prefix}", main.name),
        };
        Some(json!({ "S": text }))
    }

    /// A bucket's name.
    pub(crate) fn bucket(&self, dice: &mut Dice) -> Option<Value> {
        let main = self.world().buckets[0].name;
        match dice.below(10) {
            0..5 => Some(json!({ "S": main })),
            5 => Some(json!({ "S": "cold-archive-store" })),
            6 => Some(json!({ "S": "elsewhere-entirely" })),
            7 => Some(json!({ "S": format!("{main}s") })),
            8 => Some(json!({ "S": "No Bucket!" })),
            _ => absent(dice),
        }
    }

    /// A location in one of its forms.
    fn spelled(&self, dice: &mut Dice, bucket: &str, key: &str, plus: bool) -> String {
        let entry = self.world().buckets.iter().find(|entry| entry.name == bucket && !entry.aliases.is_empty());
        if let (Some(entry), true) = (entry, dice.chance(20)) {
            let (alias, prefix) = dice.pick(&entry.aliases);
            return format!("s3://{alias}/{prefix}{key}");
        }
        let in_url = |dice: &mut Dice| escaped(key, plus && dice.chance(60));
        match dice.below(10) {
            0..5 => format!("s3://{bucket}/{key}"),
            5 => format!("s3a://{bucket}/{key}"),
            6 => format!("arn:aws:s3:::{bucket}/{key}"),
            7 => format!("https://{bucket}.s3.eu-central-1.amazonaws.com/{}?x-id=GetObject", in_url(dice)),
            8 => {
                let version = self.version(dice, bucket, key);
                format!("https://s3.eu-central-1.amazonaws.com/{bucket}/{}?versionId={version}", in_url(dice))
            }
            _ => format!("https://{bucket}.s3.amazonaws.com/{}#top", in_url(dice)),
        }
    }

    /// A version of a key, or of none.
    fn version(&self, dice: &mut Dice, bucket: &str, key: &str) -> String {
        let rows = self.world().inventory(bucket).into_iter().flat_map(|inventory| &inventory.rows);
        let listed: Vec<&str> =
            rows.filter(|row| row.key == key).map(|row| row.version.as_deref().unwrap_or("null")).collect();
        if listed.is_empty() || dice.chance(10) { "none-such".to_owned() } else { (*dice.pick(&listed)).to_owned() }
    }

    /// A location of something listed, or of nothing.
    pub(crate) fn location(&self, dice: &mut Dice) -> String {
        let any = self.pick(dice, |known| !known.is_deleted).map(|known| (known.bucket, known.key.clone()));
        match any {
            Some((bucket, key)) if dice.chance(80) => self.spelled(dice, bucket, &key, false),
            _ => format!("s3://{}/nowhere/to/be/found", self.world().buckets[0].name),
        }
    }
}

/// Nothing, in one of its forms.
pub(crate) fn absent(dice: &mut Dice) -> Option<Value> {
    dice.pick(&[None, Some(json!({ "NULL": true })), Some(json!({ "S": "" }))]).clone()
}

/// A key as the path of a URL; with `plus`, spaces and pluses as `+`.
fn escaped(key: &str, plus: bool) -> String {
    let mut text = String::new();
    for byte in key.bytes() {
        match byte {
            b' ' | b'+' if plus => text.push('+'),
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => text.push(char::from(byte)),
            _ => text.push_str(&format!("%{byte:02X}")),
        }
    }
    text
}
