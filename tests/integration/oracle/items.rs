//! The items of random tables.

use serde_json::{Map, Value, json};
use stocktake::model::Millis;
use stocktake::model::time::{DAY, HOUR, SECOND, format_utc};

use super::aim::{Range, Spelling, absent};
use super::dice::Dice;
use super::pool;
use super::template::Captures;
use super::world::{Item, Table, Unit, World};

const STATES: &[&str] = &["completed", "Completed", "COMPLETED", "running", "failed", "draft", "queued"];

/// What the records of a world are written with.
#[derive(Debug)]
pub(crate) struct Writing<'d, 'w> {
    pub(crate) dice: &'d mut Dice,
    pub(crate) range: Range<'w>,
    pub(crate) at: Millis,
}

fn text(value: impl Into<String>) -> Value {
    json!({ "S": value.into() })
}

fn set(item: &mut Item, name: &str, value: Option<Value>) {
    if let Some(value) = value {
        item.insert(name.to_owned(), value);
    }
}

impl Writing<'_, '_> {
    fn world(&self) -> &World {
        self.range.naive.world
    }

    /// The items of a table, by its name.
    pub(crate) fn items(&mut self, table: &Table) -> Vec<Item> {
        let count = match table.name {
            "jobs" => self.dice.between(4, 12),
            "cases" => 3,
            "sets" => self.dice.between(3, 8),
            _ => return Vec::new(),
        };
        (0..count)
            .map(|number| {
                let mut item = match table.name {
                    "jobs" => self.job(table, number),
                    "sets" => self.set(table, number),
                    _ => self.case(number),
                };
                self.date(table, &mut item);
                self.scribble(&mut item);
                item
            })
            .collect()
    }

    /// The value that fits a capture, or with some luck another, or none.
    fn matching(&mut self, captures: &Captures, name: &str) -> Option<Value> {
        let placeholder = pool::placeholder(name).unwrap();
        let captured = captures.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
        match (self.dice.below(100), captured) {
            (0..78, Some(captured)) => {
                let alias = placeholder.aliases.iter().find(|(_, meaning)| *meaning == captured);
                let spelled = alias.filter(|_| self.dice.chance(50)).map(|(alias, _)| (*alias).to_owned());
                Some(text(spelled.unwrap_or(captured)))
            }
            (0..92, _) => Some(text(*self.dice.pick(placeholder.good))),
            _ => absent(self.dice),
        }
    }

    fn object(&mut self, table: &Table, attribute: &str) -> super::aim::Aimed {
        let spec = table.references.iter().find(|spec| spec.attribute == attribute).unwrap();
        let plus = !spec.exclusive;
        self.range.object(self.dice, &spec.areas, Spelling::Location { plus })
    }

    fn job(&mut self, table: &Table, number: usize) -> Item {
        let mut item = Map::from_iter([("job_id".to_owned(), text(format!("J-{number}")))]);
        if self.dice.chance(80) {
            let state = *self.dice.pick(STATES);
            set(&mut item, "status", Some(text(state)));
        }
        if self.dice.chance(70) {
            let use_case = *self.dice.pick(&["u1", "u2"]);
            set(&mut item, "usecase_id", Some(text(use_case)));
        }
        let (artifact, captures) = self.object(table, "artifact_s3");
        set(&mut item, "artifact_s3", artifact);
        let name = self.matching(&captures, "job");
        set(&mut item, "job_name", name);
        let mut targets: Vec<&str> = pool::placeholder("target").unwrap().good.to_vec();
        self.dice.shuffle(&mut targets);
        let outputs: Vec<Value> =
            targets[..self.dice.below(4)].iter().map(|target| self.output(table, target)).collect();
        let packages: Vec<(Value, Value)> =
            targets[..self.dice.below(3)].iter().map(|target| self.package(table, target)).collect();
        if self.dice.chance(85) {
            set(&mut item, "outputs", Some(json!({ "L": outputs })));
        }
        if self.dice.chance(80) {
            let published: Vec<&Value> = packages.iter().map(|(_, published)| published).collect();
            let packages: Vec<&Value> = packages.iter().map(|(package, _)| package).collect();
            set(&mut item, "packages", Some(json!({ "L": packages })));
            set(&mut item, "published", Some(json!({ "L": published })));
        }
        item
    }

    fn output(&mut self, table: &Table, target: &str) -> Value {
        let (location, captures) = self.object(table, "outputs[].out_s3");
        let mut output = Map::new();
        set(&mut output, "out_s3", location);
        // Elements of one list have targets of their own, so that each joins with one element of another list.
        set(&mut output, "target", Some(text(self.target(target))));
        let name = self.matching(&captures, "job");
        set(&mut output, "name", name);
        let state = *self.dice.pick(STATES);
        set(&mut output, "status", Some(text(state)));
        json!({ "M": output })
    }

    /// A target, perhaps by its other name.
    fn target(&mut self, target: &str) -> String {
        let aliases = pool::placeholder("target").unwrap().aliases;
        let alias = aliases.iter().find(|(_, meaning)| *meaning == target);
        alias.filter(|_| self.dice.chance(30)).map_or(target, |(alias, _)| alias).to_owned()
    }

    fn package(&mut self, table: &Table, target: &str) -> (Value, Value) {
        let (location, captures) = self.object(table, "packages[].zip_s3");
        let target = self.target(target);
        let (mut package, mut published) = (Map::new(), Map::new());
        set(&mut package, "zip_s3", location);
        set(&mut package, "target", Some(text(&target)));
        set(&mut published, "target", Some(text(&target)));
        let component =
            if self.dice.chance(20) { Some(text("Model C!")) } else { self.matching(&captures, "deployment") };
        set(&mut published, "component", component);
        (json!({ "M": package }), json!({ "M": published }))
    }

    fn set(&mut self, table: &Table, number: usize) -> Item {
        let main = self.world().buckets[0].name;
        let mut item = Map::from_iter([
            ("owner".to_owned(), text(format!("o{}", number % 2))),
            ("set_id".to_owned(), json!({ "N": number.to_string() })),
            ("case_id".to_owned(), text(format!("case-{}", number % 3))),
            ("main_bucket".to_owned(), text(main)),
        ]);
        if self.dice.chance(30) {
            set(&mut item, "data_bucket", Some(text(main)));
        }
        let manifest = table.references.iter().find(|spec| spec.attribute == "manifest").unwrap();
        let (value, captures) = self.range.object(self.dice, &manifest.areas, Spelling::Key);
        set(&mut item, "manifest", value);
        for name in ["tenant", "week"] {
            let value = self.matching(&captures, name);
            set(&mut item, name, value);
        }
        let folder = self.range.prefix(self.dice, Spelling::Key);
        set(&mut item, "folder", folder);
        let place = self.range.prefix(self.dice, Spelling::Location { plus: false });
        set(&mut item, "place", place);
        let files: Vec<Value> = (0..self.dice.below(3)).filter_map(|_| self.anything()).collect();
        let texts: Vec<&str> = files.iter().filter_map(|value| value.get("S")?.as_str()).collect();
        let is_set = !texts.is_empty() && texts.len() == files.len() && self.dice.chance(50);
        let texts = {
            let mut unique = texts.clone();
            unique.sort_unstable();
            unique.dedup();
            unique
        };
        set(&mut item, "files", Some(if is_set { json!({ "SS": texts }) } else { json!({ "L": files }) }));
        let mut extra = Map::new();
        for name in ["cover", "thumb"] {
            let value = self.anything();
            set(&mut extra, name, value);
        }
        set(&mut item, "extra", Some(json!({ "M": extra })));
        let home = self.range.bucket(self.dice);
        set(&mut item, "home", home);
        item
    }

    /// An object at any place, or a folder spelled like one.
    fn anything(&mut self) -> Option<Value> {
        if self.dice.chance(15) {
            let prefix = self.range.prefix(self.dice, Spelling::Key)?;
            let key = prefix["S"].as_str()?.trim_end_matches('/');
            return Some(text(format!("s3://{}/{key}/", self.world().buckets[0].name)));
        }
        if self.dice.chance(5) {
            return Some(text(format!("s3://{}/stray-marker/", self.world().buckets[0].name)));
        }
        self.range.object(self.dice, &[], Spelling::Location { plus: true }).0
    }

    fn case(&mut self, number: usize) -> Item {
        let main = self.world().buckets[0].name;
        let mut item = Map::from_iter([
            ("case_id".to_owned(), text(format!("case-{number}"))),
            ("s3_bucket".to_owned(), text(if number == 1 { "elsewhere-entirely" } else { main })),
        ]);
        let data = if self.dice.chance(30) { self.range.bucket(self.dice) } else { None };
        set(&mut item, "data_bucket", data);
        let mut meta = Map::new();
        let photo = self.anything();
        set(&mut meta, "photo", photo);
        if self.dice.chance(80) {
            set(&mut item, "meta", Some(json!({ "M": meta })));
        }
        if self.dice.chance(50) {
            set(&mut item, "photo_taken", Some(json!({ "BOOL": true })));
        }
        item
    }

    /// Says when the item changed: rightly, in a wrong unit, or not at all.
    fn date(&mut self, table: &Table, item: &mut Item) {
        let Some((attributes, unit)) = &table.changed_at else { return };
        let at = self.at
            - match self.dice.below(10) {
                0..5 => DAY * 50,
                5..8 => HOUR,
                _ => HOUR * 30,
            };
        let value = match (unit, self.dice.below(100)) {
            (_, 0..12) => return,
            (_, 12..15) => text("soon"),
            (Unit::Millis, 15..20) => json!({ "N": (at / SECOND).to_string() }),
            (Unit::Seconds, 15..20) => json!({ "N": at.to_string() }),
            (Unit::Rfc3339, 15..20) => text(format_utc(self.at + DAY * 20)),
            (Unit::Millis, _) => json!({ "N": at.to_string() }),
            (Unit::Seconds, _) => json!({ "N": (at / SECOND).to_string() }),
            (Unit::Rfc3339, _) => text(format_utc(at)),
        };
        let attribute = *self.dice.pick(attributes);
        set(item, attribute, Some(value));
    }

    /// Attributes that nobody declared, and some that nobody looks at.
    fn scribble(&mut self, item: &mut Item) {
        if self.dice.chance(20) {
            let note = self.range.location(self.dice);
            set(item, "note", Some(text(note)));
        }
        if self.dice.chance(10) {
            let (one, two) = (self.range.location(self.dice), "plain words");
            set(item, "detail", Some(json!({ "M": { "links": { "L": [text(one), text(two)] } } })));
        }
        if self.dice.chance(10) {
            let tag = self.range.location(self.dice);
            set(item, "tags", Some(json!({ "SS": [tag] })));
        }
        if self.dice.chance(20) {
            let comment = self.range.location(self.dice);
            set(item, "comment", Some(text(&comment)));
            set(item, "log", Some(json!({ "M": { "entry": { "M": { "text": text(comment) } } } })));
        }
    }
}
