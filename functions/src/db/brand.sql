-- The shop's brand.

-- name: brand
select b.settings, b.version, b.updated_at, u.name as updated_by from brand b left join users u on u.id = b.updated_by where b.id = 1;

-- name: replace
update brand set version = case when version = ?1 then version + 1 end, settings = ?2, updated_by = ?3, updated_at = ?4 where id = 1;
