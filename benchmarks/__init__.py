"""Measurements of crm_customer360 against plain SQL and against its host."""
