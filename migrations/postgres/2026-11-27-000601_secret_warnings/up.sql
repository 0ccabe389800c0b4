-- How many notices there were that a secret ends.
ALTER TABLE oauth_secret ADD COLUMN warned INTEGER NOT NULL DEFAULT 0;
