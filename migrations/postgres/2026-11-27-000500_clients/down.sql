-- Sessions of clients end.
DELETE FROM session WHERE token NOT IN (SELECT digest FROM security_token);
ALTER TABLE session ADD CONSTRAINT session_token_fkey FOREIGN KEY (token) REFERENCES security_token (digest) ON DELETE CASCADE;
DROP TABLE access_token;
DROP TABLE oauth_secret;
DROP TABLE oauth_client;
ALTER TABLE security_token DROP COLUMN last_used_at;
ALTER TABLE security_token DROP COLUMN scopes;
