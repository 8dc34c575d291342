//! What is to be said of a source whose records name nobody: whose their leads are, and what would name them. Pure.

use crate::base::text::count;
use crate::config::Source;
use crate::model::Record;
use crate::resolve::identify;

/// That these records of a source name nobody, where none or few of them do, and the setting that would.
pub fn unnamed<'r>(source: &Source, records: impl IntoIterator<Item = &'r Record>) -> Option<String> {
    let (mut all, mut nobody) = (0_usize, 0_usize);
    for record in records {
        all += 1;
        nobody += usize::from(identify(record, source.about()).is_nobody());
    }
    let who = match nobody {
        few if few * 2 <= all => return None,
        most if most == all => format!("none of its {} names an organisation", count(all, "record", "records")),
        most => format!("{most} of its {} name no organisation", count(all, "record", "records")),
    };
    Some(format!(
        "{who}: {}, and nothing that other sources know joins it; what says who it is: {}",
        source.reader.unnamed(),
        source.reader.naming()
    ))
}
