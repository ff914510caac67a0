"""Uppsala Conflict Data Program: events and country-years."""
