DROP TABLE session;
CREATE TABLE session (
    digest BLOB NOT NULL PRIMARY KEY,
    org TEXT NOT NULL REFERENCES organization (code),
    user_cd TEXT NOT NULL,
    office TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX session_expires_at ON session (expires_at);
CREATE INDEX session_of_user ON session (org, user_cd);
