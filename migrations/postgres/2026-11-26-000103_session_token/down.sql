DROP TABLE session;
CREATE TABLE session (
    digest BYTEA NOT NULL PRIMARY KEY,
    org TEXT NOT NULL REFERENCES organization (code),
    user_cd TEXT NOT NULL,
    office TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    seen_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX session_expires_at ON session (expires_at);
CREATE INDEX session_of_user ON session (org, user_cd);
