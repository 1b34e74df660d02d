//! The jobs: what crons and queue messages start.

use worker::{Env, MessageBatch, MessageExt};

/// Runs what is due on a cron's schedule.
pub async fn scheduled(cron: &str, env: &Env) {
    let _ = (cron, env);
}

/// A message is a doorbell: what to do stands in the store.
pub async fn queue(batch: &MessageBatch<String>, env: &Env) {
    let _ = env;
    for message in batch.raw_iter() {
        message.ack();
    }
}
