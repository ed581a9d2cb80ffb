-- Order lines lie far apart: events lie by id, and few of them are lines. The
-- index that finds them also holds what is told of a line, so that purchase
-- history reads the index alone and no page of events.
create index fact_events_order_lines_idx on gold.fact_events (order_id)
include (event_id, product_id, quantity, unit_price, revenue)
where purchase_lines = 1;

drop index gold.fact_events_order_id_idx;
