//! The six plans, as data.

use super::{Ready, ReadyPlan};
use crate::api::Tier;
use crate::campaign::Channel::{self, Call, Email, InApp, Post, Retargeting, Sms, Video};
use crate::campaign::plan::{Again, Audience, Budget, Goal, Kind, Mode, Plan, PlanStep, Route, Stage, When};
use crate::message::Brief;
use crate::message::lint::Class;
use crate::offer::Step::{self, FullIncentive, Help, LastWord, Proof, SmallIncentive};
use crate::reason::Reason;
use crate::segment::ValueTier::{self, High, Low, Mid};

pub fn ready(code: Ready) -> ReadyPlan {
    match code {
        Ready::PriceIncrease => price_increase(),
        Ready::MissingFeature => missing_feature(),
        Ready::LapsedBuyer => lapsed_buyer(),
        Ready::FailedPayment => failed_payment(),
        Ready::BeforeChurn => before_churn(),
        Ready::WhiteGlove => white_glove(),
    }
}

fn price_increase() -> ReadyPlan {
    let plan = Plan {
        steps: steps(&[
            (0, Help, None, None, When::Always),
            (2, Help, Some(Call), Some(Video), HIGH),
            (5, Proof, Some(Email), Some(InApp), When::Always),
            (8, Proof, Some(Retargeting), None, When::Silent),
            (11, SmallIncentive, None, None, When::Always),
            (15, SmallIncentive, Some(InApp), None, When::Engaged),
            (18, FullIncentive, Some(Email), Some(Sms), When::Always),
            (22, FullIncentive, Some(Post), None, WORTH),
            (26, LastWord, None, None, When::Always),
        ]),
        routes: routes(&[
            (
                Some(High),
                Some(Reason::Price),
                Call,
                Some(Email),
                "Who pays much and left over the price wants to talk about terms.",
            ),
            (Some(High), None, Email, Some(Call), "A personal mail first; a call where no mail may be sent."),
            (Some(Low), None, Email, Some(InApp), "What costs least, for who brings least."),
            (None, None, Email, Some(Sms), "A price is explained in writing."),
        ]),
        goals: goals(950, 120, 120, 650),
        budget: split(&[(Email, 50), (Sms, 100), (Call, 450), (Post, 200), (Video, 100), (Retargeting, 100)]),
        ..Plan::of_kind(Kind::WinBack)
    };
    let about = "For subscribers who left after the price rose. It explains what the price buys, shows the plan that fits, and ends with \
        terms that soften the step.";
    made(Ready::PriceIncrease, "After a price increase", about, plan, (Mid, Reason::Price, "a subscription"))
}

fn missing_feature() -> ReadyPlan {
    let plan = Plan {
        steps: steps(&[
            (0, Help, Some(Email), Some(InApp), When::Always),
            (3, Proof, Some(Video), Some(Email), WORTH),
            (6, Proof, Some(InApp), None, When::Always),
            (9, Proof, Some(Email), None, When::Silent),
            (12, Proof, Some(Call), None, HIGH),
            (16, SmallIncentive, None, None, When::Always),
            (21, FullIncentive, Some(Email), Some(Sms), When::Engaged),
            (27, LastWord, None, None, When::Always),
        ]),
        routes: routes(&[
            (Some(High), Some(Reason::MissingFeature), Video, Some(Email), "Seeing the feature says more than reading about it."),
            (Some(Mid), None, Email, Some(InApp), "Written, with a link to the feature."),
            (None, None, Email, Some(Sms), "What costs least."),
        ]),
        goals: goals(950, 180, 150, 700),
        budget: split(&[(Email, 50), (Sms, 50), (Video, 400), (Call, 400), (InApp, 100)]),
        ..Plan::of_kind(Kind::WinBack)
    };
    let about = "For who left because something was missing that is there now. It shows the feature first, and offers a trial of it only \
        to who looked.";
    made(Ready::MissingFeature, "Missing feature, now built", about, plan, (Mid, Reason::MissingFeature, "a tool for teams"))
}

fn lapsed_buyer() -> ReadyPlan {
    let plan = Plan {
        mode: Mode::Always { again: Again::After { days: 180 } },
        audience: Audience { tiers: vec![Tier::Lost], ..Audience::default() },
        steps: steps(&[
            (0, Help, Some(Email), None, When::Always),
            (5, Proof, None, None, When::Always),
            (7, Proof, Some(Retargeting), None, When::Silent),
            (11, SmallIncentive, Some(Email), Some(Sms), When::Always),
            (14, SmallIncentive, Some(Sms), None, When::Silent),
            (18, FullIncentive, None, None, When::Always),
            (22, FullIncentive, Some(Post), None, WORTH),
            (26, LastWord, Some(Email), Some(Sms), When::Always),
        ]),
        routes: routes(&[
            (Some(High), None, Post, Some(Email), "A card in the letterbox stands out, and a good buyer is worth it."),
            (None, Some(Reason::PoorExperience), Email, Some(Call), "An apology is written first."),
            (None, None, Email, Some(Sms), "What costs least, and what they are used to from the shop."),
        ]),
        goals: goals(950, 80, 90, 500),
        budget: split(&[(Email, 100), (Sms, 250), (Post, 400), (Retargeting, 250)]),
        ..Plan::of_kind(Kind::WinBack)
    };
    let about = "For buyers whose usual time between orders is long over. It reminds them of what they liked, then raises one offer step by \
        step, with a card for the best of them.";
    made(Ready::LapsedBuyer, "Lapsed buyer", about, plan, (Mid, Reason::ReducedNeed, "what they ordered before"))
}

fn failed_payment() -> ReadyPlan {
    let plan = Plan {
        mode: Mode::Always { again: Again::After { days: 20 } },
        steps: steps(&[
            (0, Help, Some(Email), Some(Sms), When::Always),
            (1, Help, Some(InApp), None, When::Always),
            (4, Proof, Some(Sms), Some(Email), When::Silent),
            (8, Proof, Some(Email), None, When::Always),
            (11, Proof, Some(Call), None, HIGH),
            (15, LastWord, Some(Email), Some(Sms), When::Always),
            (16, LastWord, Some(Post), None, WORTH),
        ]),
        routes: routes(&[
            (Some(High), None, Email, Some(Call), "Who pays much is called where no mail may be sent."),
            (None, None, Email, Some(Sms), "A bill is sent where bills are read."),
        ]),
        goals: goals(970, 300, 450, 800),
        budget: split(&[(Email, 100), (Sms, 300), (Call, 400), (Post, 200)]),
        priority: 90,
        ..Plan::of_kind(Kind::PaymentRecovery)
    };
    let about = "For customers whose card or bank refused. It says plainly what happened and where to put it right, without any offer, and \
        stops with the payment.";
    made(Ready::FailedPayment, "Failed payment", about, plan, (Mid, Reason::FailedPayment, "their subscription"))
}

fn before_churn() -> ReadyPlan {
    let plan = Plan {
        mode: Mode::Always { again: Again::After { days: 90 } },
        audience: Audience { tiers: vec![Tier::Immediate, Tier::Moderate], ..Audience::default() },
        steps: steps(&[
            (0, Help, Some(InApp), Some(Email), When::Always),
            (2, Help, Some(Email), None, When::Silent),
            (4, Help, Some(Call), None, HIGH),
            (8, Proof, None, None, When::Always),
            (13, SmallIncentive, Some(Email), Some(InApp), When::Always),
            (17, SmallIncentive, Some(Sms), None, When::Silent),
            (21, FullIncentive, None, None, WORTH),
            (28, LastWord, Some(Email), None, When::Always),
        ]),
        routes: routes(&[
            (Some(High), None, Call, Some(Email), "Who pays much is asked by a person before they leave."),
            (None, Some(Reason::Service), Email, Some(Call), "Who was let down is owed an answer in writing."),
            (None, None, InApp, Some(Email), "Who is still there is met there."),
        ]),
        goals: goals(950, 200, 550, 750),
        budget: split(&[(Email, 100), (InApp, 50), (Sms, 150), (Call, 700)]),
        priority: 70,
        ..Plan::of_kind(Kind::Retention)
    };
    let about = "For customers who are likely to leave within weeks and are still here. It helps first, inside the app, and offers something \
        only to who stays silent.";
    made(Ready::BeforeChurn, "Before they leave", about, plan, (Mid, Reason::Unknown, "what they use"))
}

fn white_glove() -> ReadyPlan {
    let plan = Plan {
        mode: Mode::Once,
        holdout: Plan::HOLDOUT,
        steps: steps(&[
            (0, Help, Some(Call), Some(Email), HIGH),
            (1, Help, Some(Email), None, When::Always),
            (5, Proof, Some(Video), Some(Email), When::Always),
            (10, Proof, Some(Post), Some(Email), When::Silent),
            (15, FullIncentive, Some(Call), Some(Email), When::Always),
            (20, FullIncentive, Some(Email), Some(Sms), When::Always),
            (29, LastWord, Some(Email), None, When::Always),
        ]),
        routes: routes(&[
            (Some(High), None, Call, Some(Email), "A named person looks after them."),
            (None, None, Email, Some(Call), "A personal mail, and a call where no mail may be sent."),
        ]),
        goals: goals(980, 350, 250, 750),
        budget: split(&[(Call, 600), (Video, 250), (Post, 100), (Email, 50)]),
        priority: 80,
        ..Plan::of_kind(Kind::WinBack)
    };
    let about = "For the few who were worth most. A named person calls, records a video and writes; what is automatic only keeps the \
        thread.";
    made(Ready::WhiteGlove, "White glove", about, plan, (High, Reason::Unknown, "what they used most"))
}

const HIGH: When = When::Value { at_least: High };
const WORTH: When = When::Value { at_least: Mid };

type Line = (u16, Step, Option<Channel>, Option<Channel>, When);

fn steps(lines: &[Line]) -> Vec<PlanStep> {
    let step = |(id, (day, message, channel, fallback, when)): (u8, &Line)| PlanStep {
        id,
        day: *day,
        message: *message,
        channel: *channel,
        fallback: *fallback,
        when: *when,
    };
    (1..).zip(lines).map(step).collect()
}

fn routes(lines: &[(Option<ValueTier>, Option<Reason>, Channel, Option<Channel>, &str)]) -> Vec<Route> {
    let route = |(value, reason, first, fallback, why): &(_, _, _, _, &str)| Route {
        value: *value,
        reason: *reason,
        first: *first,
        fallback: *fallback,
        why: (*why).to_owned(),
    };
    lines.iter().map(route).collect()
}

fn goals(reached: u16, engaged: u16, returned: u16, stayed: u16) -> Vec<Goal> {
    [(Stage::Reached, reached), (Stage::Engaged, engaged), (Stage::Returned, returned), (Stage::Stayed, stayed)]
        .map(|(stage, target)| Goal { stage, target })
        .to_vec()
}

/// No sum: what the guardrails leave is the limit until somebody types one.
fn split(split: &[(Channel, u16)]) -> Budget {
    Budget { most: None, split: split.to_vec() }
}

fn made(code: Ready, name: &str, about: &str, plan: Plan, brief: (ValueTier, Reason, &str)) -> ReadyPlan {
    let (value, reason, product) = brief;
    let is_service = plan.class == Class::Service;
    let product = Some(product.to_owned()).filter(|_| !is_service);
    ReadyPlan {
        code,
        name: name.to_owned(),
        about: about.to_owned(),
        plan,
        brief: Brief { value, reason, product, ..Brief::default() },
    }
}
