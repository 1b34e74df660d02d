//! The one call to action: its words, and where it leads.

use super::{Composer, Told};
use crate::message::block::Place;
use crate::message::{Call, Channel, FactKey, Part, Slot};

impl Composer<'_> {
    /// None where the shop has told no address at all: the lint says so.
    pub(super) fn call(&self, channel: Channel, said: &[FactKey]) -> Option<(Call, Part)> {
        let nothing = Told::default();
        let all = || self.candidates(Slot::Action, Place::Lead, Channel::Email, &nothing);
        // The button goes on from what was said and opens no new subject.
        let found = || all().map(|found| found.part).find(|part| part.facts.iter().all(|key| said.contains(key)));
        let part = self.own(Slot::Action).or_else(found)?;
        // A thing's own page, where the words name the thing and nothing is promised that is used elsewhere.
        let is_open = !matches!(channel, Channel::Sms | Channel::Post);
        let thing =
            part.facts.iter().find_map(|key| self.facts.iter().find(|fact| fact.key == *key)?.link.clone()).filter(|_| is_open);
        let promised = self.promise.and_then(|promise| promise.link.clone());
        let told = self.campaign.draft.brief.link.clone();
        let link = promised.or(thing).or(told).or_else(|| self.campaign.brand.site.clone());
        let link = link.map(|link| link.trim().to_owned()).filter(|link| link.starts_with("https://"))?;
        Some((Call { text: part.text.replace('\n', " "), link }, part))
    }
}
