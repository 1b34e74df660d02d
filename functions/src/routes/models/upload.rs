//! `PUT /api/models/{name}`.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, Request};
use shared::api::{Comparison, ModelCard, ModelUpload, ModelVersionResponse};
use shared::audit::Action;
use shared::risk::{self, Model};

use super::{named, wire};
use crate::ctx::Ctx;
use crate::db::audit::{self, Entry};
use crate::db::models::{self, Live, New, Source};
use crate::db::{leases, shop};
use crate::extract;
use crate::jobs;
use crate::problem::Problem;

/// Of an upload: a model of many trees is some hundreds of kilobytes.
const BODY_BYTES: usize = 1_000_000;

/// Customers on whom it is compared with the live one: both models score each, within the free plan's 10 ms of CPU.
const HELD_BACK: u32 = 40;

const TEXT_CHARS: usize = 4_000;
const PARAMETERS: usize = 200;

/// How often the upload is compared anew because another model went live meanwhile.
const TRIES: u32 = 3;

/// Bring in a model that a browser fitted to the pages of `training`. It goes live only if it is not worse than the live one on
/// customers held back from both; everybody is scored again.
#[utoipa::path(put, path = "/api/models/{name}", tag = "models", params(("name" = String, Path)), request_body = ModelUpload,
    responses((status = 200, body = ModelVersionResponse), (status = 404, body = shared::api::Problem),
        (status = 413, body = shared::api::Problem), (status = 422, body = shared::api::Problem)))]
#[worker::send]
pub async fn upload(ctx: Ctx, Path(name): Path<String>, request: Request) -> Result<Json<ModelVersionResponse>, Problem> {
    named(&name)?;
    let (parts, body) = request.into_parts();
    let ModelUpload { model, card } = extract::json_up_to(&parts.headers, body, BODY_BYTES).await?;
    let shop = shop::read(&ctx.db).await?;
    let model: Model = serde_json::from_value(model)
        .map_err(|error| Problem::field("model", format!("This is no model of this version of Rekindle: {error}")))?;
    let mut wrong = BTreeMap::new();
    if let Err(reason) = risk::check(&model) {
        wrong.insert("model".to_owned(), reason);
    } else if model.home != shop.home_currency {
        wrong.insert("model.home".to_owned(), format!("The shop counts in {}", shop.home_currency));
    } else if model.churn_days != shop.churn_days {
        wrong.insert("model.churn_days".to_owned(), "The shop says otherwise when a customer counts as lost".to_owned());
    }
    wrong.extend(card_errors(&card));
    if !wrong.is_empty() {
        return Err(Problem::Invalid(wrong));
    }
    let card = ModelCard {
        name: "risk".to_owned(),
        basis: "fitted".to_owned(),
        customers: models::customers_with_orders(&ctx.db).await?,
        fitted_at: Some(ctx.now.rfc3339()),
        ..card
    };
    let mut tries = 1;
    loop {
        match store(&ctx, &model, &card).await {
            Err(Refused::Overtaken) if tries < TRIES => tries += 1,
            Err(Refused::Overtaken) => return Err(Problem::Busy),
            Err(Refused::Problem(problem)) => return Err(problem),
            Ok(()) => break,
        }
    }
    jobs::ring(&ctx.env, &ctx.db).await;
    let live = models::versions(&ctx.db, 1).await?.into_iter().next().ok_or(Problem::NotFound)?;
    Ok(Json(ModelVersionResponse { version: wire(live)? }))
}

enum Refused {
    /// Another model went live while this one was compared.
    Overtaken,
    Problem(Problem),
}

async fn store(ctx: &Ctx, model: &Model, card: &ModelCard) -> Result<(), Refused> {
    let live = models::live(&ctx.db).await?;
    let comparison = match live.as_ref().filter(|live| jobs::is_comparable(live, model)) {
        Some(Live { model: live, .. }) => Some(compared(ctx, live, model).await?),
        None => None,
    };
    if let Some(refused) = comparison.as_ref().filter(|comparison| !comparison.accepted) {
        return Err(Refused::Problem(Problem::field("model", refused.text.clone())));
    }
    let new = New { model, card, source: Source::Browser, comparison: comparison.as_ref() };
    let mut statements = vec![models::expect_live(live.map_or(0, |live| live.id))];
    statements.extend(models::store(&new, ctx.now)?);
    statements.push(leases::wake("rescore"));
    let entry =
        Entry::new(Action::ModelUploaded).to("model", "risk", None).value("customers", None, Some(card.customers.to_string()));
    statements.push(audit::append(ctx, entry));
    match ctx.db.batch(statements).await {
        Err(error) if models::is_overtaken(&error) => Err(Refused::Overtaken),
        done => Ok(done.map(drop)?),
    }
}

async fn compared(ctx: &Ctx, live: &Model, model: &Model) -> Result<Comparison, Problem> {
    let held_back = models::held_back(&ctx.db, HELD_BACK).await?;
    Ok(risk::compare(live, model, &held_back, ctx.now.day()))
}

/// The card is shown as it is, so it is to be of a size that can be shown, and its figures are to be figures.
fn card_errors(card: &ModelCard) -> BTreeMap<String, String> {
    let mut wrong = BTreeMap::new();
    if card.basis != "fitted" {
        wrong.insert("card.basis".to_owned(), "Only a fitted model is brought in: priors are known already".to_owned());
    }
    if card.text.chars().nth(TEXT_CHARS).is_some() {
        wrong.insert("card.text".to_owned(), format!("Use at most {TEXT_CHARS} characters"));
    }
    if card.parameters.len() > PARAMETERS || card.parameters.iter().any(|(name, _)| name.len() > 100) {
        wrong.insert(
            "card.parameters".to_owned(),
            format!("Use at most {PARAMETERS} parameters with names of at most 100 letters"),
        );
    }
    let validations = [&card.validation, &card.returns];
    let is_probability = |p: f64| (0.0..=1.0).contains(&p);
    for validation in validations.into_iter().flatten() {
        let is_sound = validation.text.len() <= TEXT_CHARS
            && validation.origins.len() <= 50
            && validation.tried.len() <= 20
            && validation.calibration.len() <= 20
            && validation.importance.len() <= PARAMETERS
            && validation.tried.iter().all(|tried| {
                tried.auc.is_none_or(is_probability)
                    && is_probability(tried.brier)
                    && is_probability(tried.ece)
                    && tried.log_loss >= 0.0
            })
            && validation
                .calibration
                .iter()
                .all(|bin| [bin.predicted, bin.observed, bin.low, bin.high].into_iter().all(is_probability));
        if !is_sound {
            wrong.insert("card.validation".to_owned(), "These are no figures of a validation".to_owned());
        }
    }
    if card.backtest.as_ref().is_some_and(|test| {
        test.text.len() > TEXT_CHARS
            || test.flagged_left > test.flagged
            || test.rule_left > test.rule_flagged
            || test.left > test.customers
    }) {
        wrong.insert("card.backtest".to_owned(), "These are no figures of a back-test".to_owned());
    }
    wrong
}

impl<E: Into<Problem>> From<E> for Refused {
    fn from(error: E) -> Self {
        Self::Problem(error.into())
    }
}

#[cfg(test)]
mod tests {
    use shared::api::{CalibrationBin, Validation};
    use shared::money::Currency;
    use shared::risk::Prior;

    use super::*;

    fn card() -> ModelCard {
        ModelCard { basis: "fitted".to_owned(), ..risk::prior(Currency::USD, Prior::default()).1 }
    }

    #[test]
    fn a_card_of_a_fit_is_taken() {
        assert_eq!(card_errors(&card()), BTreeMap::new());
    }

    #[test]
    fn a_card_that_cannot_be_shown_is_refused_field_by_field() {
        let bin = CalibrationBin { customers: 1, predicted: 0.2, observed: 1.2, low: 0.0, high: 1.0 };
        let validation = Validation {
            learner: "boosted".to_owned(),
            text: String::new(),
            origins: Vec::new(),
            tried: Vec::new(),
            calibration: vec![bin],
            importance: Vec::new(),
        };
        let wrong = ModelCard {
            basis: "prior".to_owned(),
            text: "x".repeat(TEXT_CHARS + 1),
            parameters: vec![(String::new(), 1.0); PARAMETERS + 1],
            validation: Some(validation),
            ..card()
        };
        let errors = card_errors(&wrong);
        let fields: Vec<&str> = errors.keys().map(String::as_str).collect();
        assert_eq!(fields, ["card.basis", "card.parameters", "card.text", "card.validation"]);
    }
}
