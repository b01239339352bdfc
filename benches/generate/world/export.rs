//! Full exports as DynamoDB lays them out.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use flate2::{Compression, GzBuilder};
use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};
use serde_json::json;

use super::chance::Permutation;
use super::expected::Tally;
use super::files::{self, Hashed, hex, md5};
use super::items::{Lines, Table};
use super::names::{EXPORT_TIME, Moment};
use super::plan::Plan;

/// Records of a data file.
const RECORDS: u64 = 100_000;
/// Bytes of lines that are compressed at once.
const PIECE: usize = 1 << 16;
/// The gzip header's byte for an unknown system, as DynamoDB writes it.
const UNKNOWN_SYSTEM: u8 = 255;

/// Writes the exports of all tables below a folder.
pub(super) fn write(dir: &Path, plan: &Plan) -> io::Result<Tally> {
    let mut tally = Tally::default();
    for table in Table::ALL {
        tally = tally.with(write_table(dir, plan, table)?);
    }
    // One item of `usecases`.
    tally.items += 1;
    Ok(tally)
}

fn write_table(dir: &Path, plan: &Plan, table: Table) -> io::Result<Tally> {
    let id = format!("0{EXPORT_TIME}-{}", &hex(&md5(table.name().as_bytes()))[..8]);
    let prefix = format!("AWSDynamoDB/{id}");
    let folder = dir.join(&prefix);
    fs::create_dir_all(folder.join("data"))?;
    let records = table.records(plan);
    // A table's items stand in the order of their keys' hashes.
    let order = Permutation::new(records, plan.chance);
    let data_file = |number: u64| -> io::Result<(String, u64, u64, Tally)> {
        let key = format!("{prefix}/data/{}.json.gz", base32(md5(format!("{id} {number}").as_bytes())));
        let file = Hashed::create(&dir.join(&key))?;
        let mut gzip = GzBuilder::new().operating_system(UNKNOWN_SYSTEM).write(file, Compression::default());
        let (mut lines, mut tally) = (Lines::default(), Tally::default());
        for place in number * RECORDS..records.min((number + 1) * RECORDS) {
            table.write(plan, order.at(place), &mut lines, &mut tally);
            if lines.text.len() >= PIECE {
                gzip.write_all(&lines.text)?;
                lines.text.clear();
            }
        }
        gzip.write_all(&lines.text)?;
        let (size, md5_of_file) = gzip.finish()?.close()?;
        let line = json!({
            "itemCount": lines.items,
            "md5Checksum": BASE64.encode(md5_of_file),
            "etag": format!("{}-1", hex(&md5(&md5_of_file))),
            "dataFileS3Key": key,
        });
        Ok((format!("{line}\n"), lines.items, size, tally))
    };
    let made: Vec<_> =
        (0..records.div_ceil(RECORDS).max(1)).into_par_iter().map(data_file).collect::<Result<_, _>>()?;
    let (mut manifest, mut items, mut size, mut tally) = (String::new(), 0, 0, Tally::default());
    for (line, items_of_file, size_of_file, tally_of_file) in made {
        manifest.push_str(&line);
        items += items_of_file;
        size += size_of_file;
        tally = tally.with(tally_of_file);
    }
    let arn = format!("arn:aws:dynamodb:eu-central-1:111122223333:table/{}", table.name());
    let summary = json!({
        "version": "2020-06-30",
        "exportArn": format!("{arn}/export/{id}"),
        "startTime": time(EXPORT_TIME),
        "endTime": time(EXPORT_TIME + 300_000),
        "tableArn": arn,
        "tableId": files::uuid(table.name()),
        "exportTime": time(EXPORT_TIME),
        "s3Bucket": "audit-deliveries",
        "s3Prefix": null,
        "s3SseAlgorithm": "AES256",
        "s3SseKmsKeyId": null,
        "manifestFilesS3Key": format!("{prefix}/manifest-files.json"),
        "billedSizeBytes": size,
        "itemCount": items,
        "outputFormat": "DYNAMODB_JSON",
    });
    for (name, text) in [("manifest-files", manifest), ("manifest-summary", format!("{summary}\n"))] {
        files::write(&folder.join(format!("{name}.md5")), BASE64.encode(md5(text.as_bytes())))?;
        files::write(&folder.join(format!("{name}.json")), text)?;
    }
    files::write(&folder.join("_started"), "")?;
    Ok(tally)
}

fn time(milliseconds: i64) -> String {
    let mut text = Vec::new();
    Moment::new(milliseconds / 1_000).push_iso(&mut text);
    String::from_utf8_lossy(&text).into_owned()
}

/// 26 characters of lower-case base32, as AWS names data files.
fn base32(bytes: [u8; 16]) -> String {
    let number = u128::from_be_bytes(bytes);
    (0..26)
        .map(|place| char::from(b"abcdefghijklmnopqrstuvwxyz234567"[(number >> (5 * place)) as usize & 31]))
        .collect()
}
