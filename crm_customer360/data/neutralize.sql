-- The copy must not act on what happened in the original: forget the reports of the
-- ERP that were waiting to be turned into care and messages.
DELETE FROM c360_customer_event;
