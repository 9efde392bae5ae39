-- The copy must not act on what happened in the original: forget the reports of the
-- ERP that were waiting to be turned into care and messages.
DELETE FROM c360_customer_event;
-- Nor must it announce to people what was given to them there.
DELETE FROM c360_pool_arrival;
