-- name: outbox
select channel, recipient, subject, body, created_at from outbox order by id desc limit 100;
