//! Something is begun for one customer: decided, checked against the guardrails, paid for from the budget, and its code asked for.
//!
//! People begin things by hand, and campaigns as their steps come: both pass here.

use shared::audit::Action;
use shared::id::Id;
use shared::offer::fulfilment::{Form, Grant, Provider, code};
use shared::offer::{Block, Book, By, CONTACT, Decision, Given, NONE, Occasion, Offer, Policy, check, decide};
use shared::time::{MILLIS_PER_DAY, Millis};

use crate::db::audit::Entry;
use crate::db::codes::{self, New as NewCode};
use crate::db::edits::{self, Editable};
use crate::db::fulfilments::{self, FulfilmentRow};
use crate::db::interventions::{self, New};
use crate::db::{Db, DbError, Outcome, Statement, leases, shop};
use crate::offering::{self, Shelf, Stand};
use crate::problem::Problem;
use crate::random;

/// Days that a person has for a task, where nobody says otherwise.
const DUE_DAYS: u16 = 3;

/// Who begins it.
#[expect(missing_debug_implementations, reason = "what writes its line of the log has none")]
pub struct Beginner<'a> {
    pub db: &'a Db,
    /// Our own address.
    pub origin: &'a str,
    /// A person of the team; none for a program and a campaign.
    pub by: Option<i64>,
    pub now: Millis,
    /// Writes the line of the audit log, only where a row was changed before it.
    pub log: &'a (dyn Fn(Entry) -> Statement + Sync),
}

/// What was begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Begun {
    pub id: Id,
    /// A store makes its code: ring for it.
    pub is_asked: bool,
}

/// What was asked for, checked.
#[derive(Debug, Clone)]
pub struct Asked {
    pub customer: Editable,
    pub offer: Option<String>,
    pub depth: Option<u16>,
    pub channel: String,
    pub by: Option<By>,
    pub owner: Option<i64>,
    pub due_at: Option<Millis>,
    /// The ladder that it is a rung of; the open one, or one of its own, where nobody says.
    pub ladder: Option<String>,
}

/// What was decided.
struct Chosen<'a> {
    offer: &'a Offer,
    depth: u16,
    /// Per mille.
    expected: u16,
    decision: Decision,
    way: &'a FulfilmentRow,
    form: Form,
}

/// None where what it was decided on did not hold any more: try again.
///
/// # Errors
/// [`Problem::Conflict`] where a guardrail, or what can be given, does not allow it.
pub async fn begin(who: &Beginner<'_>, asked: &Asked) -> Result<Option<Begun>, Problem> {
    let Beginner { db, by: user, now, .. } = *who;
    let shelf = offering::shelf(db, &shop::read(db).await?, now).await?;
    let Some(stand) = offering::stand(db, asked.customer.id, &shelf, now).await? else {
        return Err(Problem::Conflict("not_scored", "This customer was not looked at yet: try again in some minutes".to_owned()));
    };
    let own = random::id(now)?;
    let ladder = ladder(&stand, asked, &own)?;
    let chosen = choose(&shelf, &stand, asked, &ladder)?;
    let by = by(&chosen, asked);
    let given = given(&chosen, asked, by, &ladder, now);
    check(&given, &stand.person, &shelf.guardrails, &stand.spent).map_err(|blocks| blocked(&blocks))?;
    let settings = chosen.way.settings();
    let is_task = chosen.form == Form::Task || by == By::Person;
    let days = settings.due_days.unwrap_or(DUE_DAYS);
    let due_at = asked.due_at.or_else(|| is_task.then(|| Millis(now.0 + i64::from(days) * MILLIS_PER_DAY)));
    let usual = usual_owner(db, settings.owner.as_ref()).await?;
    let owner = asked.owner.or_else(|| if is_task { asked.customer.owner_id.or(usual).or(user) } else { None });
    let new = New {
        public_id: &own,
        customer: asked.customer.id,
        given: &given,
        ladder: &ladder,
        rung: stand.spent.rungs,
        owner,
        due_at,
        cell: stand.cell,
        decision: &chosen.decision,
        fulfilment: chosen.way.id,
        reserved: given.cost(stand.person.order) + shelf.guardrails.contact_cost,
        counted: counted(&given, stand.person.order) + shelf.guardrails.contact_cost,
        expected: chosen.expected,
        created_by: user,
        begun: stand.standing.begun,
        guardrails: &shelf.guardrails,
        now,
    };
    let entry = Entry::new(Action::InterventionBegun).to("customer", &asked.customer.public_id, None).value(
        "offer",
        None,
        Some(chosen.offer.name.clone()),
    );
    let mut statements = vec![interventions::add(&new), (who.log)(entry)];
    statements.push(interventions::follow_up(&own, &ladder, now));
    statements.extend(promise(who, &shelf, &stand, asked, &chosen, &given, &own, &ladder).await?);
    statements.push(interventions::begin_now(&own, now));
    let done = db.batch(statements).await;
    match done {
        Ok(outcomes) if is_stored(&outcomes) => {
            Ok(Some(Begun { id: own, is_asked: chosen.way.provider().is_some_and(Provider::is_asked) }))
        }
        Ok(_) => Ok(None),
        // The list gave its last code to somebody else.
        Err(error) if error.is_stale("interventions") => Err(Problem::Conflict(
            "no_code_left",
            "There is no code left for this: upload more under Offers › Fulfilment".to_owned(),
        )),
        Err(error) => Err(error.into()),
    }
}

fn is_stored(outcomes: &[Outcome]) -> bool {
    outcomes.first().is_some_and(|added| added.changes > 0)
}

/// The ladder that is open, where this is a further rung of it; else a new one.
fn ladder(stand: &Stand, asked: &Asked, own: &Id) -> Result<String, Problem> {
    if let Some(ladder) = &asked.ladder {
        return Ok(ladder.clone());
    }
    let Some(open) = &stand.open else { return Ok(own.to_string()) };
    let is_again = asked.offer.as_ref() == Some(&open.offer) && asked.depth.is_none_or(|depth| depth == open.depth);
    if is_again {
        let text = "This was begun already and is still open: see the customer's page, or offer more".to_owned();
        return Err(Problem::Conflict("already_begun", text));
    }
    Ok(open.ladder.clone())
}

fn choose<'a>(shelf: &'a Shelf, stand: &Stand, asked: &Asked, ladder: &str) -> Result<Chosen<'a>, Problem> {
    let book = Book::new(&shelf.offers, &shelf.guardrails, &shelf.outcomes, shelf.margin_rate);
    let policy = match &asked.offer {
        Some(code) => Policy::Chosen(code.clone()),
        None => Policy::Matrix,
    };
    let by = asked.by.unwrap_or_default();
    let occasion = Occasion { by, channel: &asked.channel, ladder: Some(ladder), today: stand.today, price: 0.0 };
    let seed = u64::from_le_bytes(random::bytes::<8>()?);
    let mut decision = decide(&book, &stand.person, &stand.spent, &occasion, &policy, seed);
    let code = match &asked.offer {
        Some(code) => code.clone(),
        None => decision.arms.get(decision.taken).map(|arm| arm.code.clone()).unwrap_or_default(),
    };
    if code == NONE || code == CONTACT {
        let text = "Nothing that may be offered brings more than it costs here: offer something by its name, or leave them alone";
        return Err(Problem::Conflict("nothing_better", text.to_owned()));
    }
    let offer = shelf.offers.iter().find(|offer| offer.id == code);
    let offer = offer.ok_or_else(|| Problem::field("offer", "There is no offer of this id"))?;
    let place = decision.arms.iter().position(|arm| arm.code == code).unwrap_or(0);
    decision.taken = place;
    let arm = decision.arms.get(place).cloned();
    let (way, form) = fulfilments::choose(&shelf.ways, offer.fulfilment)
        .map_err(|text| Problem::Conflict("not_connected", format!("{} cannot be given yet. {text}", offer.name)))?;
    let depth = asked.depth.or_else(|| pool_depth(way)).or(arm.as_ref().map(|arm| arm.depth)).unwrap_or(offer.terms.depth_from);
    if pool_depth(way).is_some_and(|own| own != depth) {
        let own = pool_depth(way).unwrap_or_default();
        return Err(Problem::field("depth", format!("The list's codes take {own} per mille off, and nothing else")));
    }
    let expected = arm.map_or(0.0, |arm| arm.rate.clamp(0.0, 1.0) * 1_000.0).round() as u16;
    Ok(Chosen { offer, depth, expected, decision, way, form })
}

/// Codes of a list are worth what they are worth.
fn pool_depth(way: &FulfilmentRow) -> Option<u16> {
    way.settings().depth.filter(|_| way.provider() == Some(Provider::Pool))
}

fn by(chosen: &Chosen<'_>, asked: &Asked) -> By {
    asked.by.unwrap_or(if chosen.form == Form::Task { By::Person } else { By::Machine })
}

fn given<'a>(chosen: &Chosen<'a>, asked: &'a Asked, by: By, ladder: &'a str, now: Millis) -> Given<'a> {
    Given {
        offer: chosen.offer,
        depth: chosen.depth,
        expiry_days: chosen.offer.terms.expiry_days,
        by,
        channel: &asked.channel,
        ladder: Some(ladder),
        today: now.day(),
        rate: f64::from(chosen.expected) / 1_000.0,
    }
}

/// What the budget of a period holds for it while nobody knows whether it is taken: as the guardrail counts it.
fn counted(given: &Given<'_>, order: i64) -> i64 {
    let made = given.offer.terms.made_cost.max(0);
    let taken = given.cost(order) - made;
    (taken as f64 * given.rate.clamp(0.0, 1.0)).ceil() as i64 + made
}

fn blocked(blocks: &[Block]) -> Problem {
    let texts: Vec<String> = blocks.iter().map(|block| format!("{} {}", block.text, block.lift)).collect();
    Problem::Conflict("offer_blocked", texts.join(" "))
}

/// What stores the promise, and ties the intervention to it.
#[expect(clippy::too_many_arguments, reason = "one promise rests on all of them")]
async fn promise(
    who: &Beginner<'_>,
    shelf: &Shelf,
    stand: &Stand,
    asked: &Asked,
    chosen: &Chosen<'_>,
    given: &Given<'_>,
    intervention: &Id,
    ladder: &str,
) -> Result<Vec<Statement>, Problem> {
    let Chosen { way, form, offer, .. } = chosen;
    let provider = way.provider().ok_or(Problem::NotFound)?;
    if *form == Form::Task {
        return Ok(Vec::new());
    }
    if provider.is_asked() && stand.standing.sample != 0 {
        let text =
            "Customers of the sample shop get nothing from your own store: try it with a list of codes or a task".to_owned();
        return Err(Problem::Conflict("sample_customer", text));
    }
    let Beginner { db, origin, now, .. } = *who;
    let person = person(db, provider, asked.customer.id, &asked.customer.public_id).await?;
    let key = code::key(origin, &offer.id, asked.customer.public_id.as_str(), ladder);
    let whose = offering::Whose { person, email: stand.standing.email.clone() };
    let grant: Grant = offering::grant(shelf, way, *form, given, key, whose, &random::bytes()?, now);
    grant.check().map_err(|wrong| Problem::Conflict("terms", wrong.to_string()))?;
    let public_id = random::id(now)?;
    let new = NewCode {
        public_id: &public_id,
        fulfilment: way.id,
        customer: asked.customer.id,
        offer: &offer.id,
        form: *form,
        grant: &grant,
        is_issued: !provider.is_asked(),
        intervention,
        now,
    };
    let mut statements = Vec::new();
    if provider == Provider::Pool {
        statements.extend(codes::claim(&new));
    } else {
        if provider.raises() {
            statements.push(codes::raise(&grant, intervention, now));
        }
        statements.push(codes::reserve(&new));
    }
    statements.push(codes::tie(intervention, &grant.key));
    if provider.is_asked() {
        statements.push(leases::wake(codes::JOB));
    }
    Ok(statements)
}

/// As the store knows them.
async fn person(db: &Db, provider: Provider, customer: i64, public_id: &Id) -> Result<Option<String>, Problem> {
    Ok(match provider {
        Provider::Stripe => {
            let found = interventions::store_person(db, customer, "stripe").await?;
            found.filter(|id| id.starts_with("cus_"))
        }
        Provider::Shopify => {
            let found = interventions::store_person(db, customer, "shopify").await?;
            let number = found.filter(|id| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit()));
            number.map(|number| format!("gid://shopify/Customer/{number}"))
        }
        Provider::Webhook => Some(public_id.to_string()),
        _ => None,
    })
}

/// Who has the tasks of a way, as it is set up, if they can still sign in.
async fn usual_owner(db: &Db, id: Option<&Id>) -> Result<Option<i64>, DbError> {
    let Some(id) = id else { return Ok(None) };
    Ok(edits::carer(db, id).await?.filter(|carer| !carer.is_disabled()).map(|carer| carer.id))
}
