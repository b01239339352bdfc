//! `stocktake path build`.

use clap::{Args, ValueEnum};

use super::{ConfigArgs, Given, area_named, check_names, given, told};
use crate::cli::Failure;
use crate::cli::console::Console;
use crate::layout::Layout;
use crate::model::Severity;
use crate::render::hostile::visible;

/// Give the key and the URI of an artifact
///
/// Values are spelled as records spell them: the aliases and replacements of the configuration hold. What follows the
/// last placeholder is given as `rest=…`. The key is proved to lie in the area before it is printed, and refused where a
/// rule of any key (K101 and the like) finds an error in it; what is less than an error is told.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  stocktake path build training job=cookies-20260607-024610 rest=output/model.tar.gz
  stocktake path build compilation job=cookies-1 target=x86_64 rest=model.tar.gz --format uri

Exits 0, or 2 where a value is missing or not of its form, or the key would be an error.")]
pub(super) struct BuildArgs {
    #[command(flatten)]
    config: ConfigArgs,
    /// The area
    area: String,
    /// Values of the area's placeholders, and what follows them as rest=…
    #[arg(value_name = "NAME=VALUE")]
    values: Vec<Given>,
    /// The bucket, where several have the area
    #[arg(long, value_name = "NAME")]
    bucket: Option<String>,
    /// The prefix of the bucket's entry, where the bucket has several
    #[arg(long, value_name = "PREFIX")]
    prefix: Option<String>,
    /// What is printed
    #[arg(long, value_enum, default_value_t = BuildFormat::Text, value_name = "FORMAT")]
    format: BuildFormat,
}

/// What is printed of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum BuildFormat {
    /// Both, each with its name.
    Text,
    /// The key alone.
    Key,
    /// The URI alone.
    Uri,
    /// Both, as JSON.
    Json,
}

impl BuildArgs {
    pub(super) fn run(self, console: &Console) -> Result<u8, Failure> {
        let layout = self.config.compile()?;
        let area = area_named(&layout, &self.area)?;
        let entry = self.entry(&layout, area)?;
        let name = &layout.spec().buckets[entry].name;
        let bucket = super::bucket_named(&layout, name)?;
        if let Some((names, _)) = bucket.needs(entry, area) {
            let rest_name =
                layout.spec().areas[area].path.value.rsplit_once("/{").and_then(|(_, last)| last.strip_suffix("**}"));
            let known = names.iter().map(String::as_str).chain(["rest"]).chain(rest_name);
            check_names(&self.values, known, &format!("area `{}`", self.area))?;
        }
        let rest = given(&self.values, "rest");
        let built = bucket.build(entry, area, &mut |name| given(&self.values, name), rest.as_deref());
        let key = built.map_err(|error| Failure::of(&error))?;
        let (errors, lesser): (Vec<_>, Vec<_>) = super::key_findings(&layout, bucket, &key)?
            .into_iter()
            .partition(|finding| finding.severity >= Severity::Error);
        if let Some(error) = errors.first() {
            return Err(Failure::usage(
                format!("the key `{}` would be an error: {}", visible(&key), told(error)),
                format!("give other values; `stocktake rules {}` says why", error.code),
            ));
        }
        for finding in &lesser {
            console.warn(&told(finding));
        }
        let uri = format!("s3://{name}/{key}");
        console.print(&match self.format {
            BuildFormat::Text => format!("key  {}\nuri  {}\n", visible(&key), visible(&uri)),
            BuildFormat::Key => format!("{key}\n"),
            BuildFormat::Uri => format!("{uri}\n"),
            BuildFormat::Json => format!("{}\n", serde_json::json!({ "bucket": name, "key": key, "uri": uri })),
        })?;
        Ok(0)
    }

    /// The bucket entry that is meant.
    fn entry(&self, layout: &Layout, area: usize) -> Result<usize, Failure> {
        let spec = layout.spec();
        if let Some(name) = &self.bucket {
            super::bucket_named(layout, name)?;
        }
        let role = &spec.areas[area].role;
        let fits = |entry: &&usize| {
            let bucket = &spec.buckets[**entry];
            bucket.role == *role
                && self.bucket.as_ref().is_none_or(|name| *name == bucket.name)
                && self.prefix.as_ref().is_none_or(|prefix| *prefix == bucket.prefix)
        };
        let all: Vec<usize> = (0..spec.buckets.len()).collect();
        let fitting: Vec<usize> = all.iter().filter(fits).copied().collect();
        match fitting.as_slice() {
            [only] => Ok(*only),
            [] => Err(Failure::usage(
                format!("no bucket entry like this has role `{role}`, which area `{}` belongs to", self.area),
                "declare one, or name another with --bucket and --prefix",
            )),
            several => {
                let names: Vec<String> = several
                    .iter()
                    .map(|entry| format!("s3://{}/{}", spec.buckets[*entry].name, spec.buckets[*entry].prefix))
                    .collect();
                Err(Failure::usage(
                    format!("area `{}` is in {}", self.area, names.join(" and ")),
                    "choose one with --bucket, or --prefix",
                ))
            }
        }
    }
}
