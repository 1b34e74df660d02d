-- Customers, identities and contacts that imported rows bring. A row names its customer by an identity key (kind, value). A cross join
-- keeps the parameter's rows outside, so that each of them is one look-up.

-- name: find_identities
-- [kind, value]: who has it, with what an import compares. externals: how many ids of the source between ?2 and ?3 the customer has.
select i.kind as key_kind, i.value as key_value, i.customer_id, c.sample, c.external_id, c.kind, c.name, c.tags, c.traits, c.traits_at,
  c.traits_earlier, c.created_at, c.updated_at, (
    select count(*) from identities x where x.customer_id = c.id and x.kind = 'external' and x.value >= ?2 and x.value < ?3
  ) as externals
from json_each(?1) j
cross join identities i on i.kind = j.value ->> 0 and i.value = j.value ->> 1
join customers c on c.id = i.customer_id;

-- name: contacts_of
select k.id, k.customer_id, k.role, k.name, k.email, k.phone, k.country, k.time_zone, k.consent
from json_each(?1) j cross join contacts k on k.customer_id = j.value
order by k.id;

-- name: consent_history
-- A contact's present state is worked out from its whole history.
select h.contact_id, h.channel, h.purpose, h.state, h.basis, h.source, h.wording, h.act, h.occurred_at, h.recorded_at, h.expires_at
from json_each(?1) j cross join consents h on h.contact_id = j.value;

-- name: create_customers
-- [public_id, external_id, kind, name, name_key, tags, traits, created_at, [[kind, value], …], traits_at, traits_earlier]; not where one
-- of its keys was taken
-- meanwhile: then the rows that follow find no customer, the batch fails, and all is looked up again.
insert into customers (public_id, external_id, kind, name, name_key, tags, traits, traits_at, traits_earlier, sample, created_at, updated_at)
select j.value ->> 0, j.value ->> 1, j.value ->> 2, j.value ->> 3, j.value ->> 4, j.value ->> 5, j.value ->> 6, j.value ->> 9, j.value ->> 10,
  ?2, j.value ->> 7, ?3
from json_each(?1) j
where not exists (
  select 1 from json_each(j.value, '$[8]') k
  cross join identities i on i.kind = k.value ->> 0 and i.value = k.value ->> 1
  join customers c on c.id = i.customer_id and c.sample = ?2
);

-- name: add_identities
-- [public_id of a new customer or null, customer_id of a known one or null, kind, value]. Real data take an address over from a sample
-- customer, since nothing of theirs may ever hang on one.
insert into identities (kind, value, customer_id, created_at)
select j.value ->> 2, j.value ->> 3, c.id, ?2
from json_each(?1) j
cross join customers c on c.id = coalesce(j.value ->> 1, (select n.id from customers n where n.public_id = j.value ->> 0))
where true
on conflict (kind, value) do update set customer_id = excluded.customer_id
where exists (select 1 from customers o where o.id = identities.customer_id and o.sample = 1)
  and exists (select 1 from customers o where o.id = excluded.customer_id and o.sample = 0);

-- name: create_contacts
-- [public_id, public_id of a new customer or null, customer_id of a known one or null, name, email, phone, country, time_zone, consent,
--  created_at, role]
insert into contacts (public_id, customer_id, name, email, phone, country, time_zone, consent, created_at, role, updated_at)
select j.value ->> 0, c.id, j.value ->> 3, j.value ->> 4, j.value ->> 5, j.value ->> 6, j.value ->> 7, j.value ->> 8, j.value ->> 9,
  j.value ->> 10, ?2
from json_each(?1) j
cross join customers c on c.id = coalesce(j.value ->> 2, (select n.id from customers n where n.public_id = j.value ->> 1));

-- name: create_facets
-- [public_id of the new customer, country]
insert into facets (customer_id, country, sample)
select c.id, j.value ->> 1, c.sample
from json_each(?1) j cross join customers c on c.public_id = j.value ->> 0;

-- name: update_customers
-- [id, external_id, kind, name, name_key, tags, traits, created_at, tags as they were read, traits_at, traits_earlier]: tags that somebody
-- gave meanwhile make the batch fail (tags is not null), so that no import writes over them; and new ones raise the version, so that nobody writes over those.
update customers set external_id = j.value ->> 1, kind = j.value ->> 2, name = j.value ->> 3, name_key = j.value ->> 4,
  tags = case when customers.tags = j.value ->> 8 then j.value ->> 5 end, traits = j.value ->> 6, created_at = j.value ->> 7,
  traits_at = j.value ->> 9, traits_earlier = j.value ->> 10,
  version = customers.version + (customers.tags <> j.value ->> 5), updated_at = ?2
from json_each(?1) j where customers.id = j.value ->> 0;

-- name: mark_trait_changes
-- Customers whose traits changed are scored again where the model in use reads any.
update facets set dirty = min(dirty + 1, 2)
where customer_id in (select value from json_each(?1)) and exists (
  select 1 from models m where m.name = 'risk' and m.live = 1
    and coalesce(m.parameters -> '$.leaving.fits[0].own', m.parameters -> '$.returning.fits[0].own') is not null
);

-- name: fill_addresses
-- [customer_id, email]: orders and events may tell an address that a shopper's only contact lacks.
update contacts set email = j.value ->> 1, updated_at = ?2
from json_each(?1) j
where contacts.customer_id = j.value ->> 0 and contacts.email is null
  and (select count(*) from contacts o where o.customer_id = contacts.customer_id) = 1;

-- name: add_people
-- [public_id, customer_id, name, email]: another person of a business account.
insert into contacts (public_id, customer_id, name, email, created_at, updated_at)
select j.value ->> 0, c.id, j.value ->> 2, j.value ->> 3, ?2, ?2
from json_each(?1) j cross join customers c on c.id = j.value ->> 1 and c.kind = 'account'
where not exists (select 1 from contacts o where o.customer_id = c.id and o.email = j.value ->> 3);

-- name: update_contacts
-- [id, name, email, phone, country, time_zone, consent, consent as it was read, role]: an opt-out that came meanwhile makes the batch fail
-- (consent is not null), so that no import writes over it.
update contacts set name = j.value ->> 1, email = j.value ->> 2, phone = j.value ->> 3, country = j.value ->> 4,
  time_zone = j.value ->> 5, consent = case when contacts.consent = j.value ->> 7 then j.value ->> 6 end, role = j.value ->> 8, updated_at = ?2
from json_each(?1) j where contacts.id = j.value ->> 0;

-- name: update_countries
-- [customer_id, country]
update facets set country = j.value ->> 1
from json_each(?1) j where facets.customer_id = j.value ->> 0 and facets.country is not j.value ->> 1;

-- name: add_consents
-- [contact_id or null, public_id of a new contact or null, channel, purpose, state, basis, source, wording, act, occurred_at,
--  recorded_at, expires_at]
insert into consents (contact_id, channel, purpose, state, basis, source, wording, act, occurred_at, recorded_at, expires_at)
select k.id, j.value ->> 2, j.value ->> 3, j.value ->> 4, j.value ->> 5, j.value ->> 6, j.value ->> 7, j.value ->> 8, j.value ->> 9,
  j.value ->> 10, j.value ->> 11
from json_each(?1) j
cross join contacts k on k.id = coalesce(j.value ->> 0, (select n.id from contacts n where n.public_id = j.value ->> 1))
where true
on conflict (contact_id, channel, purpose, state, source, occurred_at) do nothing;

-- name: store_rates
-- [currency, day, rate]
insert into rates (currency, day, rate, created_at)
select j.value ->> 0, j.value ->> 1, j.value ->> 2, ?2 from json_each(?1) j where true
on conflict (currency, day) do update set rate = excluded.rate, created_at = excluded.created_at
where rates.rate is not excluded.rate;

-- name: raise_rates_version
-- Whoever edits the rates meanwhile is shown the new ones before theirs are stored.
update shop set rates_version = rates_version + 1, updated_at = ?1 where id = 1;

-- name: count_new_rates
select count(*) as n from json_each(?1) j
where not exists (
  select 1 from rates r where r.currency = j.value ->> 0 and r.day = j.value ->> 1 and r.rate = j.value ->> 2
);

-- name: set_sample
update shop set sample = ?1, updated_at = ?2 where id = 1 and sample is not ?1;
