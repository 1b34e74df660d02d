-- Offers, their limits, and what came of them.

-- name: offers
select public_id, kind, name, terms, fulfilment, answers, live, version from offers order by id;

-- name: add_offer
-- Not where there are ?9 of the shop's own already.
insert into offers (public_id, kind, name, terms, fulfilment, answers, live, created_at, updated_at)
select ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8 where (select count(*) from offers where public_id <> kind) < ?9;

-- name: keep_standard
-- One of the seven that is about to be edited for the first time.
insert into offers (public_id, kind, name, terms, fulfilment, answers, live, created_at, updated_at)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8) on conflict (public_id) do nothing;

-- name: change_offer
-- The batch fails where ?2 is not the newest version.
update offers set version = case when version = ?2 then version + 1 end, name = ?3, terms = ?4, fulfilment = ?5, answers = ?6, live = ?7,
  updated_at = ?8
where public_id = ?1;

-- name: hold_offer
update offers set version = case when version = ?2 then version + 1 end where public_id = ?1;

-- name: remove_offer
delete from offers where public_id = ?1;

-- name: guardrails
select settings, version from guardrails where id = 1;

-- name: set_guardrails
-- The batch fails where ?1 is not the newest version.
update guardrails set version = case when version = ?1 then version + 1 end, settings = ?2, updated_at = ?3 where id = 1;

-- name: outcomes
select line as row, offer, made, returned, expected from offer_outcomes order by line, offer;

-- name: add_outcomes
-- [line, offer, made, returned, expected]
insert into offer_outcomes (line, offer, made, returned, expected)
select j.value ->> 0, j.value ->> 1, j.value ->> 2, j.value ->> 3, j.value ->> 4 from json_each(?1) j where true
on conflict (line, offer) do update set made = offer_outcomes.made + excluded.made,
  returned = offer_outcomes.returned + excluded.returned, expected = offer_outcomes.expected + excluded.expected;
