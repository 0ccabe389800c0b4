ALTER TABLE oauth_secret DROP COLUMN warned;
