use crate::options::Options;

pub const USAGE: &str = "--means A,B,… --rounds N --runs N --policy P [--rotate-at N]";

pub fn run(_options: &Options) -> crate::Answer {
    Err("not built yet".to_owned())
}
