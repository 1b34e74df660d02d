-- What can be bought. Senders' messages are written in fold.sql, files here.

-- name: import_products
-- [external_id, product_id, title, variant, sku, category, price, currency, stock, image, link, is_gone]. An empty cell leaves what is
-- stored.
insert into products (source, external_id, product_id, title, variant, sku, category, price, currency, stock, image, link, is_gone,
  source_at, import_id)
select ?2, j.value ->> 0, j.value ->> 1, j.value ->> 2, j.value ->> 3, j.value ->> 4, j.value ->> 5, j.value ->> 6, j.value ->> 7,
  j.value ->> 8, j.value ->> 9, j.value ->> 10, j.value ->> 11, ?3, ?4
from json_each(?1) j where true
on conflict (source, external_id) do update set product_id = excluded.product_id, title = excluded.title,
  variant = coalesce(excluded.variant, products.variant), sku = coalesce(excluded.sku, products.sku),
  category = coalesce(excluded.category, products.category), price = coalesce(excluded.price, products.price),
  price_before = case
    when excluded.currency is not products.currency or excluded.price > products.price then null
    when excluded.price < products.price then products.price
    else products.price_before
  end,
  price_fell_at = case when excluded.price < products.price then excluded.source_at else products.price_fell_at end,
  currency = excluded.currency, stock = coalesce(excluded.stock, products.stock), image = coalesce(excluded.image, products.image),
  link = coalesce(excluded.link, products.link), is_gone = excluded.is_gone, source_at = excluded.source_at,
  restocked_at = case when products.stock <= 0 and excluded.stock > 0 then excluded.source_at else products.restocked_at end,
  import_id = excluded.import_id
where not (products.product_id = excluded.product_id and products.title = excluded.title
  and products.variant is coalesce(excluded.variant, products.variant) and products.sku is coalesce(excluded.sku, products.sku)
  and products.category is coalesce(excluded.category, products.category)
  and products.price is coalesce(excluded.price, products.price) and products.currency is excluded.currency
  and products.stock is coalesce(excluded.stock, products.stock) and products.image is coalesce(excluded.image, products.image)
  and products.link is coalesce(excluded.link, products.link) and products.is_gone = excluded.is_gone);

-- name: count_new_products
select count(*) as n from json_each(?1) j
where not exists (
  select 1 from products p
  where p.source = ?2 and p.external_id = j.value ->> 0 and p.product_id = j.value ->> 1 and p.title = j.value ->> 2
    and p.variant is coalesce(j.value ->> 3, p.variant) and p.sku is coalesce(j.value ->> 4, p.sku)
    and p.category is coalesce(j.value ->> 5, p.category) and p.price is coalesce(j.value ->> 6, p.price)
    and p.currency is j.value ->> 7 and p.stock is coalesce(j.value ->> 8, p.stock) and p.image is coalesce(j.value ->> 9, p.image)
    and p.link is coalesce(j.value ->> 10, p.link) and p.is_gone = j.value ->> 11
);

-- name: find_products
-- By number, product, stock keeping unit or title: each is a look-up in an index. The newest sender's word stands first.
with wanted as materialized (select value as text from json_each(?1)),
found as (
  select p.source, p.external_id from wanted w cross join sources s cross join products p on p.source = s.id and p.external_id = w.text
  union
  select p.source, p.external_id from wanted w cross join sources s cross join products p on p.source = s.id and p.product_id = w.text
  union
  select p.source, p.external_id from wanted w cross join products p on p.sku = w.text
  union
  select p.source, p.external_id from wanted w cross join products p on p.title = w.text
)
select p.external_id as id, p.product_id, p.title, p.variant, p.sku, p.category, p.price, p.currency, p.stock, p.image, p.link,
  p.is_gone, p.restocked_at, p.price_before, p.price_fell_at
from found f cross join products p on p.source = f.source and p.external_id = f.external_id
where p.title <> ''
order by p.source_at desc, p.source, p.external_id limit 500;

-- name: any
select exists (select 1 from products) as n;
