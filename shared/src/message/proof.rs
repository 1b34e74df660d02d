//! Proof: what customers said and what was measured, for as long as whoever said it allows it.
//!
//! A message cites a proof word for word or not at all. Where none fits the person, the message takes another side; nothing is made up.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::reason::Reason;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Proof {
    pub id: String,
    pub kind: ProofKind,
    /// Word for word.
    pub text: String,
    /// As they may be named: "Ana, florist in Porto".
    #[serde(default)]
    pub who: Option<String>,
    /// Where it comes from, so that somebody can look it up.
    pub source: String,
    #[serde(default)]
    pub link: Option<String>,
    #[serde(default)]
    pub permission: Option<Permission>,
    /// ISO date: the last day on which it may be used.
    #[serde(default)]
    pub expires_on: Option<String>,
    /// Whom it is like; an empty list is like all.
    #[serde(default)]
    pub industries: Vec<String>,
    #[serde(default)]
    pub reasons: Vec<Reason>,
    #[serde(default)]
    pub segments: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProofKind {
    CaseStudy,
    Review,
    Quote,
    /// A number, such as "orders arrive in 2 days".
    Figure,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Permission {
    /// Who allowed it, in words.
    pub by: String,
    /// ISO date.
    pub on: String,
}

/// Whom a proof is to be like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Like<'a> {
    pub industry: Option<&'a str>,
    pub reason: Reason,
    pub segment: Option<&'a str>,
    /// ISO date.
    pub day: &'a str,
}

/// Words beyond which a citation is no paragraph of a mail.
const MOST_WORDS: usize = 45;

/// The one that is most like this person; the first among equals. A proof of another reason, trade or segment is none.
pub fn matching<'a>(proofs: &'a [Proof], like: &Like<'_>) -> Option<&'a Proof> {
    let mut best: Option<(&Proof, u32)> = None;
    for proof in proofs.iter().filter(|proof| usable(proof, like.day)) {
        if let Some(fit) = fit(proof, like)
            && best.is_none_or(|(_, other)| fit > other)
        {
            best = Some((proof, fit));
        }
    }
    best.map(|(proof, _)| proof)
}

/// Allowed by somebody, not over, and short enough to be cited whole.
pub fn usable(proof: &Proof, day: &str) -> bool {
    let is_allowed =
        proof.permission.as_ref().is_some_and(|permission| permission.on.as_str() <= day && !permission.by.trim().is_empty());
    let stands = proof.expires_on.as_deref().is_none_or(|last| last >= day);
    let words = proof.text.split_whitespace().count();
    is_allowed && stands && (1..=MOST_WORDS).contains(&words) && !proof.source.trim().is_empty()
}

fn fit(proof: &Proof, like: &Like<'_>) -> Option<u32> {
    let of = |is_open: bool, is_named: bool, weight: u32| if is_named { Some(weight) } else { is_open.then_some(0) };
    let reason = of(proof.reasons.is_empty(), proof.reasons.contains(&like.reason), 4)?;
    let named = |list: &[String], one: Option<&str>| one.is_some_and(|one| list.iter().any(|other| other == one));
    let segment = of(proof.segments.is_empty(), named(&proof.segments, like.segment), 2)?;
    let industry = of(proof.industries.is_empty(), named(&proof.industries, like.industry), 1)?;
    Some(reason + segment + industry)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proof(id: &str, reasons: &[Reason]) -> Proof {
        Proof {
            id: id.to_owned(),
            kind: ProofKind::Quote,
            text: "Deliveries come when they say".to_owned(),
            who: None,
            source: "Survey".to_owned(),
            link: None,
            permission: Some(Permission { by: "Ana".to_owned(), on: "2026-01-01".to_owned() }),
            expires_on: None,
            industries: Vec::new(),
            reasons: reasons.to_vec(),
            segments: Vec::new(),
        }
    }

    fn found(proofs: &[Proof]) -> Option<&str> {
        let like = Like { industry: Some("pets"), reason: Reason::Price, segment: None, day: "2026-03-01" };
        matching(proofs, &like).map(|proof| proof.id.as_str())
    }

    #[test]
    fn the_most_alike_is_taken_and_one_of_another_reason_never() {
        let all = [proof("any", &[]), proof("service", &[Reason::Service]), proof("price", &[Reason::Price])];
        assert_eq!(found(&all), Some("price"));
        assert_eq!(found(&all[..2]), Some("any"));
        assert_eq!(found(&all[1..2]), None);
        let of_trade = Proof { industries: vec!["fashion".to_owned()], ..proof("fashion", &[]) };
        assert_eq!(found(&[of_trade]), None);
    }

    #[test]
    fn without_permission_over_or_too_long_it_is_not_used() {
        let good = proof("a", &[]);
        assert_eq!(found(std::slice::from_ref(&good)), Some("a"));
        assert_eq!(found(&[Proof { permission: None, ..good.clone() }]), None);
        assert_eq!(found(&[Proof { expires_on: Some("2026-02-28".to_owned()), ..good.clone() }]), None);
        assert_eq!(found(&[Proof { expires_on: Some("2026-03-01".to_owned()), ..good.clone() }]), Some("a"));
        assert_eq!(found(&[Proof { text: "word ".repeat(46), ..good }]), None);
    }
}
