//! `--name value` options, which must be among those that the usage names.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::str::FromStr;

/// Options by name, without their dashes.
#[derive(Debug, Default)]
pub struct Options(BTreeMap<String, String>);

impl Options {
    /// # Errors
    /// An option that `usage` does not name, one without a value, one given twice.
    pub fn parse(arguments: impl Iterator<Item = OsString>, usage: &str) -> Result<Self, String> {
        let known: Vec<&str> =
            usage.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).filter(|w| w.starts_with("--")).collect();
        let mut parser = lexopt::Parser::from_args(arguments);
        let mut options = BTreeMap::new();
        while let Some(argument) = parser.next().map_err(|error| error.to_string())? {
            let lexopt::Arg::Long(name) = argument else {
                return Err(format!("{argument:?} is not an option of the form --name value"));
            };
            let name = name.to_owned();
            if !known.contains(&format!("--{name}").as_str()) {
                return Err(format!("there is no option --{name}"));
            }
            let value = parser.value().map_err(|error| error.to_string())?;
            let value = value.into_string().map_err(|value| format!("--{name}: {value:?} is not UTF-8"))?;
            if options.insert(name.clone(), value).is_some() {
                return Err(format!("--{name} is given twice"));
            }
        }
        Ok(Self(options))
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    pub fn need(&self, name: &str) -> Result<&str, String> {
        self.get(name).ok_or_else(|| format!("--{name} is missing"))
    }

    pub fn parsed<T: FromStr>(&self, name: &str) -> Result<Option<T>, String> {
        let parse = |text: &str| text.trim().parse().map_err(|_| format!("--{name}: cannot read {text:?}"));
        self.get(name).map(parse).transpose()
    }

    pub fn need_parsed<T: FromStr>(&self, name: &str) -> Result<T, String> {
        self.parsed(name)?.ok_or_else(|| format!("--{name} is missing"))
    }

    /// Parts between commas, without the space around them.
    pub fn list(&self, name: &str) -> Vec<String> {
        let parts = self.get(name).unwrap_or_default().split(',').map(str::trim).filter(|part| !part.is_empty());
        parts.map(str::to_owned).collect()
    }
}
