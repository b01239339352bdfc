//! An S3 Inventory delivery: parts, manifest, checksum and symlink file, at the keys that AWS gives them.

use std::error::Error;
use std::fs;
use std::path::Path;

use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

use super::expected::Tally;
use super::files::{self, hex, md5, uuid};
use super::names::{BUCKET, INVENTORY_TIME};
use super::plan::Plan;
use super::{Format, Options, csv, parquet};

/// The bucket that the delivery went to.
const DESTINATION: &str = "audit-deliveries";

/// Writes the delivery below a folder.
pub(super) fn write(dir: &Path, options: &Options, plan: &Plan) -> Result<Tally, Box<dyn Error + Send + Sync>> {
    let configuration = format!("{BUCKET}/nightly");
    fs::create_dir_all(dir.join(&configuration).join("data"))?;
    let (name, ending, schema) = match options.format {
        Format::Csv => ("CSV", "csv.gz", csv::SCHEMA),
        Format::Parquet => ("Parquet", "parquet", parquet::SCHEMA),
    };
    let parts = options.parts();
    let write_part = |part: u64| -> Result<_, Box<dyn Error + Send + Sync>> {
        let key = format!("{configuration}/data/{}.{ending}", uuid(&format!("{name} {part}")));
        let places = options.objects * part / parts..options.objects * (part + 1) / parts;
        let mut tally = Tally::default();
        let (size, md5) = match options.format {
            Format::Csv => csv::write(&dir.join(&key), plan, places, &mut tally),
            Format::Parquet => parquet::write(&dir.join(&key), plan, places, &mut tally),
        }?;
        Ok((key, size, md5, tally))
    };
    let written: Vec<_> = (0..parts).into_par_iter().map(write_part).collect::<Result<_, _>>()?;
    let (mut entries, mut links, mut tally) = (Vec::new(), Vec::new(), Tally::default());
    for (key, size, md5, tally_of_part) in written {
        let md5 = hex(&md5);
        entries.push(format!(
            "{{\n    \"key\" : \"{key}\",\n    \"size\" : {size},\n    \"MD5checksum\" : \"{md5}\"\n  }}"
        ));
        links.push(format!("s3://{DESTINATION}/{key}"));
        tally = tally.with(tally_of_part);
    }
    // Byte for byte as Jackson prints it.
    let fields = [
        ("sourceBucket", format!("\"{BUCKET}\"")),
        ("destinationBucket", format!("\"arn:aws:s3:::{DESTINATION}\"")),
        ("version", "\"2016-11-30\"".to_owned()),
        ("creationTimestamp", format!("\"{INVENTORY_TIME}\"")),
        ("fileFormat", format!("\"{name}\"")),
        ("fileSchema", format!("\"{schema}\"")),
        ("files", format!("[ {} ]", entries.join(", "))),
    ];
    let manifest = format!("{{\n{}\n}}", fields.map(|(name, value)| format!("  \"{name}\" : {value}")).join(",\n"));
    let folder = dir.join(&configuration);
    let symlink = folder.join("hive/dt=2026-11-22-01-00/symlink.txt");
    files::write(&symlink, links.join("\n"))?;
    let folder = folder.join("2026-11-22T01-00Z");
    files::write(&folder.join("manifest.json"), &manifest)?;
    files::write(&folder.join("manifest.checksum"), format!("{}\n", hex(&md5(manifest.as_bytes()))))?;
    Ok(tally)
}
