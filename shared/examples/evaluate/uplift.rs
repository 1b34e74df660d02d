use crate::options::Options;

pub const USAGE: &str =
    "--train A --test B --treatment COL --control VALUE --outcome COL [--cost C] [--drop A,B] [--predictions OUT.csv]";

pub fn run(_options: &Options) -> crate::Answer {
    Err("not built yet".to_owned())
}
