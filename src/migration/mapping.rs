//! Values that neither keys nor records give: CSV files that name them for single objects.

use std::collections::BTreeMap;
use std::io;

use crate::model::UserError;

/// What mapping files say, by bucket (absent: any) and key.
#[derive(Debug, Default)]
pub struct Mapping {
    columns: Vec<String>,
    /// Key → bucket, or any → values, one for each column; empty is none.
    rows: BTreeMap<String, Vec<Row>>,
}

/// The bucket, or any, and the values of an object.
type Row = (Option<String>, Vec<String>);

/// Why a mapping file is refused.
#[derive(Debug, thiserror::Error)]
#[error("{what}")]
pub struct MappingError {
    file: String,
    row: u64,
    what: String,
    help: &'static str,
}

impl UserError for MappingError {
    fn place(&self) -> Option<String> {
        Some(if self.row == 0 { self.file.clone() } else { format!("{}, row {}", self.file, self.row) })
    }

    fn help(&self) -> Option<String> {
        Some(self.help.to_owned())
    }
}

const SHAPE: &str = "the first row names the columns: `key`, perhaps `bucket`, and placeholders; each further row is one \
                     object";

impl Mapping {
    /// Whether no object is named.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// How many objects are named.
    pub fn len(&self) -> usize {
        self.rows.values().map(Vec::len).sum()
    }

    /// Adds a file: CSV with a header of `key`, perhaps `bucket`, and names of placeholders for which `is_placeholder`
    /// holds. Keys stand as they are, not encoded.
    ///
    /// # Errors
    ///
    /// What is wrong with the file, with its row.
    pub fn add(
        &mut self,
        file: &str,
        text: &mut dyn io::Read,
        is_placeholder: &dyn Fn(&str) -> bool,
    ) -> Result<(), MappingError> {
        let refuse = |row, what: String, help| MappingError { file: file.to_owned(), row, what, help };
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::Headers).from_reader(text);
        let header = reader.headers().map_err(|error| refuse(1, error.to_string(), SHAPE))?.clone();
        let (mut key, mut bucket, mut named) = (None, None, Vec::new());
        for (position, name) in header.iter().enumerate() {
            let name = name.trim_start_matches('\u{feff}');
            match name {
                "key" => key = Some(position),
                "bucket" => bucket = Some(position),
                _ if is_placeholder(name) => named.push((position, self.column(name))),
                _ => return Err(refuse(1, format!("`{name}` is no placeholder of the layout"), SHAPE)),
            }
        }
        let Some(key) = key else { return Err(refuse(1, "no column is called `key`".to_owned(), SHAPE)) };
        for (row, record) in (2..).zip(reader.records()) {
            let record = record.map_err(|error| refuse(row, error.to_string(), SHAPE))?;
            let of = |position: usize| record.get(position).unwrap_or_default();
            if of(key).is_empty() {
                return Err(refuse(row, "its key is empty".to_owned(), "name the object by its old key"));
            }
            let bucket = bucket.map(of).filter(|bucket| !bucket.is_empty()).map(str::to_owned);
            let mut values = vec![String::new(); self.columns.len()];
            named.iter().for_each(|(position, column)| values[*column] = of(*position).to_owned());
            let known = self.rows.entry(of(key).to_owned()).or_default();
            if known.iter().any(|(other, theirs)| *other == bucket && *theirs != values) {
                let what = format!("`{}` is named before with other values", of(key));
                return Err(refuse(row, what, "an object has one place; leave one of the rows"));
            }
            known.push((bucket, values));
        }
        Ok(())
    }

    fn column(&mut self, name: &str) -> usize {
        self.columns.iter().position(|known| known == name).unwrap_or_else(|| {
            self.columns.push(name.to_owned());
            self.columns.len() - 1
        })
    }

    /// The value of a placeholder for an object, if a file names it.
    pub fn value(&self, bucket: &str, key: &str, placeholder: &str) -> Option<&str> {
        let column = self.columns.iter().position(|known| known == placeholder)?;
        let rows = self.rows.get(key)?.iter().filter(|(of, _)| of.as_deref().is_none_or(|of| of == bucket));
        rows.filter_map(|(_, values)| values.get(column)).find(|value| !value.is_empty()).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::Mapping;
    use crate::model::UserError as _;

    fn read(text: &str) -> Result<Mapping, super::MappingError> {
        let mut mapping = Mapping::default();
        let known = |name: &str| ["job", "target"].contains(&name);
        mapping.add("map.csv", &mut text.as_bytes(), &known).map(|()| mapping)
    }

    #[test]
    fn a_value_is_found_by_key_and_bucket() {
        let mapping = read("key,bucket,target\n\"a,b\",,x86\nc,line-1,arm\nc,line-2,\n").unwrap();
        assert_eq!(mapping.value("any", "a,b", "target"), Some("x86"));
        assert_eq!(mapping.value("line-1", "c", "target"), Some("arm"));
        assert_eq!(mapping.value("line-2", "c", "target"), None);
        assert_eq!(mapping.value("line-1", "c", "job"), None);
        assert_eq!((mapping.len(), mapping.is_empty()), (3, false));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_row() {
        for (text, place, what) in [
            ("old,target\na,b\n", "map.csv, row 1", "`old` is no placeholder of the layout"),
            ("target\na\n", "map.csv, row 1", "no column is called `key`"),
            ("key,target\na,x\n,y\n", "map.csv, row 3", "its key is empty"),
            ("key,target\na,x\na,y\n", "map.csv, row 3", "`a` is named before with other values"),
        ] {
            let error = read(text).unwrap_err();
            assert_eq!((error.place().as_deref(), error.to_string().as_str()), (Some(place), what));
        }
    }
}
