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
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ,
    disabled_at TIMESTAMPTZ
);
CREATE INDEX oauth_client_org ON oauth_client (org);
CREATE TABLE oauth_secret (
    digest BYTEA NOT NULL PRIMARY KEY,
    client TEXT NOT NULL REFERENCES oauth_client (id),
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ,
    revoked_at TIMESTAMPTZ,
    last_used_at TIMESTAMPTZ
);
CREATE INDEX oauth_secret_client ON oauth_secret (client);
CREATE TABLE access_token (
    digest BYTEA NOT NULL PRIMARY KEY,
    client TEXT NOT NULL REFERENCES oauth_client (id),
    org TEXT NOT NULL,
    scopes TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX access_token_end ON access_token (expires_at);
CREATE INDEX access_token_client ON access_token (client, created_at);
ALTER TABLE security_token ADD COLUMN scopes TEXT;
ALTER TABLE security_token ADD COLUMN last_used_at TIMESTAMPTZ;

-- A session may be opened by an access token, too.
ALTER TABLE session DROP CONSTRAINT session_token_fkey;
