//! Pictures of messages; their bytes lie in KV.

use serde::Deserialize;
use shared::api::Image;
use shared::message::picture::Picture;
use shared::time::Millis;

use super::{Db, DbError, Statement};
use crate::{params, sql};

/// A shop keeps at most so many.
pub const MOST: u32 = 500;

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Row {
    hash: String,
    media_type: String,
    size: u32,
    width: u32,
    height: u32,
    alt: String,
    created_at: i64,
    created_by: Option<String>,
}

/// A picture to keep.
#[derive(Debug, Clone, Copy)]
pub struct New<'a> {
    pub hash: &'a str,
    pub picture: Picture,
    pub size: u32,
    pub alt: &'a str,
    pub by: Option<i64>,
    pub now: Millis,
}

#[derive(Debug, Deserialize)]
struct Place {
    place: String,
}

/// The newest first.
pub async fn list(db: &Db) -> Result<Vec<Row>, DbError> {
    db.all(sql!("images.sql", "list"), params![MOST]).await
}

pub async fn find(db: &Db, hash: &str) -> Result<Option<Row>, DbError> {
    db.first(sql!("images.sql", "find"), params![hash]).await
}

/// `log` must write only where something was stored.
pub async fn put(db: &Db, new: &New<'_>, log: Statement) -> Result<(), DbError> {
    let New { hash, picture, size, alt, by, now } = *new;
    let params = params![hash, picture.media_type, size, picture.width, picture.height, alt, by, now, MOST];
    db.batch(vec![Statement::new(sql!("images.sql", "put"), params), log]).await.map(drop)
}

/// Where it is used, in words.
pub async fn used_by(db: &Db, hash: &str) -> Result<Vec<String>, DbError> {
    let places: Vec<Place> = db.all(sql!("images.sql", "used_by"), params![hash]).await?;
    Ok(places.into_iter().map(|place| place.place).collect())
}

/// `log` must write only where it was removed. False where it is used, or gone.
pub async fn remove(db: &Db, hash: &str, log: Statement) -> Result<bool, DbError> {
    let outcomes = db.batch(vec![Statement::new(sql!("images.sql", "remove"), params![hash]), log]).await?;
    Ok(outcomes.first().is_some_and(|outcome| outcome.changes > 0))
}

impl Row {
    pub fn wire(self) -> Image {
        Image {
            path: format!("/images/{}", self.hash),
            hash: self.hash,
            media_type: self.media_type,
            size: self.size,
            width: self.width,
            height: self.height,
            alt: self.alt,
            created_at: Millis(self.created_at).rfc3339(),
            created_by: self.created_by,
        }
    }
}
