//! The manifests of one bucket: there, there once what is archived has been restored, and back.

use std::io::{self, BufWriter};

use crate::audit::migrate::files::{HashedFile, PlanFiles};
use crate::migration::batch_operations::ManifestWriter;

/// The most bytes of a manifest: a few hundred thousand rows, so that a job can be looked over and stopped.
const MANIFEST_BYTES: u64 = 128 << 20;

type Open<'f> = Box<dyn FnMut(usize) -> io::Result<BufWriter<HashedFile>> + 'f>;
type Manifests<'f> = ManifestWriter<'f, BufWriter<HashedFile>, Open<'f>>;

/// The manifests of one bucket.
pub(super) struct BucketManifests<'f> {
    pub(super) bucket: u16,
    pub(super) there: Manifests<'f>,
    pub(super) after_restore: Manifests<'f>,
    pub(super) back: Manifests<'f>,
}

impl<'f> BucketManifests<'f> {
    pub(super) fn new(files: &'f PlanFiles<'_>, bucket: u16, name: &'f str) -> Self {
        let manifests = |folder: &'static str, suffix: &'static str| -> Manifests<'f> {
            let open: Open<'f> =
                Box::new(move |number: usize| files.create(&format!("{folder}/{name}{suffix}-{:05}.csv", number + 1)));
            ManifestWriter::new(name, MANIFEST_BYTES, open)
        };
        Self {
            bucket,
            there: manifests("batch-operations", ""),
            after_restore: manifests("batch-operations", "-after-restore"),
            back: manifests("rollback/batch-operations", ""),
        }
    }

    pub(super) fn finish(self) -> io::Result<()> {
        self.there.finish()?;
        self.after_restore.finish()?;
        self.back.finish()?;
        Ok(())
    }
}
