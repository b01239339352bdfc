//! A baseline in memory: sixteen bytes for each entry, and a mark for those that occur.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use super::{BaselineError, BaselineReader, Entry, fingerprint, identity};
use crate::model::Finding;

/// Findings that are known already. Many threads ask it at once.
#[derive(Debug)]
pub struct KnownFindings {
    path: PathBuf,
    sha256: String,
    /// Sorted.
    fingerprints: Vec<u128>,
    /// A bit for each fingerprint: whether its finding occurred.
    seen: Vec<AtomicU64>,
    /// By the rule's code: how many entries.
    rules: BTreeMap<String, u64>,
}

impl KnownFindings {
    /// Reads a baseline. What it takes are sixteen bytes for each entry.
    ///
    /// # Errors
    ///
    /// That it cannot be read, or the line that is no entry.
    pub fn read(path: &Path) -> Result<Self, BaselineError> {
        let mut reader = BaselineReader::open(path)?;
        let mut fingerprints = Vec::new();
        let mut rules: BTreeMap<String, u64> = BTreeMap::new();
        let mut bytes = Vec::new();
        for entry in reader.by_ref() {
            let entry = entry?;
            identity(&entry.finding(), &mut bytes);
            fingerprints.push(fingerprint(&bytes));
            match rules.get_mut(&entry.rule) {
                Some(entries) => *entries += 1,
                None => {
                    rules.insert(entry.rule, 1);
                }
            }
        }
        fingerprints.sort_unstable();
        fingerprints.dedup();
        let seen = (0..fingerprints.len().div_ceil(64)).map(|_| AtomicU64::new(0)).collect();
        Ok(Self { path: path.to_owned(), sha256: reader.sha256(), fingerprints, seen, rules })
    }

    /// SHA-256 of the file, in hex.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// How many findings it knows.
    pub fn len(&self) -> u64 {
        self.fingerprints.len() as u64
    }

    /// Whether it knows none.
    pub fn is_empty(&self) -> bool {
        self.fingerprints.is_empty()
    }

    /// By the rule's code: how many entries.
    pub fn rules(&self) -> &BTreeMap<String, u64> {
        &self.rules
    }

    /// Whether a finding is known, which marks its entry as one that occurs. `buffer` is room to work in.
    pub fn mark(&self, finding: &Finding<'_>, buffer: &mut Vec<u8>) -> bool {
        if !self.rules.contains_key(&*finding.code) {
            return false;
        }
        let Some(place) = self.place(finding, buffer) else { return false };
        self.seen[place / 64].fetch_or(1 << (place % 64), Ordering::Relaxed);
        true
    }

    /// Whether the finding of an entry occurred.
    pub fn occurs(&self, entry: &Entry, buffer: &mut Vec<u8>) -> bool {
        let place = self.place(&entry.finding(), buffer);
        place.is_some_and(|place| self.seen[place / 64].load(Ordering::Relaxed) & 1 << (place % 64) != 0)
    }

    /// Reads the file again, entry by entry.
    ///
    /// # Errors
    ///
    /// That it cannot be read any more.
    pub fn entries(&self) -> Result<BaselineReader, BaselineError> {
        BaselineReader::open(&self.path)
    }

    fn place(&self, finding: &Finding<'_>, buffer: &mut Vec<u8>) -> Option<usize> {
        identity(finding, buffer);
        self.fingerprints.binary_search(&fingerprint(buffer)).ok()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::super::{BaselineError, BaselineReader, BaselineWriter, Entry, SCHEMA};
    use super::KnownFindings;
    use crate::model::{Finding, Severity, Subject};

    fn finding(key: &str, version: Option<&'static str>) -> Finding<'static> {
        let mut finding = Finding::new("L201", Severity::Error, Subject::Object).into_owned();
        finding.bucket = Some("b".into());
        finding.key = Some(key.to_owned().into());
        finding.version = version.map(Into::into);
        finding
    }

    #[test]
    fn a_finding_is_known_by_its_place_and_rule_whatever_its_version() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        let mut writer = BaselineWriter::new(&mut file).unwrap();
        let entries: Vec<Entry> =
            ["a\n\"b\"", "c"].iter().filter_map(|key| Entry::of(&finding(key, Some("v1")))).collect();
        entries.iter().for_each(|entry| writer.push(entry).unwrap());
        writer.finish().unwrap();
        let known = KnownFindings::read(file.path()).unwrap();
        let mut buffer = Vec::new();
        assert!(known.mark(&finding("a\n\"b\"", Some("v2")), &mut buffer));
        assert!(!known.mark(&finding("d", None), &mut buffer));
        let other_rule = Finding { code: "L203".into(), ..finding("c", None) };
        assert!(!known.mark(&other_rule, &mut buffer));
        let stale: Vec<Entry> =
            known.entries().unwrap().map(Result::unwrap).filter(|entry| !known.occurs(entry, &mut buffer)).collect();
        assert_eq!(stale, entries[1..]);
        assert_eq!((known.len(), known.rules()["L201"]), (2, 2));
        assert_eq!(BaselineReader::open(file.path()).unwrap().map(Result::unwrap).collect::<Vec<_>>(), entries);
    }

    #[test]
    fn a_line_that_is_no_entry_is_told_with_its_number() {
        for (text, expected) in [
            ("", "its first line"),
            ("{\"schema\":\"stocktake-results/1\"}", "its first line"),
            (&format!("{{\"schema\":\"{SCHEMA}\"}}\n\n{{}}"), "missing field"),
            (&format!("{{\"schema\":\"{SCHEMA}\"}}\n{{\"rule\":\"S001\",\"subject\":\"object\"}}"), "always told"),
            (&format!("{{\"schema\":\"{SCHEMA}\"}}\n{{\"rule\":\"L201\",\"subject\":\"thing\"}}"), "no subject"),
            (
                &format!("{{\"schema\":\"{SCHEMA}\"}}\n{{\"rule\":\"L201\",\"subject\":\"object\",\"kye\":\"\"}}"),
                "unknown field",
            ),
        ] {
            let mut file = tempfile::NamedTempFile::new().unwrap();
            file.write_all(text.as_bytes()).unwrap();
            let error = KnownFindings::read(file.path()).unwrap_err();
            assert!(error.to_string().contains(expected), "{error}");
            if let BaselineError::Line { line, .. } = error {
                assert_eq!(line as usize, text.lines().count(), "{text}");
            }
        }
    }
}
