-- name: outbox
select channel, recipient, subject, body, html, created_at from outbox order by id desc limit 100;
