-- A column that is added later may be NULL, or has a default for the rows that are there.
ALTER TABLE countries ADD COLUMN capital TEXT;
