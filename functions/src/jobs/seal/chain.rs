//! The chain itself: how a row is bound to all rows before it, and how a walk along it finds the first that is not as it was.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::db::audit::Row;

/// Where a walk is: the id that must come next, and the hash of the row before it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    pub next: i64,
    pub hash: String,
}

/// Lower-case hex of SHA-256 over the hash before (empty for the first row), a line feed, and the row's columns in the order of the
/// table as a JSON array.
///
/// A hash has a fixed length and JSON no line feed, so that no two chains write the same bytes.
pub fn link(previous: &str, row: &Row) -> String {
    let Row { id, at, actor_kind, actor_id, actor_name, action, object_kind, object_id, object_name, fields, request_id } = row;
    let columns = serde_json::json!([
        id,
        at,
        actor_kind,
        actor_id,
        actor_name,
        action,
        object_kind,
        object_id,
        object_name,
        fields,
        request_id
    ]);
    let mut digest = Sha256::new();
    digest.update(previous.as_bytes());
    digest.update(b"\n");
    digest.update(columns.to_string().as_bytes());
    digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Place {
    /// Before the row with the id `first`.
    pub fn start(first: i64) -> Self {
        Self { next: first, hash: String::new() }
    }

    /// Goes over one row.
    ///
    /// # Errors
    /// The id at which the chain breaks: of the row where it was changed or put in, or of the one that is missing before it. Ids follow
    /// one another without a gap, because only whole batches are written.
    pub fn pass(&mut self, row: &Row, seal: Option<&str>) -> Result<(), i64> {
        if row.id > self.next {
            return Err(self.next);
        }
        let hash = link(&self.hash, row);
        if row.id < self.next || seal != Some(hash.as_str()) {
            return Err(row.id);
        }
        *self = Self { next: row.id + 1, hash };
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(id: i64) -> Row {
        Row {
            id,
            at: 1_000 + id,
            actor_kind: "person".to_owned(),
            actor_id: Some(1),
            actor_name: "Olga \"O\" Owner\n".to_owned(),
            action: "shop_changed".to_owned(),
            object_kind: None,
            object_id: None,
            object_name: None,
            fields: "[]".to_owned(),
            request_id: None,
        }
    }

    fn chain(ids: impl IntoIterator<Item = i64>) -> Vec<(Row, String)> {
        let mut previous = String::new();
        let sealed = |id| {
            previous = link(&previous, &row(id));
            (row(id), previous.clone())
        };
        ids.into_iter().map(sealed).collect()
    }

    fn walk(rows: &[(Row, String)]) -> Result<i64, i64> {
        let mut place = Place::start(5);
        rows.iter().try_for_each(|(row, seal)| place.pass(row, Some(seal)))?;
        Ok(place.next)
    }

    #[test]
    fn a_link_is_the_hash_of_the_hash_before_and_the_columns() {
        let text = r#"abc
[5,1005,"person",1,"Olga \"O\" Owner\n","shop_changed",null,null,null,"[]",null]"#;
        let expected: String = Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(link("abc", &row(5)), expected);
    }

    #[test]
    fn a_chain_as_it_was_written_passes() {
        assert_eq!(walk(&chain(5..9)), Ok(9));
    }

    #[test]
    fn each_changed_column_breaks_the_chain_at_its_row() {
        let changes: [fn(&mut Row); 10] = [
            |row| row.at += 1,
            |row| row.actor_kind = "token".to_owned(),
            |row| row.actor_id = None,
            |row| row.actor_name = "Max".to_owned(),
            |row| row.action = "rates_changed".to_owned(),
            |row| row.object_kind = Some(String::new()),
            |row| row.object_id = Some("7".to_owned()),
            |row| row.object_name = Some("x".to_owned()),
            |row| row.fields = "[{}]".to_owned(),
            |row| row.request_id = Some("r".to_owned()),
        ];
        for change in changes {
            let mut rows = chain(5..9);
            change(&mut rows[2].0);
            assert_eq!(walk(&rows), Err(7));
        }
    }

    #[test]
    fn a_row_that_is_missing_or_was_put_in_is_named() {
        let mut rows = chain(5..9);
        rows.remove(1);
        assert_eq!(walk(&rows), Err(6), "removed");
        let mut rows = chain(5..9);
        rows.remove(0);
        assert_eq!(walk(&rows), Err(5), "the first one removed");
        let mut rows = chain(5..9);
        rows.insert(0, (row(4), link("", &row(4))));
        assert_eq!(walk(&rows), Err(4), "put in before all");
        let mut place = Place::start(5);
        assert_eq!(place.pass(&row(5), None), Err(5), "without a seal");
        let mut rows = chain([5, 6, 7, 8]);
        rows.swap(1, 2);
        assert_eq!(walk(&rows), Err(6), "out of order");
    }
}
