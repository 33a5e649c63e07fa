"""Deliveries: a report to one recipient, by mail, until it is sent or given up."""
