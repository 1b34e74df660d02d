//! The crons of wrangler.toml on their schedule: locally the runtime never fires them by itself.

use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::server;

/// (cron, the minute of the hour at which it is due, or every one).
const CRONS: [(&str, Option<u64>); 2] = [("* * * * *", None), ("17 * * * *", Some(17))];

/// One thread a cron, so that a long run of one never delays the other; they end with this program.
pub fn start(port: u16) {
    for (cron, due) in CRONS {
        thread::spawn(move || {
            let mut last = minute();
            loop {
                thread::sleep(Duration::from_secs(1));
                let now = minute();
                if now == last {
                    continue;
                }
                last = now;
                if is_due(now, due)
                    && let Err(error) = server::fire(port, cron)
                {
                    eprintln!("{error:#}");
                }
            }
        });
    }
}

fn is_due(minute: u64, due: Option<u64>) -> bool {
    due.is_none_or(|due| minute % 60 == due)
}

/// Minutes since 1970, UTC.
fn minute() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs() / 60
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project;

    #[test]
    fn the_crons_are_those_of_the_configuration() {
        let config: toml::Table = project::read(&project::path("wrangler.toml")).unwrap().parse().unwrap();
        let listed: Vec<&str> =
            config["triggers"]["crons"].as_array().unwrap().iter().map(|cron| cron.as_str().unwrap()).collect();
        assert_eq!(listed, CRONS.map(|(cron, _)| cron).to_vec());
    }

    #[test]
    fn the_hourly_cron_is_due_at_its_minute_only() {
        assert_eq!((0..120).filter(|minute| is_due(*minute, Some(17))).collect::<Vec<_>>(), vec![17, 77]);
        assert!((0..120).all(|minute| is_due(minute, None)));
    }
}
