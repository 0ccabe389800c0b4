-- OAuth2 clients of organizations, their secrets and access tokens by SHA-256, and what tokens may be used for. No scopes means
-- everything of the organization's kind, as before.
CREATE TABLE oauth_client (
    id TEXT NOT NULL PRIMARY KEY,
    org TEXT NOT NULL REFERENCES organization (code),
    label TEXT NOT NULL,
    source_system TEXT,
    scopes TEXT NOT NULL,
    offices TEXT,
    user_cd TEXT,
    office_cd TEXT,
    token_seconds INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    disabled_at BIGINT
);
CREATE INDEX oauth_client_org ON oauth_client (org);
CREATE TABLE oauth_secret (
    digest BLOB NOT NULL PRIMARY KEY,
    client TEXT NOT NULL REFERENCES oauth_client (id),
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    revoked_at BIGINT,
    last_used_at BIGINT
);
CREATE INDEX oauth_secret_client ON oauth_secret (client);
CREATE TABLE access_token (
    digest BLOB NOT NULL PRIMARY KEY,
    client TEXT NOT NULL REFERENCES oauth_client (id),
    org TEXT NOT NULL,
    scopes TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX access_token_end ON access_token (expires_at);
CREATE INDEX access_token_client ON access_token (client, created_at);
ALTER TABLE security_token ADD COLUMN scopes TEXT;
ALTER TABLE security_token ADD COLUMN last_used_at BIGINT;

-- A session may be opened by an access token, too.
CREATE TABLE new_session (
    digest BLOB NOT NULL PRIMARY KEY,
    org TEXT NOT NULL REFERENCES organization (code),
    user_cd TEXT NOT NULL,
    office TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    token BLOB NOT NULL,
    FOREIGN KEY (org, user_cd) REFERENCES user_account (org, user_cd) ON DELETE CASCADE
) WITHOUT ROWID;
INSERT INTO new_session SELECT digest, org, user_cd, office, created_at, seen_at, expires_at, token FROM session;
DROP TABLE session;
ALTER TABLE new_session RENAME TO session;
CREATE INDEX session_expires_at ON session (expires_at);
CREATE INDEX session_of_user ON session (org, user_cd);
CREATE INDEX session_of_token ON session (token);
