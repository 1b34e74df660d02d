-- Days without an order after which everybody without a subscription counts as lost; null: each by their own rhythm.
alter table shop add column churn_days integer;
