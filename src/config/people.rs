//! The reps: who works leads, when their digest leaves, and by which channel. Knows the references of `[[rep]]`, not how leads are given out.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::tz::TimeZone;

use super::Rep;
use super::assemble::{Builder, Ids, named, repeated};
use super::changes::Marks;
use super::desk::{Section, canonical};
use super::layers::Tables;
use super::problem::nearest;
use super::process::{self, DaemonSpec};
use crate::base::ids::{ChannelId, ContentHash, RepId};
use crate::model::Fault;
use crate::render::Language;
use crate::{route, schedule};

/// A channel as it is written, good or not: what refers to it is judged although something else in it is wrong.
pub(super) struct Way {
    /// Its name.
    pub(super) id: String,
    /// What it is, as written.
    pub(super) kind: String,
    /// Whether it carries mail to people; `None`: its kind is not known.
    pub(super) mails: Option<bool>,
}

/// Why a file channel brings no mail.
const JSON_LINES: &str = "writes JSON lines for machines (`format = \"jsonl\"`): without `format` it writes mails into its folder";

/// What reps refer to.
pub(super) struct People<'x> {
    /// Every segment that is written, good or not.
    pub(super) segments: &'x Ids,
    /// Every channel that is written, good or not.
    pub(super) channels: &'x Ids,
    /// What the channels are.
    pub(super) ways: &'x [Way],
    /// For reps that name none.
    pub(super) zone: &'x TimeZone,
}

impl People<'_> {
    /// Compiles every `[[rep]]`.
    pub(super) fn compile<'a>(&self, builder: &mut Builder<'a>, tables: &'a Tables, marks: &mut Marks<RepId>) -> Vec<Arc<Rep>> {
        let mut out = Vec::new();
        for (index, (at, table)) in repeated(tables, "rep").iter().enumerate() {
            let mut section = named("rep", index, table, *at);
            if let Some(rep) = self.rep(builder, &mut section) {
                let text = format!("{}zone = {}\nchannel = {}\n", canonical(table, route::KEYS), name_of(&rep.rep.zone), rep.channel);
                marks.insert(rep.rep.id.clone(), ContentHash::of(text.as_bytes()));
                out.push(Arc::new(rep));
            }
        }
        out
    }

    fn rep(&self, builder: &mut Builder<'_>, section: &mut Section<'_>) -> Option<Rep> {
        builder.desk.refuse_unknown(section, route::KEYS);
        let mut spec: route::Spec = builder.desk.read(section, None);
        let zone = spec.zone.get_or_insert_with(|| name_of(self.zone)).clone();
        for (at, id) in spec.segments.iter().enumerate() {
            builder.refer(section, &format!("segments[{at}]"), id, "segment", self.segments);
        }
        let rep = builder.desk.compiled(section, spec.compile());
        let written = rep.as_ref().map(|rep| rep.digest.clone()).or(spec.digest.clone());
        let digest = written.and_then(|written| {
            let zone = process::zone(&zone).unwrap_or(TimeZone::UTC);
            let digest = schedule::DigestTimes::parse(&written, zone).map_err(|expected| vec![Fault::new("digest", &written, expected)]);
            builder.desk.compiled(section, digest)
        });
        let language = language(builder, section, spec.language.as_deref().unwrap_or("en"));
        let channel = self.channel(builder, section, spec.channel.as_deref());
        Some(Rep { rep: rep?, language: language?, digest: digest?, channel: channel? })
    }

    /// The channel that brings a rep's mail: the one it names, else the only one that carries mail.
    fn channel(&self, builder: &mut Builder<'_>, section: &mut Section<'_>, written: Option<&str>) -> Option<ChannelId> {
        let mail: BTreeSet<&str> = self.ways.iter().filter(|way| way.mails == Some(true)).map(|way| way.id.as_str()).collect();
        if let Some(id) = written {
            builder.refer(section, "channel", id, "channel", self.channels);
            let named = self.ways.iter().find(|way| way.id == id)?;
            if named.mails == Some(false) {
                let why = if named.kind == "file" { JSON_LINES.to_owned() } else { format!("is a {} for machines", named.kind) };
                let expected = format!("a channel that carries mail, of kind email or file: \"{id}\" {why}");
                builder.desk.fault(section, &Fault::new("channel", id, expected), None);
                return None;
            }
            return id.parse().ok();
        }
        match mail.into_iter().collect::<Vec<_>>().as_slice() {
            [only] => only.parse().ok(),
            // A channel of an unknown kind has its own problem; this one would follow from it.
            [] if self.ways.iter().any(|way| way.mails.is_none()) || builder.syntax || builder.refused.contains("channel") => None,
            [] => {
                let lines = self.ways.iter().find(|way| way.kind == "file");
                let lines = lines.map(|way| format!("\"{}\" {JSON_LINES}. Or ", way.id)).unwrap_or_default();
                let expected = format!(
                    "a channel for their digest: {lines}add one, such as `[[channel]]` with `id = \"mail\"`, `kind = \"email\"`, `host` and \
                     `from`, or `kind = \"file\"` to write mails into a folder"
                );
                builder.desk.fault(section, &Fault::new("channel", "no channel carries mail", expected), None);
                None
            }
            several => {
                let ids: Vec<_> = several.iter().map(|id| format!("\"{id}\"")).collect();
                let expected = format!("one of the channels that carry mail: {}", ids.join(", "));
                builder.desk.fault(section, &Fault::new("channel", "", expected), None);
                None
            }
        }
    }
}

impl<'a> Builder<'a> {
    /// The channels of notices must be there, and what goes by mail must go to somebody.
    pub(super) fn notices(&mut self, tables: &'a Tables, operator: bool, known: &Ids, ways: &[Way]) {
        let Some((at, table)) = tables.process.get("daemon") else { return };
        let mut section = Section::new("[daemon]".to_owned(), table, *at);
        let spec: DaemonSpec = self.desk.read(&mut section, Some(process::DAEMON_KEYS));
        for (at, id) in spec.notices.iter().enumerate() {
            let key = format!("notices[{at}]");
            self.refer(&mut section, &key, id, "channel", known);
            if !operator && ways.iter().any(|way| way.id == *id && way.mails == Some(true)) {
                let expected = "an e-mail address in `operator`: `contact` is a web page, and this channel brings mail";
                self.desk.fault(&mut section, &Fault::new(key, id, expected), None);
            }
        }
    }
}

/// The language of a rep's mail; one that is not spoken is refused rather than answered in English.
fn language(builder: &mut Builder<'_>, section: &mut Section<'_>, written: &str) -> Option<Language> {
    let known = Language::of(written);
    if known.is_none() {
        let tags: Vec<_> = Language::ALL.iter().map(|language| format!("`{}`", language.tag())).collect();
        let near = nearest(written, Language::ALL.iter().map(|language| language.tag()));
        builder.desk.fault(section, &Fault::new("language", written, format!("one of {}", tags.join(", "))), near);
    }
    known
}

fn name_of(zone: &TimeZone) -> String {
    zone.iana_name().unwrap_or("UTC").to_owned()
}
