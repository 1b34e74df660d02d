use crate::options::Options;

pub const USAGE: &str = "(--transactions F --customer COL --date COL [--amount COL] --until DATE --horizon-days N | --summary F) [--predictions OUT.csv]";

pub fn run(_options: &Options) -> crate::Answer {
    Err("not built yet".to_owned())
}
