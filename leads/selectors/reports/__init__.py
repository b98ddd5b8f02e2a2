"""The tables of leads: the funnel, the monthly level table, the day, first contacts, defeats."""
