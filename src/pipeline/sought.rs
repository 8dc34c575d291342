//! Who looked for a tender before it became otherwise, and who began to only then: remembered beside its record, as what it says now tells neither.
//! Judges nothing.

use jiff::Timestamp;

use super::Effects;
use crate::base::caps::STORE_VALUE_BYTES;
use crate::base::ids::{RecordId, SegmentId};
use crate::store::StoreError;

/// Under names that begin so the store remembers it.
const SOUGHT: &str = "sought.";

/// What a segment made of a tender that it did not look for all the time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sought {
    pub(super) segment: SegmentId,
    /// When the tender became what the segment looks for; `None`: it was so when it was first seen; [`Timestamp::MAX`]: it did so as it ended, and nobody
    /// was told yet.
    pub(super) began: Option<Timestamp>,
    /// When it became something else; `None`: it is what the segment looks for.
    pub(super) left: Option<Timestamp>,
    /// When it was so again after that.
    pub(super) back: Option<Timestamp>,
}

/// The name under which the store remembers it of a record.
pub(super) fn mark_of(record: RecordId) -> String {
    format!("{SOUGHT}{record}")
}

/// What is remembered of a record.
pub(super) async fn sought(effects: &Effects, record: RecordId) -> Result<Vec<Sought>, StoreError> {
    Ok(effects.store.mark(&mark_of(record)).await?.map_or_else(Vec::new, |bytes| read(&bytes)))
}

/// With what became otherwise at a moment: who looks for it now, and who did until then; `live`: it can be answered now. `None`: nothing did.
pub(super) fn turned(known: &[Sought], (until, now): (&[SegmentId], &[SegmentId]), (at, live): (Timestamp, bool)) -> Option<Vec<Sought>> {
    let mut all = known.to_vec();
    for segment in now {
        match all.iter_mut().find(|one| one.segment == *segment) {
            Some(one) => {
                one.back = one.left.map(|_| at).or(one.back);
                one.left = None;
                one.began = one.began.map(|began| if live { began.min(at) } else { began });
            }
            None if until.contains(segment) => {}
            None => {
                all.push(Sought { segment: segment.clone(), began: Some(if live { at } else { Timestamp::MAX }), left: None, back: None });
            }
        }
    }
    for segment in until.iter().filter(|segment| !now.contains(segment)) {
        match all.iter_mut().find(|one| one.segment == *segment) {
            Some(one) => one.left = one.left.or(Some(at)),
            None => all.push(Sought { segment: segment.clone(), began: None, left: Some(at), back: None }),
        }
    }
    (all != known).then_some(all)
}

/// As it is stored: a line each. Where that would be too much, those who began or left first are forgotten.
pub(super) fn written(all: &[Sought]) -> Vec<u8> {
    let time = |at: Option<Timestamp>| at.map_or_else(|| "-".to_owned(), |at| at.to_string());
    let line = |one: &Sought| format!("{} {} {} {}\n", one.segment, time(one.began), time(one.left), time(one.back));
    let mut room = STORE_VALUE_BYTES;
    let mut lines: Vec<String> =
        all.iter().rev().map(line).take_while(|line| room.checked_sub(line.len()).map(|left| room = left).is_some()).collect();
    lines.reverse();
    lines.concat().into_bytes()
}

fn read(bytes: &[u8]) -> Vec<Sought> {
    let line = |line: &str| {
        let mut words = line.split(' ');
        let segment = words.next()?.parse().ok()?;
        let mut time = || words.next().and_then(|word| word.parse().ok());
        Some(Sought { segment, began: time(), left: time(), back: time() })
    };
    String::from_utf8_lossy(bytes).lines().filter_map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::sample::day;

    #[test]
    fn who_began_to_look_for_it_and_who_did_until_now() {
        let names = |names: &[&str]| names.iter().map(|name| name.parse().unwrap()).collect::<Vec<SegmentId>>();
        let of = |segment: &str, began: Option<i64>, left: Option<i64>| Sought {
            segment: segment.parse().unwrap(),
            began: began.map(day),
            left: left.map(day),
            back: None,
        };
        for (known, until, now, want) in [
            (vec![], &["a"][..], &["a"][..], None),
            (vec![], &["a"], &["b"], Some(vec![of("b", Some(9), None), of("a", None, Some(9))])),
            // It left and is there again: it was told of before.
            (vec![of("a", None, Some(3))], &[], &["a"], Some(vec![Sought { back: Some(day(9)), ..of("a", None, None) }])),
            // It began late and left: it was told of as well.
            (vec![of("a", Some(3), None)], &["a"], &[], Some(vec![of("a", Some(3), Some(9))])),
            // Who does not look for it any more did so until they left.
            (vec![of("a", None, Some(3))], &["a"], &[], None),
        ] {
            let turned = turned(&known, (&names(until), &names(now)), (day(9), true));
            assert_eq!(turned, want, "{known:?}");
            let all = turned.unwrap_or_default();
            assert_eq!(read(&written(&all)), all);
        }
        // As it ends it begins to be nobody's; when it takes offers again it is new.
        let ended = turned(&[], (&[], &names(&["a"])), (day(9), false)).unwrap();
        assert_eq!(ended, [Sought { began: Some(Timestamp::MAX), ..of("a", None, None) }]);
        assert_eq!(read(&written(&ended)), ended);
        assert_eq!(turned(&ended, (&names(&["a"]), &names(&["a"])), (day(10), true)), Some(vec![of("a", Some(10), None)]));
        let many: Vec<Sought> = (0..200).map(|n| of(&format!("segment-{n}"), Some(n), None)).collect();
        let kept = written(&many);
        assert!(kept.len() <= STORE_VALUE_BYTES);
        assert_eq!(read(&kept), many[many.len() - read(&kept).len()..]);
    }
}
