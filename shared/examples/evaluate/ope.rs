use crate::options::Options;

pub const USAGE: &str = "--log F --target F";

pub fn run(_options: &Options) -> crate::Answer {
    Err("not built yet".to_owned())
}
