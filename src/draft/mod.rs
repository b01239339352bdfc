//! A layout drafted from what is in a bucket: areas by frequent shapes of folders, placeholders by the form of values.
//!
//! The inventory is read twice, as a stream: once for the shapes, whose number is bounded, and once to count what the
//! drafted layout explains, so that the share it claims is the share it has.

mod areas;
mod counting;
mod forms;
mod keys;
mod shape;
mod text;

use std::path::Path;

use crate::layout::config::{self, KnownRules};
use crate::layout::{ConfigErrors, Layout};
use crate::model::UserError;
use crate::source::inventory::{Delivery, discover};
use crate::source::{Place, SourceError};

/// What a draft is made of.
#[derive(Debug, Clone)]
pub struct DraftOptions<'a> {
    /// The delivery, or a folder of deliveries.
    pub inventory: &'a Place,
    /// The same as the configuration is to name it.
    pub named: String,
    /// The least share of the objects that makes an area, in thousandths.
    pub least_permille: u64,
    /// The rules that a configuration can name.
    pub rules: &'a KnownRules,
}

/// A drafted layout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// The commented `stocktake.toml`.
    pub text: String,
    /// The bucket.
    pub bucket: String,
    /// How many areas it has.
    pub areas: usize,
    /// Objects that lie in one of them.
    pub explained: u64,
    /// Objects that were listed, without markers of folders.
    pub objects: u64,
}

/// Why no layout can be drafted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DraftError {
    /// The inventory cannot be read.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// A part is missing or broken: what it lists is unknown.
    #[error("the inventory is not whole: {0}")]
    Incomplete(String),
    /// Several buckets at once.
    #[error("this holds inventories of {}", .0.join(" and "))]
    Several(Vec<String>),
    /// Nothing to draft from.
    #[error("the inventory of `{0}` lists no object in a folder")]
    Empty(String),
    /// The caller wants no more.
    #[error("interrupted")]
    Interrupted,
    /// The draft does not load: a mistake of this program.
    #[error("the drafted layout does not load: {0}")]
    Refused(String),
}

impl UserError for DraftError {
    fn place(&self) -> Option<String> {
        match self {
            Self::Source(error) => error.place(),
            _ => None,
        }
    }

    fn help(&self) -> Option<String> {
        match self {
            Self::Source(error) => error.help(),
            Self::Incomplete(_) => Some("copy the delivery down again; `stocktake inspect` says what it lacks".into()),
            Self::Several(_) => Some("name the folder of one of them".to_owned()),
            Self::Empty(_) => Some("start from a preset: `stocktake init --bucket NAME`".to_owned()),
            Self::Refused(_) => Some("report this: it is a bug of stocktake".to_owned()),
            Self::Interrupted => None,
        }
    }
}

impl From<ConfigErrors> for DraftError {
    fn from(errors: ConfigErrors) -> Self {
        Self::Refused(errors.0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))
    }
}

/// Drafts a layout. `go_on` is asked between batches of rows.
///
/// # Errors
///
/// An inventory that cannot be read or is not whole, one of several buckets, an empty one.
pub fn draft(options: &DraftOptions<'_>, go_on: &dyn Fn() -> bool) -> Result<Draft, DraftError> {
    let mut found = discover(std::slice::from_ref(options.inventory))?;
    if found.deliveries.len() > 1 {
        return Err(DraftError::Several(found.deliveries.into_iter().map(|delivery| delivery.bucket).collect()));
    }
    let Some(delivery) = found.deliveries.pop() else { return Err(DraftError::Empty("?".to_owned())) };
    let mut shapes = shape::Shapes::new();
    keys::each_directory(&delivery, go_on, &mut |directory, objects, bytes| shapes.add(directory, objects, bytes))?;
    shapes.settle();
    let areas = areas::choose(&shapes, options.least_permille);
    if areas.is_empty() {
        return Err(DraftError::Empty(delivery.bucket));
    }
    counted(options, &delivery, &areas, go_on)
}

/// Counts what the areas explain and writes it all down.
fn counted(
    options: &DraftOptions<'_>,
    delivery: &Delivery,
    areas: &[areas::DraftArea],
    go_on: &dyn Fn() -> bool,
) -> Result<Draft, DraftError> {
    let page =
        text::Page { bucket: &delivery.bucket, created_at: delivery.created_at, inventory: &options.named, areas };
    let compile = |text: &str| -> Result<Layout, DraftError> {
        let spec = config::parse(Path::new("stocktake.toml"), text.as_bytes(), options.rules)?;
        Ok(Layout::compile(spec)?)
    };
    let layout = compile(&page.write(None))?;
    let counts = counting::count(delivery, &layout, areas.len(), go_on)?;
    let text = page.write(Some(&counts));
    compile(&text)?;
    Ok(Draft {
        text,
        bucket: delivery.bucket.clone(),
        areas: areas.len(),
        explained: counts.explained,
        objects: counts.objects,
    })
}
