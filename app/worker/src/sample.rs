//! The sample shop: four files of the installation, imported like anybody's own.

use serde::Deserialize;
use shared::api::worker::{Failure, Finished, News};
use shared::import::{Defaults, Kind};
use shared::time::{Day, Millis};

use crate::import::{self, Shipment, Stopped};
use crate::page::Job;
use crate::server::{self, Ended};
use crate::{file, inspect};

/// In this order: rates make totals, customers bring their names before their orders come.
const FILES: [(Kind, &str); 4] =
    [(Kind::Rates, "rates"), (Kind::Customers, "customers"), (Kind::Orders, "orders"), (Kind::Events, "events")];

/// `/samples/manifest.json`
#[derive(Debug, Deserialize)]
struct Manifest {
    /// The day that the files were made for, ISO date: their dates are moved so that it becomes today.
    reference_day: String,
}

pub async fn load(job: Job, shop: &str, defaults: &Defaults, now: Millis) -> Result<News, Ended> {
    let manifest = server::fetch("/samples/manifest.json").await?;
    let reference = reference_day(&manifest).ok_or_else(|| Ended::from(not_built()))?;
    let mut imports = Vec::new();
    for ((kind, name), place) in FILES.into_iter().zip(1..) {
        server::wanted(job)?;
        let file_name = format!("{name}.csv.gz");
        let bytes = file::blob(&server::fetch(&format!("/samples/{shop}/{file_name}")).await?)?;
        let mut options = inspect::guess(&bytes, Some(kind), defaults).await?.options;
        options.shift_days = now.day().since(reference);
        let shipment = Shipment { options, now, file_name, sample: Some(shop.to_owned()), place: (place, FILES.len() as u32) };
        match import::send(job, &bytes, shipment).await {
            Ok(import) => imports.push(import),
            Err(Stopped { why: Ended::Cancelled, import }) => {
                return Ok(News::Cancelled { import: import::cancel(import).await });
            }
            Err(stopped) => return Err(stopped.with_import()),
        }
    }
    Ok(News::Imported(Finished { imports, sample: Some(shop.to_owned()) }))
}

fn reference_day(manifest: &[u8]) -> Option<Day> {
    let manifest: Manifest = serde_json::from_slice(manifest).ok()?;
    Millis::parse_rfc3339(&format!("{}T00:00:00Z", manifest.reference_day)).ok().map(Millis::day)
}

fn not_built() -> Failure {
    Failure {
        text: "The sample shop's files are not in this installation. Build the app again with cargo xtask build, then reload."
            .to_owned(),
        ..Failure::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reference_day_is_read_and_a_page_in_its_place_is_not_taken_for_it() {
        assert_eq!(reference_day(br#"{"reference_day": "1998-07-01"}"#), Some(Day(10_408)));
        assert_eq!(reference_day(b"<!doctype html>"), None);
    }
}
