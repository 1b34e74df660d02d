//! What the classifier of complaints learns from, and how much of each.
//!
//! VADER's ground truth (Hutto & Gilbert 2014, MIT): sentences of a newspaper and tweets, each rated by twenty people. And
//! sentences that we wrote ourselves, for no newspaper complains of a late parcel: `sentences.txt`, `-` before a complaint and `+`
//! before anything else.

use std::path::Path;

use shared::signal::sentiment::{Complaints, Corpus, Example, Recipe, Verdict};

/// A tweet is shorter and plainer than what people write to a shop; our own sentences are what they write.
const WEIGHTS: [f64; 3] = [1.0, 0.3, 3.0];

/// Texts with their verdicts, by source: newspaper, tweets, our own.
#[derive(Debug)]
pub struct Sources([Vec<(String, Verdict)>; 3]);

impl Sources {
    /// # Errors
    /// A file that is not there or not as its README says.
    pub fn read(folder: &Path) -> Result<Self, String> {
        let own = include_str!("sentences.txt").lines().filter_map(|line| line.split_at_checked(2));
        let own = own.map(|(sign, text)| (text.to_owned(), if sign == "- " { Verdict::Complaint } else { Verdict::Other }));
        Ok(Self([rated(&folder.join("nyt.csv"))?, rated(&folder.join("tweets.csv"))?, own.collect()]))
    }

    pub fn corpus(&self) -> Corpus {
        let weighted = self.0.iter().zip(WEIGHTS);
        let examples = weighted
            .flat_map(|(texts, weight)| texts.iter().map(move |(text, verdict)| Example { text, verdict: *verdict, weight }));
        Corpus::new(&examples.collect::<Vec<_>>())
    }

    /// Where a list of texts stands in the corpus.
    pub fn place(&self, texts: &[&str]) -> Option<std::ops::Range<usize>> {
        let mut start = 0;
        for source in &self.0 {
            let end = start + source.len();
            if source.len() == texts.len() && source.iter().zip(texts).all(|((known, _), text)| known.trim() == text.trim()) {
                return Some(start..end);
            }
            start = end;
        }
        None
    }

    /// # Errors
    /// Sources without a complaint or without anything else.
    pub fn train(&self) -> Result<Complaints, String> {
        let fitted = self.corpus().fit(|_| true, &Recipe::default()).ok_or("there are no complaints, or nothing else")?;
        let learned = |fitted: Complaints, source: &Vec<(String, Verdict)>| {
            fitted.learned_from(source.iter().map(|(text, _)| text.as_str()))
        };
        Ok(self.0.iter().fold(fitted, learned))
    }
}

fn rated(path: &Path) -> Result<Vec<(String, Verdict)>, String> {
    let failed = |error: csv::Error| format!("{}: {error}", path.display());
    let mut reader = csv::Reader::from_path(path).map_err(failed)?;
    let headers = reader.headers().map_err(failed)?.clone();
    let place = |name: &str| {
        let place = headers.iter().position(|header| header == name);
        place.ok_or_else(|| format!("{}: there is no column {name:?}", path.display()))
    };
    let (text, rating) = (place("text")?, place("mean_rating")?);
    let row = |row: Result<csv::StringRecord, csv::Error>| {
        let row = row.map_err(failed)?;
        let number = row.get(rating).and_then(|cell| cell.trim().parse::<f64>().ok()).filter(|number| number.is_finite());
        let number = number.ok_or_else(|| format!("{}: a rating is no number", path.display()))?;
        Ok((row.get(text).unwrap_or_default().trim().to_owned(), Verdict::Rated(number)))
    };
    reader.into_records().map(row).collect()
}
