use crate::options::Options;

pub const USAGE: &str = "--table F --label COL --positive VALUE [--fold COL | --folds 5] [--group COL] [--drop A,B]";

pub fn run(_options: &Options) -> crate::Answer {
    Err("not built yet".to_owned())
}
