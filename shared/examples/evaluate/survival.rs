use crate::options::Options;

pub const USAGE: &str = "--table F --duration COL --event COL [--covariates A,B]";

pub fn run(_options: &Options) -> crate::Answer {
    Err("not built yet".to_owned())
}
