//! Old locations lead to places in the layout, and what is there already leads to itself.

use std::sync::LazyLock;

use proptest::prelude::*;
use stocktake::layout::resolve::Resolution;
use stocktake::layout::spec::{Anchor, FormSpec, LayoutSpec, PlaceholderSpec};
use stocktake::layout::{KeyMatch, Layout, USE_CASE};

use crate::layout_naive::{area, bucket, compiled, legacy, placeholder, spec};

static LAYOUT: LazyLock<Layout> = LazyLock::new(|| {
    let side = PlaceholderSpec {
        form: FormSpec::OneOf(vec!["left".to_owned(), "right".to_owned()]),
        ..placeholder("side", "x")
    };
    let mut model = area("model", "model/{p}/{side}/**");
    model.legacy = vec![
        legacy("full", &["old/{p}/{side}/{rest**}"], "model/{p}/{side}/{rest**}"),
        legacy("sideless", &["flat/{p}/{rest**}"], "model/{p}/{side}/{rest**}"),
        legacy("root", &["root/{p}.bin"], "model/{p}/left/{p}.bin"),
    ];
    model.legacy[1].record = vec!["side".to_owned()];
    model.legacy[2].anchor = Anchor::Bucket;
    let spec: LayoutSpec = spec(
        vec![bucket("shared", "a/"), bucket("shared", "b/"), bucket("own", "")],
        vec![placeholder("p", "[a-z]{1,3}"), side],
        vec![model],
    );
    compiled(spec)
});

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn every_candidate_lies_in_the_layout_and_leads_to_itself(
        bucket in "shared|own|othr",
        key in "(a/|b/|)(old|flat|root|model)/[a-z]{1,4}(/left|/right|/up|)(/f|\\.bin|//g|)",
        side in proptest::option::of("left|right|up"),
    ) {
        let layout = &*LAYOUT;
        let uri = format!("s3://{bucket}/{key}");
        let resolved = layout.resolve(&uri, &mut |name| side.clone().filter(|_| name == "side")).unwrap();
        let places = match resolved {
            Resolution::Current { uri: same, .. } => {
                prop_assert_eq!(&same, &uri);
                vec![same]
            }
            Resolution::Moved { candidates, .. } => {
                prop_assert!(!candidates.is_empty());
                candidates.into_iter().map(|candidate| candidate.uri).collect()
            }
            _ => vec![],
        };
        for place in places {
            let again = layout.resolve(&place, &mut |_| None).unwrap();
            prop_assert!(matches!(&again, Resolution::Current { uri, .. } if *uri == place), "{}: {:?}", place, again);
        }
    }

    #[test]
    fn a_walk_shows_every_segment_of_any_key(key in "(a/)?(old|model|models)?(/[a-z]{0,4}){0,5}") {
        let layout = &*LAYOUT;
        let bucket = layout.bucket("shared").unwrap();
        let walk = layout.walk(bucket, &key);
        let told: Vec<&str> = walk.steps.iter().map(|step| step.text.as_str()).collect();
        let segments: Vec<&str> = key.split('/').collect();
        prop_assert_eq!(&told[..segments.len()], &segments[..]);
        prop_assert_eq!(walk.miss.is_some(), walk.found == KeyMatch::Unmatched);
    }
}

#[test]
fn what_the_key_does_not_tell_gives_a_candidate_each() {
    let layout = &*LAYOUT;
    let candidates = |uri: &str| match layout.resolve(uri, &mut |_| None).unwrap() {
        Resolution::Moved { candidates, .. } => candidates,
        other => panic!("{other:?}"),
    };
    let by_side = candidates("s3://own/flat/ab/x");
    assert_eq!(
        by_side.iter().map(|found| &*found.uri).collect::<Vec<_>>(),
        ["s3://own/model/ab/left/x", "s3://own/model/ab/right/x"]
    );
    assert_eq!(by_side[1].supposed, [("side".to_owned(), "right".to_owned())]);
    let by_use_case = candidates("s3://shared/root/ab.bin");
    assert_eq!(
        by_use_case.iter().map(|found| &*found.uri).collect::<Vec<_>>(),
        ["s3://shared/a/model/ab/left/ab.bin", "s3://shared/b/model/ab/left/ab.bin"]
    );
    assert_eq!(by_use_case[0].supposed, [(USE_CASE.to_owned(), "a/".to_owned())]);
    assert_eq!(candidates("s3://own/root/ab.bin").len(), 1);
}
