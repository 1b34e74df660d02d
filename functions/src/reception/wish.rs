//! An end of consent that a provider told of, as [`leaving`](crate::leaving) makes it true.

use shared::campaign::Channel;
use shared::time::Millis;

use crate::leaving::{self, Leave, Scope, Who};

/// What somebody wants, as a provider told it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// A row of `contacts`, where it is known whose message it was.
    pub contact: Option<i64>,
    /// The address that it was about, where that is all that is known.
    pub address: Option<String>,
    pub what: What,
    /// On which it was said.
    pub channel: Channel,
    /// As `consents.source`.
    pub source: &'static str,
    pub wording: Option<String>,
    pub at: Millis,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// No more over this channel.
    OptOut,
    /// Called a message spam: no more over any.
    Complaint,
}

impl Wish {
    /// In the words of leaving, each to be done; none where nobody is meant.
    ///
    /// They name no touch: what came of it is written down under the event's own key.
    pub fn leaves(&self) -> Vec<Leave> {
        let is_phone = matches!(self.channel, Channel::Sms | Channel::Call);
        let who = match (self.contact, &self.address) {
            (Some(contact), _) => Who::Contact(contact),
            (None, Some(address)) if is_phone => Who::Phone(address.clone()),
            (None, Some(address)) => Who::Email(address.clone()),
            (None, None) => return Vec::new(),
        };
        let leave = |what| Leave {
            who: who.clone(),
            what,
            source: self.source.to_owned(),
            wording: self.wording.clone(),
            touch: None,
            at: self.at,
        };
        match self.what {
            What::OptOut => vec![leave(leaving::What::OptOut(Scope::Channel(self.channel)))],
            What::Complaint => {
                vec![leave(leaving::What::Complaint(self.channel)), leave(leaving::What::OptOut(Scope::All))]
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish(what: What, channel: Channel, contact: Option<i64>) -> Wish {
        let address = Some("+14155550198".to_owned());
        Wish { contact, address, what, channel, source: "provider_event", wording: None, at: Millis(1) }
    }

    #[test]
    fn an_opt_out_is_of_its_channel_and_a_complaint_of_all() {
        let told = |wish: &Wish| wish.leaves().into_iter().map(|leave| leave.what).collect::<Vec<_>>();
        let opt_out = wish(What::OptOut, Channel::Email, Some(7));
        assert_eq!(told(&opt_out), [leaving::What::OptOut(Scope::Channel(Channel::Email))]);
        let complaint = wish(What::Complaint, Channel::Email, Some(7));
        assert_eq!(told(&complaint), [leaving::What::Complaint(Channel::Email), leaving::What::OptOut(Scope::All)]);
    }

    #[test]
    fn who_is_meant_is_the_contact_where_it_is_known() {
        let who = |wish: &Wish| wish.leaves().pop().map(|leave| leave.who);
        assert_eq!(who(&wish(What::OptOut, Channel::Sms, Some(7))), Some(Who::Contact(7)));
        assert_eq!(who(&wish(What::OptOut, Channel::Sms, None)), Some(Who::Phone("+14155550198".to_owned())));
        assert_eq!(who(&Wish { address: None, ..wish(What::OptOut, Channel::Sms, None) }), None);
    }
}
