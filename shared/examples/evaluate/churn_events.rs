use crate::options::Options;

pub const USAGE: &str =
    "--transactions F --customer COL --date COL [--amount COL] --horizon-days 90 --cutoffs D,D,… [--min-tenure-days 28]";

pub fn run(_options: &Options) -> crate::Answer {
    Err("not built yet".to_owned())
}
