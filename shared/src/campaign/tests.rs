//! A thousand people, thirty days, three campaigns and whatever people do: nothing is ever sent that must not be, and who got nothing has
//! a reason. `world` makes the people, `run` sends as the worker does, `audit` looks at what was sent with nothing of this module.

mod audit;
mod run;
mod world;

use audit::audit;
use run::{Outcome, run};
use world::world;

use super::Channel;

fn check(outcome: &Outcome, least_sent: usize) {
    let found = audit(outcome);
    assert!(found.is_empty(), "{} violations, such as {:#?}", found.len(), &found[..found.len().min(5)]);
    assert!(outcome.sent.len() > least_sent, "only {} were sent", outcome.sent.len());
}

/// Both changes to summer time, America's and Europe's, lie within.
#[test]
fn a_thousand_people_in_spring() {
    let outcome = run(world(1_000, 11, "2026-03-02T06:00:00Z"));
    check(&outcome, 1_500);
    for channel in [Channel::Email, Channel::Sms, Channel::InApp, Channel::Post, Channel::Call] {
        assert!(outcome.sent.iter().filter(|sent| sent.channel == channel).count() > 10, "{channel:?} was never tried");
    }
    // What the world does must have happened, or nothing was tested.
    for reason in [
        "opted_out",
        "purchased",
        "reengaged",
        "holdout",
        "global_holdout",
        "in_other_campaign",
        "attempts_exhausted",
        "budget_spent",
        "erased",
        "no_consent",
        "open_ticket",
        "replied",
        "channel_cap",
        "quiet_hours",
        "complaint",
        "campaign_paused",
        "sending_stopped",
    ] {
        assert!(outcome.reasons.contains_key(reason), "{reason} never happened: {:?}", outcome.reasons);
    }
}

#[test]
fn people_in_autumn_and_in_any_world() {
    check(&run(world(300, 5, "2026-10-12T06:00:00Z")), 300);
    for seed in 0..8 {
        check(&run(world(40, 100 + seed, "2026-10-20T06:00:00Z")), 20);
    }
}

/// Its name, and what it does to a sound outcome.
type Planted = (&'static str, fn(&mut Outcome));

/// An audit that finds nothing wrong in anything proves nothing.
#[test]
fn the_audit_finds_what_is_planted() {
    let planted: [Planted; 8] = [
        ("second", |outcome| {
            let again = outcome.sent[0].clone();
            outcome.sent.push(again);
        }),
        ("cap", |outcome| {
            let first = outcome.sent.iter().find(|sent| sent.channel == Channel::Sms).expect("some").clone();
            for days in 1..3 {
                let at = crate::time::Millis(first.at.0 + days * 86_400_000);
                outcome.sent.push(run::Sent { at, step: 90 + u8::try_from(days).unwrap(), ..first.clone() });
            }
        }),
        ("quiet", |outcome| {
            let mail = outcome.sent.iter_mut().filter(|sent| sent.channel == Channel::Email);
            mail.for_each(|sent| sent.at.0 += 9 * 3_600_000 + 4 * 3_600_000);
        }),
        ("opted out", |outcome| {
            let first = outcome.sent[0].clone();
            outcome.world.people[first.person].opted_out.insert(first.channel, crate::time::Millis(first.at.0 - 1));
        }),
        ("held out", |outcome| {
            let first = outcome.sent[0].clone();
            outcome.held_out.insert((first.person, first.campaign));
        }),
        ("budget", |outcome| outcome.sent[0].cost += 9_000_000_000),
        ("came back", |outcome| {
            let first = outcome.sent[0].clone();
            outcome.world.people[first.person].orders.push(crate::time::Millis(first.at.0 - 3_600_000));
        }),
        ("no reason", |outcome| {
            outcome.sent.clear();
            outcome.why.clear();
        }),
    ];
    for (name, plant) in planted {
        let mut outcome = run(world(60, 3, "2026-03-02T06:00:00Z"));
        assert!(audit(&outcome).is_empty());
        plant(&mut outcome);
        let found = audit(&outcome);
        assert!(!found.is_empty(), "{name} was not found");
    }
}
