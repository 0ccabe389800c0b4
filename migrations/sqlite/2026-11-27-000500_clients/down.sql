-- Sessions of clients end.
DELETE FROM session WHERE token NOT IN (SELECT digest FROM security_token);
CREATE TABLE new_session (
    digest BLOB NOT NULL PRIMARY KEY,
    org TEXT NOT NULL REFERENCES organization (code),
    user_cd TEXT NOT NULL,
    office TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    token BLOB NOT NULL REFERENCES security_token (digest) ON DELETE CASCADE,
    FOREIGN KEY (org, user_cd) REFERENCES user_account (org, user_cd) ON DELETE CASCADE
) WITHOUT ROWID;
INSERT INTO new_session SELECT digest, org, user_cd, office, created_at, seen_at, expires_at, token FROM session;
DROP TABLE session;
ALTER TABLE new_session RENAME TO session;
CREATE INDEX session_expires_at ON session (expires_at);
CREATE INDEX session_of_user ON session (org, user_cd);
CREATE INDEX session_of_token ON session (token);
DROP TABLE access_token;
DROP TABLE oauth_secret;
DROP TABLE oauth_client;
ALTER TABLE security_token DROP COLUMN last_used_at;
ALTER TABLE security_token DROP COLUMN scopes;
