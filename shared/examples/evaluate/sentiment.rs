use crate::options::Options;

pub const USAGE: &str = "--texts F --text COL [--rating COL] [--predictions OUT.csv]";

pub fn run(_options: &Options) -> crate::Answer {
    Err("not built yet".to_owned())
}
