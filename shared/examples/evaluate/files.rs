//! CSV in, plain or gzip, and CSV out.

use std::io::Read;

use flate2::read::MultiGzDecoder;

/// A CSV file as text.
#[derive(Debug)]
pub struct File {
    pub path: String,
    pub headers: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

impl File {
    /// # Errors
    /// A file that is not there, is not UTF-8, has no header, or has a row with another number of cells.
    pub fn read(path: &str) -> Result<Self, String> {
        let bytes = std::fs::read(path).map_err(|error| format!("{path}: {error}"))?;
        let text = if bytes.starts_with(&[0x1f, 0x8b]) {
            let mut text = String::new();
            MultiGzDecoder::new(bytes.as_slice()).read_to_string(&mut text).map_err(|error| format!("{path}: {error}"))?;
            text
        } else {
            String::from_utf8(bytes).map_err(|error| format!("{path}: {error}"))?
        };
        let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        let headers = reader.headers().map_err(|error| format!("{path}: {error}"))?;
        let headers: Vec<String> = headers.iter().map(|name| name.trim().to_owned()).collect();
        let rows: Result<Vec<Vec<String>>, csv::Error> =
            reader.records().map(|row| row.map(|row| row.iter().map(str::to_owned).collect())).collect();
        Ok(Self { path: path.to_owned(), headers, rows: rows.map_err(|error| format!("{path}: {error}"))? })
    }

    /// The place of a column.
    pub fn column(&self, name: &str) -> Result<usize, String> {
        let place = self.headers.iter().position(|header| header == name);
        place.ok_or_else(|| format!("{}: there is no column {name:?}, only {}", self.path, self.headers.join(", ")))
    }

    pub fn cells(&self, name: &str) -> Result<Vec<&str>, String> {
        let place = self.column(name)?;
        Ok(self.rows.iter().map(|row| row.get(place).map_or("", String::as_str).trim()).collect())
    }

    /// Numbers, of which none may be missing.
    pub fn numbers(&self, name: &str) -> Result<Vec<f64>, String> {
        let read = |(row, cell): (usize, &str)| {
            let number = cell.parse::<f64>().ok().filter(|number| number.is_finite());
            number.ok_or_else(|| format!("{} line {}: {name} {cell:?} is no number", self.path, row + 2))
        };
        self.cells(name)?.into_iter().enumerate().map(read).collect()
    }
}

/// Writes a CSV file.
pub fn write(path: &str, headers: &[&str], rows: impl Iterator<Item = Vec<String>>) -> Result<(), String> {
    let failed = |error: csv::Error| format!("{path}: {error}");
    let mut writer = csv::Writer::from_path(path).map_err(failed)?;
    writer.write_record(headers).map_err(failed)?;
    for row in rows {
        writer.write_record(row).map_err(failed)?;
    }
    writer.flush().map_err(|error| format!("{path}: {error}"))
}
